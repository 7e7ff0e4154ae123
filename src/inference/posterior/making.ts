/** A posterior, from what a fit has found: one place for the loop, the search, and what was saved. */
import { Posterior, type PosteriorDetails } from "../posterior.ts";
import type { GuidedModel } from "../sampler/sampler.ts";
import { type FoundGuide, othersOf } from "./others.ts";

/** What was found. */
export interface FittedParts extends Omit<PosteriorDetails, "others" | "made"> {
  readonly theta: Float64Array;
  readonly elboTrace: Float64Array;
  readonly warnings: readonly string[];
  /** The guides by which weighted draws are proposed; default the parts of the mixture. */
  readonly found?: readonly FoundGuide[];
}

/** What a posterior was made of. */
export interface Made {
  readonly guided: GuidedModel;
  readonly parts: FittedParts;
}

/** The posterior of a model under a guide; of the class that the profile has for it. */
export function posteriorOf(guided: GuidedModel, parts: FittedParts): Posterior {
  const { theta, elboTrace, warnings, found, ...details } = parts;
  const { space } = guided.objective.guide;
  const made: Made = { guided, parts };
  const all: PosteriorDetails = { ...details, others: othersOf(guided, found), made };
  const make = guided.profile.posterior;
  return make ? make(space, theta, elboTrace, warnings, all) : new Posterior(space, theta, elboTrace, warnings, all);
}
