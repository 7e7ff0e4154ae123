/** Values of nodes at a few random points of boundaries, the same every time: to see what no rewriting shows. */

import { PLAIN_ENGINE } from "../../autodiff/lanes/interpreter/engines.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import { evaluation } from "../../autodiff/tape/evaluation.ts";
import type { LaneInputs } from "../../objective/lane-inputs.ts";
import { fillNoise, laneInputsOf, noiseRowsOf } from "../../objective/noise.ts";
import type { Objective } from "../../objective/objective.ts";
import { fillNormals, makeGenerator } from "../../random/index.ts";
import type { Boundary } from "../find/boundaries.ts";
import { moveOnto, type RootsAlongLines } from "../move/move.ts";
import type { Surface } from "../move/projection.ts";

export const POINTS = 32;
/** Standard deviations within which roots are drawn: of a sine there are many farther out. */
const REACH = 4;
const SEED = 1806_00176; // any

/** A value this small against its values elsewhere is 0: 16 digits less some for cancellation. */
const ZERO = 1e-9;

/** Which of the values are 0, given some of elsewhere. */
export function zeros(values: readonly number[], elsewhere: readonly number[]): boolean[] {
  // Beyond the edge of a domain conditions are infinite, which is no scale.
  const scale = Math.max(...elsewhere.filter(Number.isFinite).map(Math.abs));
  return values.map((value) => Math.abs(value) <= ZERO * scale);
}

export class RandomPoints {
  readonly #objective: Objective;
  readonly #roots: RootsAlongLines;
  readonly #surfaces = new Map<Boundary, readonly Surface[]>();
  readonly #derived: LaneInputs[] = [];
  readonly #normals: NodeId[] = [];

  constructor(objective: Objective, roots: RootsAlongLines) {
    this.#objective = objective;
    this.#roots = roots;
  }

  /** The surfaces of a boundary. */
  on(boundary: Boundary): readonly Surface[] {
    let surfaces = this.#surfaces.get(boundary);
    if (!surfaces) {
      const move = moveOnto(this.#objective, boundary, this.#roots, REACH);
      this.#derived.push(...move.derived);
      this.#normals.push(...move.normals);
      surfaces = move.surfaces;
      this.#surfaces.set(boundary, surfaces);
    }
    return surfaces;
  }

  /** For each node its values at `POINTS` points of the guide; those on surfaces have been asked for before. */
  values(outputs: readonly NodeId[]): number[][] {
    const { graph, guide, normals, parameters } = this.#objective;
    const inputs = { normals: [...normals, ...this.#normals], derived: this.#derived };
    const { run, values } = evaluation(graph, outputs, {
      engine: PLAIN_ENGINE,
      inputs: parameters,
      laneInputs: laneInputsOf(inputs),
      points: POINTS,
    });
    const theta = guide.space.probe;
    run(theta, (rows) => {
      const noise = noiseRowsOf(rows, inputs);
      noise.normals.generator = makeGenerator(SEED);
      noise.normals.lanes = POINTS;
      fillNoise(noise, fillNormals, theta);
    });
    return outputs.map((_, index) => [...values(index)]);
  }
}
