/**
 * The tape of an estimator, with what fills its inputs: parameters once per draw, noise for every pass. A draw of 1000 samples on
 * a tape of 256 lanes takes four passes.
 */
import type { Engine } from "../../autodiff/tape/engine.ts";
import type { Backend } from "../../autodiff/tape/executable.ts";
import type { Plan } from "../../autodiff/tape/plan.ts";
import { runLanes, runUniform, type Tape, tapePieces } from "../../autodiff/tape/tape.ts";
import type { EstimatorNodes } from "../../estimators/estimator.ts";
import { fillNoise, laneInputsOf, type NoiseRows, noiseRowsOf } from "../../objective/noise.ts";
import type { Objective } from "../../objective/objective.ts";
import type { Pieces } from "../../pieces/pieces.ts";
import { fillNormals } from "../../random/index.ts";
import { type Draw, requestSamples } from "./draw.ts";

export interface SampleTape {
  readonly tape: Tape;
  readonly noise: NoiseRows;
}

/** How a tape is to run. */
export interface SampleTapeOptions {
  /** Samples per pass over the tape; results do not depend on it. */
  readonly lanes?: number | undefined;
  /** The back end that runs the tape; results do not depend on it. */
  readonly backend?: Backend | undefined;
  /** How many samples are to be run, if known; changes speed only. */
  readonly expectedSamples?: number;
}

/** Compiles a plan that computes nodes of an estimator. */
export function* compileSamples(
  engine: Engine,
  { graph, parameters }: Objective,
  nodes: EstimatorNodes,
  plan: Plan,
  options: SampleTapeOptions,
): Pieces<SampleTape> {
  const tape = yield* tapePieces(graph, [], { ...options, laneInputs: laneInputsOf(nodes), parameters, engine, plan });
  const { slots, noiseOffset: at, stride } = tape;
  return { tape, noise: noiseRowsOf({ slots, at, stride }, nodes) };
}

/** Sets the uniform inputs that are parameters or follow a schedule, and computes the uniform values. */
export function setParameters({ tape }: SampleTape, nodes: EstimatorNodes, theta: Float64Array, step: number): void {
  const { slots, uniformInputs } = tape;
  slots.set(theta, uniformInputs[0]?.offset);
  nodes.scheduled?.(tape, step);
  runUniform(tape);
}

/** Runs n ≤ lanes samples of a draw, from number `first` on. Allocates nothing. */
export function runSamples(
  { tape, noise }: SampleTape,
  nodes: EstimatorNodes,
  theta: Float64Array,
  draw: Draw,
  first: number,
  n: number,
): void {
  requestSamples(noise.normals, draw, first, n);
  noise.normals.rowFill = tape.executable.rowFill;
  fillNoise(noise, nodes.noise?.fill ?? fillNormals, theta);
  runLanes(tape, n);
}
