import { compileTape, runLanes, runUniform } from "../autodiff/tape/tape.ts";
import type { Model } from "../program/model.ts";
import { trace } from "../program/trace.ts";

/**
 * log p(x, z) at latents in declaration order; −∞ or NaN where the density is so, NaN outside a range that `floor` and the like state. Latents that are not live at z add nothing.
 *
 *     logJoint(gmm, [0.3]);
 *
 * Throws RangeError if the number of latents is wrong, TypeError for a model with frozen sites (its density is random).
 */
export function logJoint(model: Model, z: ArrayLike<number>): number {
  const traced = trace(model);
  const { graph, latents, frozen, terms } = traced;
  if (frozen.length > 0)
    throw new TypeError(
      `logJoint: the density of "${model.name}" is random; got frozen site "${frozen[0]!.name}", expected none`,
    );
  if (z?.length !== latents.length)
    throw new RangeError(
      `logJoint: z does not fit the latents of "${model.name}"; got ${z?.length} values, expected ${latents.length}`,
    );
  const laneInputs = latents.map(({ node }) => node);
  const sum = graph.sum(terms.map(({ node }) => node));
  const value = graph.algebra.where(graph.outOfRange(), graph.constant(Number.NaN), sum);
  const tape = compileTape(graph, [value], { laneInputs, lanes: 1 });
  for (let i = 0; i < z.length; i++) tape.slots[tape.noiseOffset + i] = z[i]!;
  runUniform(tape);
  runLanes(tape, 1);
  return tape.slots[tape.outputs[0]!.offset]!;
}
