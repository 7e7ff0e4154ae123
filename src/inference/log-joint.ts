/** `logJoint(gmm, [0.3])` is the log density of a model at given latents. */
import { requireReal } from "../autodiff/expr.ts";
import { outOfRange } from "../autodiff/session.ts";
import { evaluation } from "../autodiff/tape/evaluation.ts";
import { requireList } from "../checks/arguments.ts";
import type { Model } from "../program/model.ts";
import type { Profile } from "./profile.ts";

/** log p(x, z) at latents in declaration order; the entries document it. */
export function logJoint({ engine, trace }: Profile, model: Model, z: ArrayLike<number>): number {
  const traced = trace(model);
  const { graph, latents, points, frozen, terms, checks } = traced;
  if (frozen.length > 0)
    throw new TypeError(
      `logJoint: the density of "${model.name}" is random; got frozen site "${frozen[0]!.name}", expected none`,
    );
  const n = latents.length;
  requireList("logJoint", "the values of latents", z, `an array of ${n + points.length}`);
  if (z.length !== n + points.length)
    throw new RangeError(
      `logJoint: z does not fit the latents of "${model.name}"; got ${z.length} values, expected ${n + points.length}`,
    );
  const laneInputs = latents.map(({ node }) => node);
  const sum = graph.sum(terms.map(({ node }) => node));
  const value = graph.algebra.where(outOfRange(graph, checks), graph.constant(Number.NaN), sum);
  const inputs = points.map(({ node }) => node);
  const density = evaluation(graph, [value], { inputs, laneInputs, engine });
  const values = Array.from(z, (value) => requireReal(value) as number);
  density.run(values.slice(n), values.slice(0, n));
  return density.value(0);
}
