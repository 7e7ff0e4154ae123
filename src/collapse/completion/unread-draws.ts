/**
 * Draws of variables that nothing reads and whose priors would take large tables: of b ~ Poisson(a), neither recorded, each of a's 360 values would have a
 * row of b's 740. When a is drawn its row alone is needed: the masses of b at that a.
 */
import type { NodeId } from "../../autodiff/ops/op.ts";
import type { Engine } from "../../autodiff/tape/engine.ts";
import { evaluation } from "../../autodiff/tape/evaluation.ts";
import { weightedPlace } from "../../random/weighted-place.ts";
import type { Variable } from "../variable.ts";
import type { Batch, ByIndex, CompletedLatent } from "./completed.ts";
import { impossibleAt, weightBeside } from "./joint-sums.ts";

/** Fills in the cells of some draws and their probabilities given what was drawn before; `lanes` has the inputs of the kept latents. */
export type UnreadDraws = (
  found: readonly CompletedLatent[],
  lanes: Float64Array,
  batch: Batch,
  next: () => number,
) => void;

/** Compiles what draws these variables, each after those on which its prior depends. */
export function unreadDrawsIn(
  { graph, indices, written }: ByIndex,
  variables: readonly Variable[],
  unread: readonly number[],
  inputs: readonly NodeId[],
  engine: Engine,
  points: number,
): UnreadDraws {
  const { algebra: A } = graph;
  const laneInputs = [...inputs, ...indices];
  const room = new Float64Array(laneInputs.length * points);
  const impossible = graph.constant(Number.NEGATIVE_INFINITY);
  const runs = unread.map((v) => {
    const { live, logMasses } = variables[v]!;
    // Where it does not exist it is at its first value for certain.
    const masses = (logMasses as readonly NodeId[]).map((mass, value) =>
      A.where(live, mass, value === 0 ? graph.constant(0) : impossible),
    );
    return { v, run: evaluation(graph, written(masses), { engine, laneInputs, points }) };
  });
  return (found, lanes, batch, next) => {
    room.set(lanes);
    const place = (v: number): void => {
      const at = (inputs.length + v) * points;
      for (let p = 0; p < points; p++) room[at + p] = found[v]!.cell[batch.first + Math.min(p, batch.points - 1)]!;
    };
    variables.forEach((_, v) => {
      place(v);
    });
    for (const { v, run } of runs) {
      const { cell, name, probabilities, size } = found[v]!;
      const weights = new Float64Array(size);
      run.run([], room);
      for (let p = 0; p < batch.points; p++) {
        const d = batch.first + p;
        let largest = Number.NEGATIVE_INFINITY;
        for (let j = 0; j < size; j++) {
          weights[j] = run.value(j, p);
          largest = Math.max(largest, weights[j]!);
        }
        let total = 0;
        // Of 740 values of a count about 16 most have masses that are 0 beside the largest.
        for (let j = 0; j < size; j++) {
          weights[j] = weightBeside(largest, weights[j]!);
          total += weights[j]!;
        }
        if (!(total > 0)) throw impossibleAt(name, total);
        for (let j = 0; j < size; j++) probabilities[j * batch.draws + d] = weights[j]! / total;
        cell[d] = weightedPlace(weights, 0, size, total * next());
      }
      place(v);
    }
  };
}
