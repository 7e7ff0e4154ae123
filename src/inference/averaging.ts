/** The mean gradient by sums over the lanes, without the gradient of any one sample. */

import type { NodeId } from "../autodiff/ops/op.ts";
import type { Engine } from "../autodiff/tape/engine.ts";
import { type Backend, EVEN_PART, ODD_PART, SUM_PARTS } from "../autodiff/tape/executable.ts";
import { compileTape, runRest } from "../autodiff/tape/tape.ts";
import type { EstimatorNodes } from "../estimators/estimator.ts";
import type { Guide } from "../guides/guide.ts";
import { laneInputsOf } from "../objective/noise.ts";
import type { Objective } from "../objective/objective.ts";
import { type Draw, runSamples, type Sampled, type SampleTape, sampleTapeOf, setParameters } from "./sample-run.ts";

export interface SamplerOptions {
  /** Samples per pass over the tape; results do not depend on it. */
  readonly lanes?: number | undefined;
  /** What runs the tape; results do not depend on it. */
  readonly backend?: Backend | undefined;
  /** How many samples are to be run, if known; changes speed only. */
  readonly expectedSamples?: number;
  /** The guide that the samples are drawn from (default `meanField()`). */
  readonly guide?: Guide | undefined;
}

export interface MeanGradient extends SampleTape {
  /** The mean of all outputs but the last into `out`, that of the last to elbos[at]. Allocates nothing. */
  readonly into: (
    out: Float64Array,
    elbos: Float64Array,
    at: number,
    sampled: Sampled,
    theta: Float64Array,
    draw: Draw,
  ) => void;
}

/** Compiles the means over a draw of some nodes of a objective. */
export type Averaging = (
  engine: Engine,
  objective: Objective,
  nodes: EstimatorNodes,
  outputs: readonly NodeId[],
  options: SamplerOptions,
) => MeanGradient;

export const averaging: Averaging = (engine, objective, nodes, roots, options) => {
  const { graph, parameters } = objective;
  const plan = engine.planMeans!(graph, roots);
  const made = compileTape(graph, [], { laneInputs: laneInputsOf(nodes), parameters, plan, engine, ...options });
  const sampleTape = sampleTapeOf(made, nodes);
  const { tape } = sampleTape;
  const { slots, sums } = tape;
  const offsets = Int32Array.from(tape.outputs, ({ offset }) => offset);
  const last = roots.length - 1;
  return {
    ...sampleTape,
    into(out, elbos, at, sampled, theta, draw) {
      const { samples, firstSample, step = 0 } = draw;
      setParameters(sampleTape, sampled.nodes, theta, step);
      slots.fill(0, 0, SUM_PARTS * sums);
      for (let done = 0; done < samples; done += tape.lanes)
        runSamples(sampleTape, sampled, theta, draw, firstSample + done, Math.min(tape.lanes, samples - done));
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
