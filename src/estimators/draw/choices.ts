/**
 * Lane inputs that are drawn for every sample: uniforms, and integers made of them. The choice of one boundary among 80 is
 * ⌊80·u⌋ for a uniform u.
 */
import type { NodeId } from "../../autodiff/ops/op.ts";
import { type LaneInputs, laneInputs } from "../../objective/lane-inputs.ts";
import { fillUniforms, type Mutable, type NoiseRequest, noiseRequest } from "../../random/index.ts";

/** An input that holds, for each sample, an integer drawn uniformly from 0 … count − 1, without a count a real from (0, 1). */
export interface Choice {
  readonly node: NodeId;
  readonly count?: number;
}

/** Fills the choices of an estimator: all of them at once, for their numbers are told apart by their order alone. */
export function drawnChoices(choices: readonly Choice[]): LaneInputs {
  let uniforms: Mutable<NoiseRequest> | undefined; // made once, as a step of a fit allocates nothing
  return laneInputs({
    nodes: choices.map(({ node }) => node),
    reads: [],
    fill({ slots, to, generator, stream, firstSample, lanes }) {
      uniforms ??= noiseRequest({ out: slots, generator, lanes, dimensions: choices.length });
      uniforms.out = slots;
      uniforms.at = to[0]!;
      // Inputs that are filled together lie one after the other.
      uniforms.stride = to.length > 1 ? to[1]! - to[0]! : 0;
      uniforms.generator = generator;
      uniforms.stream = stream;
      uniforms.firstSample = firstSample;
      uniforms.lanes = lanes;
      fillUniforms(uniforms);
      for (let c = 0; c < to.length; c++) {
        const { count } = choices[c]!;
        if (count === undefined) continue;
        for (let at = to[c]!; at < to[c]! + lanes; at++) slots[at] = Math.floor(slots[at]! * count);
      }
    },
  });
}
