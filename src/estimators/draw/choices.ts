/** Lane inputs that are drawn for every sample: uniforms, and integers made of them. */
import type { NodeId } from "../../autodiff/ops/op.ts";
import type { LaneInputs } from "../../objective/lane-inputs.ts";
import { fillUniforms } from "../../random/index.ts";

/** An input that holds, for each sample, an integer drawn uniformly from 0 … count − 1, without a count a real from (0, 1). */
export interface Choice {
  readonly node: NodeId;
  readonly count?: number;
}

/** Fills the choices of an estimator: all of them at once, for their numbers are told apart by their order alone. */
export function drawnChoices(choices: readonly Choice[]): LaneInputs {
  return {
    nodes: choices.map(({ node }) => node),
    reads: [],
    fill(slots, _reads, nodes, lanes, _theta, generator, stream, firstSample) {
      // Inputs that are filled together lie one after the other.
      const stride = nodes.length > 1 ? nodes[1]! - nodes[0]! : 0;
      fillUniforms(slots, nodes[0]!, stride, generator, stream, firstSample, lanes, nodes.length);
      for (let c = 0; c < nodes.length; c++) {
        const { count } = choices[c]!;
        if (count === undefined) continue;
        for (let at = nodes[c]!; at < nodes[c]! + lanes; at++) slots[at] = Math.floor(slots[at]! * count);
      }
    },
  };
}
