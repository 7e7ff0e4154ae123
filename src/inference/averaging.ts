/** The mean gradient by sums over the lanes, without the gradient of any one sample. */

import type { NodeId } from "../autodiff/ops/op.ts";
import { planMeans } from "../autodiff/tape/passes/lane-means.ts";
import { compileTape, runRest } from "../autodiff/tape/tape.ts";
import type { Derived } from "../estimators/estimator.ts";
import type { Target } from "../objective/objective.ts";
import { type Engine, engineOf, type meansInto, runSamples, type SamplerOptions, setParameters } from "./sampler.ts";

export interface MeanGradient extends Engine {
  /** The mean of all outputs but the last into `out`, that of the last to elbos[at]. Allocates nothing. */
  readonly into: typeof meansInto;
}

/** Compiles the means over a draw of some nodes of a target. */
export type Averaging = (
  target: Target,
  outputs: readonly NodeId[],
  laneInputs: readonly NodeId[],
  derived: readonly Derived[],
  options: SamplerOptions,
) => MeanGradient;

export const averaging: Averaging = (target, roots, laneInputs, derived, options) => {
  const plan = planMeans(target.graph, roots);
  const { graph, parameters } = target;
  const engine = engineOf(compileTape(graph, [], { laneInputs, parameters, plan, ...options }), laneInputs, derived);
  const { tape } = engine;
  const { slots, sums } = tape;
  const offsets = Int32Array.from(tape.outputs, ({ offset }) => offset);
  const last = roots.length - 1;
  return {
    ...engine,
    into(out, elbos, at, sampler, theta, draw) {
      const { samples, firstSample, step = 0 } = draw;
      setParameters(engine, sampler.nodes, theta, step);
      slots.fill(0, 0, 2 * sums);
      for (let done = 0; done < samples; done += tape.lanes)
        runSamples(engine, sampler, theta, draw, firstSample + done, Math.min(tape.lanes, samples - done));
      // Of one sample the sums over odd lanes are 0, and the means in their places already.
      if (samples > 1) meansOf(slots, sums, samples);
      runRest(tape);
      for (let p = 0; p < last; p++) out[p] = slots[offsets[p]!]!;
      elbos[at] = slots[offsets[last]!]!;
    },
  };
};

// The means of so many sums in two parts, each into the place of the first part.
function meansOf(slots: Float64Array, sums: number, samples: number): void {
  // Times a power of two is the same number as divided by its reciprocal, and sooner there.
  const share = samples === 1 << (31 - Math.clz32(samples)) ? 1 / samples : 0;
  for (let at = 0; at < 2 * sums; at += 2) {
    const sum = slots[at]! + slots[at + 1]!;
    slots[at] = share > 0 ? sum * share : sum / samples;
  }
}
