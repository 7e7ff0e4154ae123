/** The mean gradient by sums over the lanes, without the gradient of any one sample. */
import { planMeans } from "../autodiff/means.ts";
import type { NodeId } from "../autodiff/ops.ts";
import { compileTape } from "../autodiff/tape.ts";
import type { Derived } from "../estimators/estimator.ts";
import type { Target } from "../estimators/target.ts";
import {
  type Draw,
  type Engine,
  engineOf,
  type GradientSampler,
  placesIn,
  runSamples,
  type SamplerOptions,
  setParameters,
} from "./sampler.ts";

export interface MeanGradient extends Engine {
  /** The mean of all outputs but the last into `out`; returns that of the last. Allocates nothing. */
  readonly into: (out: Float64Array, sampler: GradientSampler, theta: Float64Array, draw: Draw) => number;
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
  const { graph } = target;
  const { plan, means, outputs } = planMeans(graph, roots);
  const lanes = engineOf(compileTape(graph, [], { laneInputs, plan, ...options }), target, laneInputs, derived);
  const rest = engineOf(compileTape(graph, outputs), target);
  const { tape } = lanes;
  const { slots, outputs: results, uniformInputs } = rest.tape;
  const sumOf = placesIn(rest.tape, means);
  const last = roots.length - 1;
  return {
    ...lanes,
    into(out, sampler, theta, draw) {
      const { samples, firstSample, step = 0 } = draw;
      setParameters(lanes, sampler.nodes, theta, step);
      tape.slots.fill(0, 0, 2 * tape.sums);
      for (let done = 0; done < samples; done += tape.lanes)
        runSamples(lanes, sampler, theta, draw, firstSample + done, Math.min(tape.lanes, samples - done));
      for (let i = 0; i < sumOf.length; i++) {
        const at = 2 * sumOf[i]!;
        if (at >= 0) slots[uniformInputs[i]!.offset] = (tape.slots[at]! + tape.slots[at + 1]!) / samples;
      }
      setParameters(rest, sampler.nodes, theta, step);
      for (let p = 0; p < last; p++) out[p] = slots[results[p]!.offset]!;
      return slots[results[last]!.offset]!;
    },
  };
};
