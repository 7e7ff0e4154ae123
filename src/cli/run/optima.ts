/**
 * The optima of a fit on the latents' own scale: for each the median of every latent, so that one can say where they differ, as in "early
 * is 3.1 there and 8.9 here".
 */
import { packParameters } from "../../guides/guide.ts";
import type { FitReport, Optimum } from "../../inference/fit/report.ts";
import { gaussianOf, sdOf } from "../../inference/posterior/gaussian.ts";
import type { GuidedModel } from "../../inference/profile.ts";

export interface PlacedOptimum extends Pick<Optimum, "elbo" | "elboError" | "weight" | "status"> {
  /** The medians of the latents that the guide is over, on their own scale; entries of a vector on the unconstrained one. */
  readonly medians: Readonly<Record<string, number>>;
  /** The latents that are farthest from where the best optimum has them, in its sds and on the unconstrained scale, the farthest first. */
  readonly farthest: readonly string[];
}

/** How far two medians must be apart to be told, in sds of the narrower one. */
const APART = 1;

/** The optima, the best first. */
export function optimaOf(report: FitReport | undefined, { objective }: GuidedModel): PlacedOptimum[] {
  const { latents } = objective.trace;
  const { space } = objective.guide;
  const placed = (report?.optima ?? []).map((optimum) => ({
    ...optimum,
    guide: gaussianOf(space, packParameters("nondiff run", space, optimum.params)),
  }));
  return placed.map(({ elbo, elboError, weight, status, guide }) => {
    const best = placed[0]!.guide;
    const medians = latents.map(({ name, transform }, i) => {
      const u = guide.means[i]!;
      const x = transform?.moments ? transform.forward(u) : u;
      return [name, typeof x === "number" ? x : u] as const;
    });
    const farthest = latents
      .map(({ name }, i) => ({
        name,
        apart: Math.abs(guide.means[i]! - best.means[i]!) / Math.min(sdOf(guide, i), sdOf(best, i)),
      }))
      .filter(({ apart }) => apart > APART)
      .sort((p, q) => q.apart - p.apart)
      .map(({ name }) => name);
    return { elbo, elboError, weight, status, medians: Object.fromEntries(medians), farthest };
  });
}
