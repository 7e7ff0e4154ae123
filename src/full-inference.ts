/** The functions of `src/inference` bound to the full profile: what `nondiff` exports. */

import { refuse, requireMethod, requireNoMore } from "./checks/arguments.ts";
import { type OptionTable, requireOptions } from "./checks/options.ts";
import type { Estimator } from "./estimators/estimator.ts";
import { fullRank } from "./guides/full-rank.ts";
import { latentsOf } from "./guides/guide.ts";
import type { CompiledModel, CompileOptions } from "./inference/compiled/compiled-model.ts";
import * as compiling from "./inference/compiled/compiled-model.ts";
import type { Shape } from "./inference/compiled/shape.ts";
import * as covariance from "./inference/covariance.ts";
import type { EstimateOptions, GradientEstimate } from "./inference/estimate-gradient.ts";
import * as estimate from "./inference/estimate-gradient.ts";
import type { ExplainOptions, Explanation } from "./inference/explain/explanation.ts";
import * as explaining from "./inference/explain/explanation.ts";
import * as fitting from "./inference/fit/fit.ts";
import type { FitOptions, FitStep } from "./inference/fit/options.ts";
import * as density from "./inference/log-joint.ts";
import { count } from "./inference/options.ts";
import * as validation from "./inference/predictive/loo.ts";
import type { SimulationOptions } from "./inference/predictive/simulation.ts";
import type { Draw } from "./inference/sampler/draw.ts";
import * as means from "./inference/sampler/means.ts";
import type { Moments } from "./inference/sampler/moments.ts";
import * as moments from "./inference/sampler/moments.ts";
import type { GradientSampler, SamplerOptions } from "./inference/sampler/sampler.ts";
import * as samplers from "./inference/sampler/sampler.ts";
import * as arviz from "./inference/saved/arviz.ts";
import { remembering } from "./inference/saved/search-state.ts";
import { FULL, type Posterior } from "./profile.ts";
import type { Schema } from "./program/data/schema.ts";
import type { StandardSchema } from "./program/data/standard-schema.ts";
import type { DataModel, Model } from "./program/model.ts";
import { continuous, trace, traceAsWritten } from "./program/trace.ts";

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
 * Throws RangeError for bad options, for a condition that the estimator refuses and for a density that is not finite
 * at the start; DivergenceError where no gradient is finite there, and, with the last good parameters, if the loop meets a number that is not.
 */
export function fit(model: Model, options: FitOptions = {}): Posterior {
  requireNoMore("fit", 2, arguments);
  requireModel("fit", model);
  const [profile, own] = remembering(FULL, model, options);
  return fitting.fit(profile, model, own) as Posterior;
}

/** The steps of a fit one by one, for event loops: `for (const { step, elbo } of fitSteps(model)) …`; returns the posterior. */
export function fitSteps(model: Model, options: FitOptions = {}): Generator<FitStep, Posterior, void> {
  requireNoMore("fitSteps", 2, arguments);
  requireModel("fitSteps", model);
  const [profile, own] = remembering(FULL, model, options);
  return fitting.fitSteps(profile, model, own) as Generator<FitStep, Posterior, void>;
}

/** As `fit`, giving way to the event loop every few milliseconds; rejects with the signal's reason when aborted. */
export async function fitAsync(model: Model, options: FitOptions = {}): Promise<Posterior> {
  requireNoMore("fitAsync", 2, arguments);
  requireModel("fitAsync", model);
  const [profile, own] = remembering(FULL, model, options);
  return fitting.fitAsync(profile, model, own) as Promise<Posterior>;
}

/**
 * Estimates the ELBO and its gradient under a guide, mean field unless another one is given. `params` may be those of a fit: with
 * `lower` among them the default guide is `fullRank()`, and with fewer means than latents `collapse` is "auto" by default.
 *
 *     estimateGradient(gmm, { estimator: corrected(), params: { mu: [0], rho: [0.54] }, samples: 1e5, seed: 1 })
 *
 * Throws RangeError for parameters that do not fit, for conditions the estimator refuses, and where a density is not finite.
 */
export function estimateGradient(model: Model, options: EstimateOptions): GradientEstimate {
  requireNoMore("estimateGradient", 2, arguments);
  requireModel("estimateGradient", model);
  return estimate.estimateGradient(FULL, model, asFitted(model, options));
}

/**
 * Parameters as a fit returns them say what they are of: with shares in `lower` the guide is full rank, and where there are fewer means than
 * latents, some of these were summed out. What the options say themselves is left alone.
 */
export function asFitted(model: Model, options: EstimateOptions): EstimateOptions {
  const { params, guide, collapse } = options ?? {};
  const means = params ? latentsOf(params) : 0;
  if (!(means > 0)) return options;
  const isCorrelated = guide === undefined && (params?.lower?.length ?? 0) > 0;
  const isCollapsed = collapse === undefined && means < trace(model).latents.length;
  return {
    ...options,
    ...(isCorrelated && { guide: fullRank() }),
    ...(isCollapsed && { collapse: "auto" as const }),
  };
}

/**
 * Covariance of the components of a single-sample gradient, one row per parameter of the guide, row-major; its diagonal is the
 * `variance` of `estimateGradient` with the same options. For samples in groups it is the size of a group times
 * the covariance of a group's mean, so that dividing by the number of samples gives that of the estimate.
 *
 *     gradientCovariance(gmm, { estimator: corrected(), samples: 10_000 }); // Float64Array(4)
 *
 * Throws as `estimateGradient`; RangeError for fewer than two samples or groups. Cost: half the square of the number of parameters per sample on top.
 */
export function gradientCovariance(model: Model, options: EstimateOptions): Float64Array {
  requireNoMore("gradientCovariance", 2, arguments);
  requireModel("gradientCovariance", model);
  return covariance.gradientCovariance(FULL, model, asFitted(model, options));
}

/**
 * A model compiled for data of one shape: lengths of columns, or entries of those that the program needs as numbers. Its `fit({ data })` and
 * `estimateGradient({ data })` trace and compile when they first meet data, and use tape and code again for all further data.
 *
 *     const compiled = compile(visits, { y: 3 });
 *     compiled.fit({ data: { y: [3, 5, 2] }, seed: 1 }).mean("rate");
 *
 * `options` are what is compiled: `estimator`, `guide`, `collapse`, `backend`. Throws DataError for a shape that is faulty or says too little, and its fits for data that are,
 * with every fault by column and row; TypeError, naming the column, where the program uses an entry as a number, as `if (y[0] > 3)` does.
 */
export function compile<S extends Schema | StandardSchema>(
  model: DataModel<S>,
  shape: Shape<S>,
  options?: CompileOptions,
): CompiledModel<S, Posterior> {
  requireNoMore("compile", 3, arguments);
  return compiling.compile(FULL, model, shape, options);
}

/**
 * log p(x, z) at latents in declaration order; −∞ or NaN where the density is so, NaN outside a range that `floor` and the like state. Latents that are not live at z add nothing.
 *
 *     logJoint(gmm, [0.3]);
 *
 * Throws RangeError if the number of latents is wrong, TypeError for a model with frozen sites (its density is random).
 */
export function logJoint(model: Model, z: ArrayLike<number>): number {
  requireNoMore("logJoint", 2, arguments);
  requireModel("logJoint", model);
  return density.logJoint({ ...FULL, trace: (own) => continuous(traceAsWritten(own)) }, model, z);
}

/**
 * Explains what `corrected` with the same options does with a model: its latents, its conditions, how each is treated, at what cost.
 *
 *     console.log(explain(textmsg, { marginalise: false }).text);
 *
 * Throws RangeError for bad options and where `corrected` cannot tell whether two boundaries are one; conditions that it refuses
 * are told.
 */
export function explain(model: Model, options?: ExplainOptions): Explanation {
  requireNoMore("explain", 2, arguments);
  requireModel("explain", model);
  return explaining.explain(FULL, model, options);
}

/**
 * Leave-one-out cross validation by Pareto smoothed weights: how well the model predicts each datum from the others, without further fits.
 *
 *     const { elpd, se, pLoo, pointwise, warnings } = loo(textmsg, fit(textmsg));
 *
 * An observation of several numbers, as of a multivariateNormal, is left out as a whole. Latents of one datum alone, as the label of a
 * mixture that is a latent, make its k-hat large: leave them out, as `mixture` does. Throws RangeError for bad options, for a posterior
 * of another model and for a model without data, TypeError for a model with frozen sites. Cost: `draws` evaluations of the density.
 */
export function loo(model: Model, posterior: Posterior, options?: validation.LooOptions): validation.Loo {
  requireNoMore("loo", 3, arguments);
  requireModel("loo", model);
  return validation.loo(FULL, model, posterior, options);
}

/**
 * A posterior as the JSON of ArviZ's InferenceData, which `arviz.from_json` reads in Python: the groups posterior, posterior_predictive, log_likelihood,
 * observed_data and sample_stats (`lp`, the log joint density), as one chain of `draws` (default 1000).
 *
 *     writeFileSync("fit.json", arvizJson(model, posterior)); // az.loo(az.from_json("fit.json"))
 *
 * All data are one variable, y, along the dimension observation. With frozen sites there are no densities. NaN stands for what is in an arm that
 * was not taken, as Python reads it, so that `JSON.parse` may not. Throws as `predict`.
 */
export function arvizJson(model: Model, posterior: Posterior, options?: SimulationOptions): string {
  requireNoMore("arvizJson", 3, arguments);
  requireModel("arvizJson", model);
  return arviz.arvizJson(FULL, model, posterior, options);
}

const SAMPLER_OPTIONS: OptionTable<SamplerOptions> = {
  lanes: "number",
  backend: "object",
  expectedSamples: "number",
  guide: "object",
  collapse: "any",
  standardise: "any",
};

/** Traces a model and compiles its gradient under an estimator. */
export function makeSampler(model: Model, estimator: Estimator, options?: SamplerOptions): GradientSampler {
  requireNoMore("makeSampler", 3, arguments);
  requireModel("makeSampler", model);
  estimate.estimatorOf("makeSampler", estimator);
  if (options !== undefined) requireOptions("makeSampler", options, SAMPLER_OPTIONS);
  return samplers.makeSampler(FULL, model, estimator, options);
}

/**
 * Mean gradient over the samples of a draw, into out[0 … size − 1]; returns the mean of ℓ, the ELBO estimate.
 *
 * Throws RangeError naming the site if anything is not finite. Allocates nothing.
 */
export function meanGradientInto(out: Float64Array, sampler: GradientSampler, theta: Float64Array, draw: Draw): number {
  requireNoMore("meanGradientInto", 4, arguments);
  const { size } = requireSampler("meanGradientInto", sampler);
  requireNumbers("meanGradientInto", "room for a gradient", out, size);
  requireNumbers("meanGradientInto", "parameters", theta, size);
  requireDraw("meanGradientInto", draw);
  sampler.nodes.reduction?.require("meanGradientInto", draw.samples);
  return means.meanGradientInto(out, sampler, theta, draw);
}

/**
 * Mean and variance over the samples of a draw. `moments.mean` and `.variance` have size + 1 entries, ℓ last. `onGroup` sees
 * the mean gradient of each group, or sample, in turn; the array changes with the next one.
 */
export function momentsInto(
  into: Moments,
  sampler: GradientSampler,
  theta: Float64Array,
  draw: Draw,
  onGroup?: (gradient: Float64Array) => void,
): void {
  requireNoMore("momentsInto", 5, arguments);
  if (onGroup !== undefined && typeof onGroup !== "function")
    refuse("momentsInto", "a listener", onGroup, "(gradient) => …");
  const { size } = requireSampler("momentsInto", sampler);
  requireNumbers("momentsInto", "room for means", into?.mean, size + 1);
  requireNumbers("momentsInto", "room for variances", into?.variance, size + 1);
  requireNumbers("momentsInto", "parameters", theta, size);
  requireDraw("momentsInto", draw);
  sampler.nodes.reduction?.require("momentsInto", Math.min(draw.group ?? Infinity, draw.samples));
  moments.momentsInto(into, sampler, theta, draw, onGroup);
}

/** Room for the moments of a sampler. */
export function makeMoments(sampler: GradientSampler): Moments {
  requireNoMore("makeMoments", 1, arguments);
  return moments.makeMoments(requireSampler("makeMoments", sampler));
}

function requireModel(caller: string, model: Model): void {
  requireMethod(caller, "a model", model, "program", "one made by defineModel()");
}

/** Throws unless there are numbers for each component, as `theta` has, or room for them. */
function requireNumbers(caller: string, what: string, numbers: Float64Array, least: number): void {
  if (!(numbers instanceof Float64Array) || numbers.length < least)
    refuse(caller, what, numbers, `a Float64Array of at least ${least} numbers`);
}

/** Throws unless it says which samples of which generator are meant. */
function requireDraw(caller: string, draw: Draw): void {
  if (!(draw?.generator?.key instanceof Int32Array))
    refuse(caller, "a draw", draw, "{ generator, stream, firstSample, samples, group }");
  count(caller, "stream", draw.stream, 0);
  count(caller, "firstSample", draw.firstSample, 0);
  count(caller, "samples", draw.samples);
}

function requireSampler(caller: string, sampler: GradientSampler): GradientSampler {
  return requireMethod(caller, "a sampler", sampler, "each", "one made by makeSampler()");
}
