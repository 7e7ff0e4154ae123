/** `nondiff/verify`: whether a gradient is unbiased, a model what it says, a posterior right; each against an independent answer. */

import { requireMethod, requireNoMore } from "../checks/arguments.ts";
import { FULL } from "../profile.ts";
import type { Model } from "../program/model.ts";
import type { GradientCheck, VerifyGradientOptions } from "./gradient.ts";
import * as gradients from "./gradient.ts";

export type { ComponentCheck, GradientCheck, GradientVerdict, VerifyGradientOptions } from "./gradient.ts";
export type { ModelCheck, ModelFinding, ModelFindingCode } from "./model.ts";
export { verifyModel } from "./model.ts";
export type { CheckPosteriorOptions, PosteriorCheck, PosteriorVerdict, QuantityCheck } from "./posterior.ts";
export { checkPosterior } from "./posterior.ts";
export type { ReferenceWay } from "./reference/reference.ts";

/**
 * Compares the mean of an estimator's gradient with a reference made of values of ℓ = log p − log q alone, and says "unbiased at this
 * resolution", "biased" or "undecided: budget".
 *
 *     verifyGradient(gmm, { estimator: reparam(), params: { mu: [0], rho: [0.54] } }).verdict; // "biased"
 *
 * The reference: up to three latents quadrature, split where any decision of the program changes; beyond, lines split so through
 * low-discrepancy points; with parameters without spread, differences of the ELBO with common noise; else scores with a baseline from
 * other samples. An unbiased estimator with normal means is called biased with probability at most `alpha`, over all looks and components.
 *
 * Throws as `estimateGradient`; RangeError for bad options, and where ℓ is not finite at draws of the guide.
 */
export function verifyGradient(model: Model, options?: VerifyGradientOptions): GradientCheck {
  requireNoMore("verifyGradient", 2, arguments);
  requireMethod("verifyGradient", "a model", model, "program", "one made by defineModel()");
  return gradients.verifyGradient(FULL, model, options);
}
