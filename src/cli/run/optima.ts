/**
 * The optima of a fit on the latents' own scale: for each the median of every latent, so that one can say where they differ, as in "early
 * is 3.1 there and 8.9 here".
 */
import { sdOfRho } from "../../index.ts";
import type { FitReport, Optimum } from "../../inference/fit/report.ts";
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
  const best = report?.optima[0];
  return (report?.optima ?? []).map(({ elbo, elboError, weight, status, params }) => {
    const medians = latents.map(({ name, transform }, i) => {
      const u = params.mu[i]!;
      const x = transform?.moments ? transform.forward(u) : u;
      return [name, typeof x === "number" ? x : u] as const;
    });
    const apart = latents.map(
      (_, i) =>
        Math.abs(params.mu[i]! - best!.params.mu[i]!) / Math.min(sdOf(params.rho[i]!), sdOf(best!.params.rho[i]!)),
    );
    const farthest = latents
      .map(({ name }, i) => ({ name, apart: apart[i]! }))
      .filter((each) => each.apart > APART)
      .sort((p, q) => q.apart - p.apart)
      .map(({ name }) => name);
    return { elbo, elboError, weight, status, medians: Object.fromEntries(medians), farthest };
  });
}

function sdOf(rho: number): number {
  return Number.isFinite(rho) ? sdOfRho(rho) : NaN;
}
