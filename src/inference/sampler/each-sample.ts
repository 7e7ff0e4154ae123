/**
 * The gradient and ℓ of every sample, and their sums over a group of samples: what variances, baselines and estimators that adapt
 * are made of. Where only the mean is wanted, `averaging.ts` is faster.
 */

import type { NodeId } from "../../autodiff/ops/op.ts";
import type { Engine } from "../../autodiff/tape/engine.ts";
import type { Place } from "../../autodiff/tape/executable.ts";
import { addOutputsInto } from "../../autodiff/tape/tape.ts";
import type { Adaptive } from "../../estimators/draw/learning.ts";
import type { EstimatorNodes, GroupSums } from "../../estimators/estimator.ts";
import type { Objective } from "../../objective/objective.ts";
import { type Pieces, piecesOf } from "../../pieces/pieces.ts";
import { compileSamples, type SampleTape, type SampleTapeOptions } from "./sample-tape.ts";

export interface EachSample extends SampleTape {
  /** Number of components of the gradient; ℓ is the output after them. */
  readonly size: number;
  /** Sums over a group of the gradient and ℓ. */
  readonly sums: Float64Array;
  /** Sums of the estimator's own reduction. */
  readonly groupSums: GroupSums | undefined;
}

/** Compiles gradient and ℓ, `value`, of every sample, with what reduction and learning read. */
export function* compileEachSample(
  engine: Engine,
  objective: Objective,
  nodes: EstimatorNodes,
  value: NodeId,
  options: SampleTapeOptions,
): Pieces<EachSample> {
  const { gradient, reduction, adaptive } = nodes;
  const size = gradient.length;
  const reads = reduction?.reads ?? [];
  const roots = [...gradient, value, ...reads, ...(adaptive?.reads ?? [])];
  const plan = yield* piecesOf(engine.plan, objective.graph, roots);
  const sampleTape = yield* compileSamples(engine, objective, nodes, plan, options);
  const { slots, outputs } = sampleTape.tape;
  return {
    ...sampleTape,
    size,
    sums: new Float64Array(size + 1),
    groupSums: reduction?.over(slots, outputs, outputs.slice(size + 1, size + 1 + reads.length)),
  };
}

/** Where an estimator that adapts finds what it learns from: behind all other outputs. */
export function learnedPlaces({ tape: { outputs } }: EachSample, { reads }: Adaptive): readonly Place[] {
  return outputs.slice(outputs.length - reads.length);
}

/** Adds lanes from … to − 1 to the sums of a group, which they begin if `first`. */
export function addLanes(each: EachSample, from: number, to: number, first: boolean): void {
  const { tape, size, sums, groupSums } = each;
  if (first) sums.fill(0);
  addOutputsInto(sums, tape, from, to, size + 1);
  groupSums?.add(from, to, first);
}

/** Puts the gradient of a group of n samples into `out`, from its sums; returns its mean of ℓ. */
export function finishInto(out: Float64Array, each: EachSample, n: number): number {
  const { size, groupSums } = each;
  for (let p = 0; p < size; p++) out[p] = meanOf(each, p, n);
  groupSums?.finish(out, n);
  return meanOf(each, size, n);
}

function meanOf({ tape, sums }: EachSample, p: number, n: number): number {
  const { offset, lane } = tape.outputs[p]!;
  return lane ? sums[p]! / n : tape.slots[offset]!;
}
