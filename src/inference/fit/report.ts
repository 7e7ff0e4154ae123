/** A fit reports its status, such as "converged", and the numbers behind it: the ELBO with its error, the gap that is left, the optima. */
import type { FittedParameters } from "../../guides/guide.ts";

/**
 * "converged": at fresh points the ELBO near the result can gain less than the tolerance; or, where the density is 0 next to the result or its
 * gradient takes too long, so that the ELBO is not climbed to its end, weighted draws are trusted and answer. "budget": `maxSamples` or `timeBudget` was used up before.
 * "stalled": no step raised the ELBO further, and yet it could gain more. "unbounded": a scale grew without end, as under a density that has no
 * integral. "diverged": a number was not finite wherever the fit tried to go on.
 */
export type FitStatus = "converged" | "budget" | "stalled" | "unbounded" | "diverged";

/** A fact that contradicts a result, or that a user should know of it. */
export interface FitWarning {
  readonly code: WarningCode;
  /** The warning in words, with names and numbers. */
  readonly message: string;
  /** The latents that it is about, if it is about some. */
  readonly latents: readonly string[];
}

export type WarningCode =
  | "biased-estimator"
  | "unseen-step"
  | "not-converged"
  | "unbounded"
  | "diverged"
  | "other-optima"
  | "narrow-guide"
  | "unvisited-cell"
  | "cut-count"
  | "no-moments"
  | "improper-posterior"
  | "untouched-latent";

/** Beyond a condition that the guide has decided the ELBO is so, and no optimum was found there. */
export interface Unvisited {
  readonly condition: string;
  readonly elbo: number;
  readonly latents: readonly number[];
}

/** A stage of the start that was kept: steps on fixed points, then fresh ones. */
export interface StageReport {
  readonly points: number;
  readonly steps: number;
  readonly ended: string;
  readonly elbo: number;
  readonly gap: number;
  readonly gapError: number;
}

export interface StartReport {
  /** "initial": where a fit starts; "wide": there, wide at first; "prior": at a draw of the prior; "flip": beyond a boundary; "values": where values of the density led. */
  readonly from: "initial" | "wide" | "prior" | "flip" | "values";
  readonly samples: number;
  /** Its own status; "same" as an optimum that was known, "worse" than one by so much that it was left. */
  readonly ended: FitStatus | "same" | "worse";
  readonly elbo: number;
  /** Which of the optima it led to. */
  readonly optimum: number | undefined;
}

/** A place where the ELBO is highest nearby; the best comes first. */
export interface Optimum {
  readonly elbo: number;
  readonly elboError: number;
  /** Its share of the posterior: the optima weigh 1 together, by their ELBOs, as components of a mixture that do not overlap. */
  readonly weight: number;
  readonly status: FitStatus;
  readonly params: FittedParameters;
}

/** What importance weights p(x, z)/q(z) at draws of the guide say, the optima as a mixture. */
export interface Importance {
  /** Shape of the weights' tail: above 0.7 the guide is too narrow to be corrected by weights. */
  readonly kHat: number;
  /** As many equally weighted draws are worth as much, of `draws`. */
  readonly effectiveDraws: number;
  readonly draws: number;
  /** log p(x) by the smoothed weights' mean. */
  readonly logEvidence: number;
  /** Mean of log p − log q under the mixture of the optima. */
  readonly mixtureElbo: number;
  /**
   * What `mean`, `sd`, `sample` and the others speak of: the guide; weighted draws where these are trusted and the guide is not near; or, where they
   * are not trusted, draws that Metropolis steps have led from the priors to the posterior by stages, if two populations of them agree. Where these
   * do not, draws that are not trusted because they are too rare in a part of the posterior answer, and a warning says so.
   */
  readonly answers: "guide" | "weights" | "particles";
  /** Of draws of a proposal that covers the priors too and follows the posterior; undefined where none could be weighed. */
  readonly weighted: WeightedProposal | undefined;
}

/** How well weighted draws stand for the posterior. */
export interface WeightedProposal {
  readonly kHat: number;
  readonly effectiveDraws: number;
  readonly draws: number;
  readonly logEvidence: number;
  /** The share of the posterior that the guide has elsewhere, by these draws. */
  readonly distance: number;
  /** Particles that come from the priors are where draws of the proposal are too rare to tell. */
  readonly isShort: boolean;
  /** k-hat is below 0.7 and 100 draws at least are left, or half of all, and they are not too rare anywhere. */
  readonly isTrusted: boolean;
}

export interface FitReport {
  /** The ELBO of the result at fresh points, with its standard error. */
  readonly elbo: number;
  readonly elboError: number;
  /** How many nats the ELBO can still gain nearby, with the part that is noise. */
  readonly gap: number;
  readonly gapError: number;
  readonly tolerance: number;
  /** Samples of the guide that gradients were taken at, and gradients, of all starts together. */
  readonly samples: number;
  readonly gradients: number;
  readonly stages: readonly StageReport[];
  readonly starts: readonly StartReport[];
  readonly optima: readonly Optimum[];
  readonly guide: string;
  /** The check of the result by weights of draws (`Importance`); undefined under `nondiff/core`. */
  readonly importance: Importance | undefined;
  readonly warnings: readonly FitWarning[];
}
