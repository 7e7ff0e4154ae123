/**
 * How well a model predicts each datum from the others: leave-one-out cross validation without further fits. Draws of the posterior become
 * draws of the posterior without datum i if each counts by 1/p(yᵢ | draw); the largest of these weights are smoothed.
 *
 * Sources: A. Vehtari, A. Gelman, J. Gabry, Practical Bayesian model evaluation using leave-one-out cross-validation and WAIC, Statistics
 * and Computing 27 (2017) 1413–1432; with weights of approximate posteriors, M. Magnusson et al., ICML 2019.
 */
import { requireOptions } from "../../checks/options.ts";
import { log } from "../../math/elementary.ts";
import { logSumExp } from "../../math/log-sum-exp.ts";
import type { Model } from "../../program/model.ts";
import { count } from "../options.ts";
import { paretoSmoothed, TRUSTED } from "../posterior/pareto-tail.ts";
import type { Posterior } from "../posterior.ts";
import type { Profile } from "../profile.ts";
import { logLikelihood } from "./log-likelihood.ts";
import { trustedDraws } from "./posterior-draws.ts";

export interface LooOptions {
  /** Weighted draws (default 8192). */
  readonly draws?: number | undefined;
  /** Same seed, same draws (default 0). */
  readonly seed?: number | undefined;
}

/** One datum left out: how well the others predict it. */
export interface PointwiseLoo {
  /** The name of the observation. */
  readonly name: string;
  /** The log density of the datum, predicted from the others. */
  readonly elpd: number;
  /** Shape of the tail of its weights: above 0.7 `elpd` is not to be trusted. */
  readonly kHat: number;
}

export interface Loo {
  readonly model: string;
  /** Σ log p(yᵢ | all other data), with its standard error as an estimate for new data like these. */
  readonly elpd: number;
  readonly se: number;
  /** By how much the data are predicted worse if left out: about the number of parameters that they determine. */
  readonly pLoo: number;
  readonly pointwise: readonly PointwiseLoo[];
  /** Results that are not to be trusted, in words. */
  readonly warnings: readonly string[];
}

/** Leave-one-out cross validation of a model at its posterior; the entry documents it. */
export function loo({ engine }: Profile, model: Model, posterior: Posterior, options: LooOptions = {}): Loo {
  const { draws = 8192, seed = 0 } = requireOptions("loo", options, { draws: "number", seed: "number" });
  count("loo", "draws", draws, LEAST_DRAWS);
  const found = trustedDraws("loo", posterior, draws, seed, draws);
  const likelihood = logLikelihood("loo", engine, model, found);
  const logWeights = found.weights.map(log);
  const pointwise: PointwiseLoo[] = [];
  let pLoo = 0;
  likelihood.each(({ name }, values) => {
    // Σ of the smoothed weights is 1, so that log Σ w·p is the log density with datum i.
    const within = logSumExp(Array.from(values, (value, d) => logWeights[d]! + value));
    const { weights, kHat } = paretoSmoothed(logWeights.map((weight, d) => weight - values[d]!));
    const elpd = logSumExp(Array.from(values, (value, d) => log(weights[d]!) + value));
    pointwise.push({ name, elpd, kHat });
    pLoo += within - elpd;
  });
  if (pointwise.length === 0)
    throw new RangeError(`loo: model "${model.name}" has no data; got no observation, expected one at least`);
  const elpd = pointwise.reduce((sum, point) => sum + point.elpd, 0);
  const se = standardError(pointwise.map((point) => point.elpd));
  return { model: model.name, elpd, se, pLoo, pointwise, warnings: warningsOf(posterior, found.kHat, pointwise) };
}

/** Of fewer draws a tail has no shape. */
const LEAST_DRAWS = 100;

function warningsOf(posterior: Posterior, kHat: number, pointwise: readonly PointwiseLoo[]): string[] {
  const warnings: string[] = [];
  const isByParticles = posterior.report?.importance?.answers === "particles";
  if (Number.isNaN(kHat) && !posterior.isRandom && !isByParticles)
    warnings.push(
      `the weights of the posterior's draws have a k-hat above ${TRUSTED}: the draws are those of the guide, which may be too narrow`,
    );
  const bad = pointwise.filter((point) => point.kHat > TRUSTED);
  if (bad.length > 0)
    warnings.push(
      `${bad.length} of ${pointwise.length} observations have a k-hat above ${TRUSTED} and may be predicted too well: ${bad
        .slice(0, 5)
        .map((point) => `${point.name} (${point.kHat.toFixed(2)})`)
        .join(", ")}`,
    );
  return warnings;
}

/** √n · sd of terms: the standard error of their sum; NaN for one. */
export function standardError(terms: readonly number[]): number {
  const n = terms.length;
  const mean = terms.reduce((sum, x) => sum + x, 0) / n;
  return Math.sqrt((n / (n - 1)) * terms.reduce((sum, x) => sum + (x - mean) * (x - mean), 0));
}
