/** Posteriors are made in one place from what a fit has found, for the loop, for the search, and for what was saved. */
import { type FittedParts, Posterior } from "../posterior.ts";
import type { GuidedModel } from "../profile.ts";

/** The posterior of a model under a guide; of the class that the profile has for it. */
export function posteriorOf(guided: GuidedModel, parts: FittedParts): Posterior {
  const { profile, objective } = guided;
  const { theta, elboTrace, warnings } = parts;
  return profile.posterior?.(guided, parts) ?? new Posterior(objective.guide.space, theta, elboTrace, warnings, parts);
}
