/** How noisy a gradient is: the covariance matrix of its components over single samples, which tells estimators apart that have the same mean. */
import { requireOptions } from "../checks/options.ts";
import { packParameters } from "../guides/guide.ts";
import { accumulateCovariance, covarianceInto, makeCovarianceSums } from "../linalg/covariance.ts";
import type { Model } from "../program/model.ts";
import { makeGenerator } from "../random/index.ts";
import { ESTIMATE_OPTIONS, type EstimateOptions, estimatorOf } from "./estimate-gradient.ts";
import { count } from "./options.ts";
import type { Profile } from "./profile.ts";
import { makeMoments, momentsInto } from "./sampler/moments.ts";
import { makeSampler, startOf } from "./sampler/sampler.ts";

/** Covariance of the components of a single-sample gradient, row-major; the entries document it. */
export function gradientCovariance(profile: Profile, model: Model, options: EstimateOptions): Float64Array {
  requireOptions("gradientCovariance", options, ESTIMATE_OPTIONS);
  const { samples = 1000, seed = 0, group = Math.min(16, samples), step = 0 } = options;
  count("gradientCovariance", "samples", samples);
  count("gradientCovariance", "group", group);
  const sampler = makeSampler(profile, model, estimatorOf("gradientCovariance", options.estimator), {
    guide: options.guide,
    collapse: options.collapse,
    standardise: options.standardise,
  });
  const together = sampler.grouped ? group : 1;
  sampler.nodes.reduction?.require("gradientCovariance", together);
  if (samples < 2 * together)
    throw new RangeError(
      `gradientCovariance: too few samples; got ${samples} in groups of ${together}, expected two groups or more`,
    );
  const { size } = sampler;
  const theta = packParameters("gradientCovariance", sampler.objective.guide.space, startOf(sampler, options.params));
  const sums = makeCovarianceSums(size);
  const rows = Array.from({ length: size }, (_, offset) => ({ offset, lane: true }));
  const draw = { generator: makeGenerator(seed), stream: 0, firstSample: 0, samples, group, step };
  momentsInto(makeMoments(sampler), sampler, theta, draw, (gradient) => accumulateCovariance(sums, gradient, rows, 1));
  const covariance = new Float64Array(size * size);
  covarianceInto(covariance, sums);
  return covariance.map((value) => value * together);
}
