/** A sampler knows how numbers of its posterior are computed that are more than one latent by itself, such as a tracked sum of two. */
import type { PosteriorDetails } from "../posterior.ts";
import type { GuidedModel } from "../profile.ts";
import { type Gaussian, gaussianOf } from "./gaussian.ts";
import type { OtherNumbers } from "./marginal.ts";

/** Makes what computes them, if the profile can; weighted draws are proposed by all of the guides that were found. */
export function othersOf(
  { profile: { engine, otherNumbers }, objective: { trace, guide }, collapsed }: GuidedModel,
  found: PosteriorDetails["components"] = [],
  weighing?: PosteriorDetails["weighing"],
): ((components: readonly Gaussian[]) => OtherNumbers) | undefined {
  return (
    otherNumbers &&
    ((components) =>
      otherNumbers({
        trace,
        engine,
        components,
        proposals: found.map(({ weight, theta }) => gaussianOf(guide.space, theta, weight)),
        drawing: trace.points.length > 0 ? undefined : collapsed?.completion(engine),
        weighing,
      }))
  );
}
