/**
 * The ELBO and its gradient at given parameters, as means over samples:
 *
 *     estimateGradient(gmm, { estimator: corrected(), params: { mu: [0], rho: [0.54] }, samples: 1e5 });
 */
import type { Backend } from "../autodiff/tape/executable.ts";
import { refuseKind } from "../autodiff/traced.ts";
import { type OptionTable, requireOptions } from "../checks/options.ts";
import type { Estimator } from "../estimators/estimator.ts";
import { type Guide, type GuideParameters, packParameters } from "../guides/guide.ts";
import type { Model } from "../program/model.ts";
import { makeGenerator } from "../random/index.ts";
import type { CollapseOption } from "./collapse-option.ts";
import { count } from "./options.ts";
import type { Profile } from "./profile.ts";
import { makeMoments, momentsInto } from "./sampler/moments.ts";
import { makeSampler, startOf } from "./sampler/sampler.ts";

export interface EstimateOptions {
  readonly estimator: Estimator;
  /** Under which guide (default `meanField()`). */
  readonly guide?: Guide | undefined;
  /** Latents to sum out of the model (default false: none but discrete ones); `params` may be those of all latents. */
  readonly collapse?: CollapseOption | undefined;
  /** Latents that the guide has by their noise (default none): those of a fit are `posterior.standardised`. */
  readonly standardise?: readonly string[] | undefined;
  /** Where, in the guide's parameters; default where a fit starts. */
  readonly params?: GuideParameters | undefined;
  /** Number of independent samples of the guide (default 1000). */
  readonly samples?: number | undefined;
  /** Same seed, same bits (default 0). */
  readonly seed?: number | undefined;
  /**
   * For estimators whose samples are not independent: how many belong together (default 16), as the samples of one
   * gradient of a fit do. The number of samples is then a multiple of it; a remainder is left out.
   */
  readonly group?: number | undefined;
  /** The optimiser's step, from 0, for estimators with a schedule (default 0). */
  readonly step?: number | undefined;
  /** Samples per pass; changes speed only. */
  readonly lanes?: number | undefined;
  /** What computes the gradient, such as wasm() of nondiff/wasm; changes speed only. */
  readonly backend?: Backend | undefined;
  /** Told that ℓ has a step so steep that no sample shows it; default `console.warn`. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

export interface GradientEstimate {
  /** Mean of ℓ = log p(x, z) − log q(z). */
  readonly elbo: number;
  /** Variance of ℓ for a single sample. */
  readonly elboVariance: number;
  /** Mean gradient in the order of the guide's parameters: under mean field [∂μ…, ∂ρ…], latents in declaration order. */
  readonly gradient: Float64Array;
  /** Per component, the variance of a single-sample gradient (of a group's mean times its size, where samples are not independent); NaN for one. */
  readonly variance: Float64Array;
  /** Variance of the Euclidean norm of a single-sample gradient. */
  readonly normVariance: number;
  readonly samples: number;
}

/** The options of an estimate, for who checks them. */
export const ESTIMATE_OPTIONS: OptionTable<EstimateOptions> = {
  estimator: "any",
  guide: "any",
  collapse: "any",
  standardise: "any",
  params: "object",
  samples: "any",
  seed: "any",
  group: "any",
  step: "any",
  lanes: "any",
  backend: "object",
  onWarning: "function",
};

/** Estimates the ELBO and its gradient under a guide; the entries document it. */
export function estimateGradient(profile: Profile, model: Model, options: EstimateOptions): GradientEstimate {
  requireOptions("estimateGradient", options, ESTIMATE_OPTIONS);
  const { samples = 1000, seed = 0, lanes, group = Math.min(16, samples), step = 0 } = options;
  count("estimateGradient", "samples", samples);
  count("estimateGradient", "group", group, 1, samples);
  count("estimateGradient", "step", step, 0);
  count("estimateGradient", "lanes", lanes ?? 1);
  const sampler = makeSampler(profile, model, estimatorOf("estimateGradient", options.estimator), {
    ...options,
    expectedSamples: samples,
  });
  sampler.nodes.reduction?.require("estimateGradient", group);
  const theta = packParameters("estimateGradient", sampler.objective.guide.space, startOf(sampler, options.params));
  const moments = makeMoments(sampler);
  const generator = makeGenerator(seed);
  sampler.profile.pilot?.(sampler, theta, generator, step);
  momentsInto(moments, sampler, theta, { generator, stream: 0, firstSample: 0, samples, group, step });
  sampler.profile.warnOfSteps?.(sampler, theta, options);
  const { size } = sampler;
  return {
    elbo: moments.mean[size]!,
    elboVariance: moments.variance[size]!,
    gradient: moments.mean.slice(0, size),
    variance: moments.variance.slice(0, size),
    normVariance: moments.normVariance,
    samples: sampler.grouped ? samples - (samples % group) : samples,
  };
}

/** The estimator given; TypeError with advice if it is not one. */
export function estimatorOf(caller: string, estimator: Estimator): Estimator {
  if (typeof estimator?.build !== "function") refuseKind(caller, "an estimator", estimator, "one such as corrected()");
  return estimator;
}
