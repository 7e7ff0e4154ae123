/** The functions of `src/inference` that `nondiff/core` exports are bound to its profile here. */

import type { EstimateOptions, GradientEstimate } from "./inference/estimate-gradient.ts";
import * as estimate from "./inference/estimate-gradient.ts";
import * as fitting from "./inference/fit/fit.ts";
import type { FitOptions, FitStep } from "./inference/fit/options.ts";
import * as density from "./inference/log-joint.ts";
import type { Posterior } from "./inference/posterior.ts";
import { CORE } from "./profile.ts";
import type { Model } from "./program/model.ts";

/**
 * Fits a guide, mean field unless another one is given, to the posterior.
 *
 *     const posterior = fit(textmsg, { seed: 1 });
 *     posterior.status; // "converged"
 *     posterior.mean("z");
 *
 * It chooses its steps and ends when the ELBO near it can gain less than `tolerance` nats; where that fails it returns what it has, with a
 * status and warnings that say why. With `optimizer` or `steps` it is a plain loop of so many steps.
 *
 * Throws RangeError for bad options and for a condition that the estimator refuses; DivergenceError where no gradient is finite at the start,
 * and, with the last good parameters, if the loop meets a number that is not.
 */
export function fit(model: Model, options?: FitOptions): Posterior {
  return fitting.fit(CORE, model, options);
}

/** The steps of a fit one by one, for event loops: `for (const { step, elbo } of fitSteps(model)) …`; returns the posterior. */
export function fitSteps(model: Model, options?: FitOptions): Generator<FitStep, Posterior, void> {
  return fitting.fitSteps(CORE, model, options);
}

/** As `fit`, giving way to the event loop every few milliseconds; rejects with the signal's reason when aborted. */
export function fitAsync(model: Model, options?: FitOptions): Promise<Posterior> {
  return fitting.fitAsync(CORE, model, options);
}

/**
 * Estimates the ELBO and its gradient under a guide, mean field unless another one is given.
 *
 *     estimateGradient(gmm, { estimator: corrected(), params: { mu: [0], rho: [0.54] }, samples: 1e5, seed: 1 })
 *
 * Throws RangeError for parameters that do not fit, for conditions the estimator refuses, and where a density is not finite.
 */
export function estimateGradient(model: Model, options: EstimateOptions): GradientEstimate {
  return estimate.estimateGradient(CORE, model, options);
}

/**
 * log p(x, z) at latents in declaration order; −∞ or NaN where the density is so, NaN outside a range that `floor` and the like state. Latents that are not live at z add nothing.
 *
 *     logJoint(gmm, [0.3]);
 *
 * Throws RangeError if the number of latents is wrong, TypeError for a model with frozen sites (its density is random).
 */
export function logJoint(model: Model, z: ArrayLike<number>): number {
  return density.logJoint(CORE, model, z);
}
