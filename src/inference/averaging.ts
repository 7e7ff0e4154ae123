/** The mean gradient by sums over the lanes, without the gradient of any one sample. */
import { planMeans } from "../autodiff/means.ts";
import type { NodeId } from "../autodiff/ops.ts";
import { compileTape, runRest } from "../autodiff/tape.ts";
import type { Derived } from "../estimators/estimator.ts";
import type { Target } from "../estimators/target.ts";
import {
  type Draw,
  type Engine,
  engineOf,
  type GradientSampler,
  runSamples,
  type SamplerOptions,
  setParameters,
} from "./sampler.ts";

export interface MeanGradient extends Engine {
  /** The mean of all outputs but the last into `out`, that of the last to elbos[at]. Allocates nothing. */
  readonly into: (
    out: Float64Array,
    elbos: Float64Array,
    at: number,
    sampler: GradientSampler,
    theta: Float64Array,
    draw: Draw,
  ) => void;
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
      // Times a power of two is the same number as divided by its reciprocal, and sooner there.
      const share = samples === 1 << (31 - Math.clz32(samples)) ? 1 / samples : 0;
      for (let even = 0; even < 2 * sums; even += 2) {
        const sum = slots[even]! + slots[even + 1]!;
        slots[even] = share > 0 ? sum * share : sum / samples;
      }
      runRest(tape);
      for (let p = 0; p < last; p++) out[p] = slots[offsets[p]!]!;
      elbos[at] = slots[offsets[last]!]!;
    },
  };
};
