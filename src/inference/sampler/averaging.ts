/**
 * The mean gradient by sums over the lanes, without the gradient of any one sample. Of a gradient Σ_s a·x_s, a the same for all
 * samples, only the x_s are summed, and a is multiplied once.
 */
import type { NodeId } from "../../autodiff/ops/op.ts";
import type { Engine } from "../../autodiff/tape/engine.ts";
import { EVEN_PART, ODD_PART, SUM_PARTS } from "../../autodiff/tape/executable.ts";
import { runRest } from "../../autodiff/tape/tape.ts";
import type { EstimatorNodes } from "../../estimators/estimator.ts";
import { pushSubtree, type Subtree, sumOfSubtrees } from "../../math/balanced-tree.ts";
import type { Objective } from "../../objective/objective.ts";
import { type Pieces, piecesOf } from "../../pieces/pieces.ts";
import type { Draw } from "./draw.ts";
import { compileSamples, runSamples, type SampleTape, type SampleTapeOptions, setParameters } from "./sample-tape.ts";

export interface MeanGradient extends SampleTape {
  /** The mean of all outputs but the last into `out`, that of the last to elbos[at]. Allocates nothing. */
  readonly into: (out: Float64Array, elbos: Float64Array, at: number, theta: Float64Array, draw: Draw) => void;
  /** The sums over chunks from … to − 1 of a draw, each of `CHUNK` samples, as whole subtrees. */
  readonly chunkSums: (theta: Float64Array, draw: Draw, from: number, to: number) => Subtree<Float64Array>[];
  /** As `into`, of the sums over all chunks. */
  readonly finishInto: (
    out: Float64Array,
    elbos: Float64Array,
    at: number,
    theta: Float64Array,
    draw: Draw,
    sums: readonly Subtree<Float64Array>[],
  ) => void;
}

/** Samples that are summed in a row where a sum is one of chunks, whoever computes these. */
export const CHUNK = 256;

/** Compiles the means over a draw of some nodes of an objective. */
export type Averaging = (
  engine: Engine,
  objective: Objective,
  nodes: EstimatorNodes,
  outputs: readonly NodeId[],
  options: SampleTapeOptions,
) => Pieces<MeanGradient>;

export const averaging: Averaging = function* (engine, objective, nodes, outputs, options) {
  const plan = yield* piecesOf(engine.planMeans!, objective.graph, outputs);
  const sampleTape = yield* compileSamples(engine, objective, nodes, plan, options);
  const { tape } = sampleTape;
  const { slots, sums } = tape;
  const offsets = Int32Array.from(tape.outputs, ({ offset }) => offset);
  const last = outputs.length - 1;
  const outInto = (out: Float64Array, elbos: Float64Array, at: number, samples: number): void => {
    // Of one sample the sums over odd lanes are 0, and the means in their places already.
    if (samples > 1) meansOf(slots, sums, samples);
    runRest(tape);
    for (let p = 0; p < last; p++) out[p] = slots[offsets[p]!]!;
    elbos[at] = slots[offsets[last]!]!;
  };
  const runAll = (theta: Float64Array, draw: Draw, first: number, samples: number): void => {
    slots.fill(0, 0, SUM_PARTS * sums);
    for (let done = 0; done < samples; done += tape.lanes)
      runSamples(sampleTape, nodes, theta, draw, first + done, Math.min(tape.lanes, samples - done));
  };
  return {
    ...sampleTape,
    chunkSums(theta, draw, from, to) {
      setParameters(sampleTape, nodes, theta, draw.step ?? 0);
      const range: Subtree<Float64Array>[] = [];
      for (let index = from; index < to; index++) {
        const done = index * CHUNK;
        runAll(theta, draw, draw.firstSample + done, Math.min(CHUNK, draw.samples - done));
        pushSubtree(range, { level: 0, index, value: slots.slice(0, SUM_PARTS * sums) }, added);
      }
      return range;
    },
    finishInto(out, elbos, at, theta, draw, parts) {
      setParameters(sampleTape, nodes, theta, draw.step ?? 0);
      const range: Subtree<Float64Array>[] = [];
      for (const part of parts) pushSubtree(range, part, added);
      slots.set(sumOfSubtrees(range, added)!);
      outInto(out, elbos, at, draw.samples);
    },
    into(out, elbos, at, theta, draw) {
      const { samples, firstSample, step = 0 } = draw;
      setParameters(sampleTape, nodes, theta, step);
      runAll(theta, draw, firstSample, samples);
      outInto(out, elbos, at, samples);
    },
  };
};

function added(left: Float64Array, right: Float64Array): Float64Array {
  return left.map((value, i) => value + right[i]!);
}

// The means of so many sums in two parts, each to where its sum begins.
function meansOf(slots: Float64Array, sums: number, samples: number): void {
  // Times a power of two is the same number as divided by its reciprocal, and sooner there.
  const share = samples === 1 << (31 - Math.clz32(samples)) ? 1 / samples : 0;
  for (let at = 0; at < SUM_PARTS * sums; at += SUM_PARTS) {
    const sum = slots[at + EVEN_PART]! + slots[at + ODD_PART]!;
    slots[at] = share > 0 ? sum * share : sum / samples;
  }
}
