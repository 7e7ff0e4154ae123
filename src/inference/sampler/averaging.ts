/**
 * The mean gradient by sums over the lanes, without the gradient of any one sample. Of a gradient Σ_s a·x_s, a the same for all
 * samples, only the x_s are summed, and a is multiplied once.
 */
import type { NodeId } from "../../autodiff/ops/op.ts";
import type { Engine } from "../../autodiff/tape/engine.ts";
import { EVEN_PART, ODD_PART, SUM_PARTS } from "../../autodiff/tape/executable.ts";
import { runRest } from "../../autodiff/tape/tape.ts";
import type { EstimatorNodes } from "../../estimators/estimator.ts";
import type { Objective } from "../../objective/objective.ts";
import { type Pieces, piecesOf } from "../../pieces/pieces.ts";
import type { Draw } from "./draw.ts";
import { compileSamples, runSamples, type SampleTape, type SampleTapeOptions, setParameters } from "./sample-tape.ts";

export interface MeanGradient extends SampleTape {
  /** The mean of all outputs but the last into `out`, that of the last to elbos[at]. Allocates nothing. */
  readonly into: (out: Float64Array, elbos: Float64Array, at: number, theta: Float64Array, draw: Draw) => void;
}

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
  return {
    ...sampleTape,
    into(out, elbos, at, theta, draw) {
      const { samples, firstSample, step = 0 } = draw;
      setParameters(sampleTape, nodes, theta, step);
      slots.fill(0, 0, SUM_PARTS * sums);
      for (let done = 0; done < samples; done += tape.lanes)
        runSamples(sampleTape, nodes, theta, draw, firstSample + done, Math.min(tape.lanes, samples - done));
      // Of one sample the sums over odd lanes are 0, and the means in their places already.
      if (samples > 1) meansOf(slots, sums, samples);
      runRest(tape);
      for (let p = 0; p < last; p++) out[p] = slots[offsets[p]!]!;
      elbos[at] = slots[offsets[last]!]!;
    },
  };
};

// The means of so many sums in two parts, each to where its sum begins.
function meansOf(slots: Float64Array, sums: number, samples: number): void {
  // Times a power of two is the same number as divided by its reciprocal, and sooner there.
  const share = samples === 1 << (31 - Math.clz32(samples)) ? 1 / samples : 0;
  for (let at = 0; at < SUM_PARTS * sums; at += SUM_PARTS) {
    const sum = slots[at + EVEN_PART]! + slots[at + ODD_PART]!;
    slots[at] = share > 0 ? sum * share : sum / samples;
  }
}
