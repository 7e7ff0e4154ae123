/**
 * How far importance weights can be trusted. The largest of them are fitted by a generalised Pareto distribution, whose shape k says how
 * many moments they have: below 0.5 their variance is finite, above 0.7 averages with them are not to be used. They are then replaced by
 * the quantiles of the fit, which takes the noise out of the largest ones.
 *
 * Source: A. Vehtari, D. Simpson, A. Gelman, Y. Yao, J. Gabry, Pareto smoothed importance sampling, JMLR 25 (2024); the fit is that of
 * J. Zhang and M. A. Stephens, Technometrics 51 (2009) 316–325.
 */
import { requireList, requireNoMore } from "../../checks/arguments.ts";
import { exp, log, log1p } from "../../math/elementary.ts";
import { logSumExp } from "../../math/log-sum-exp.ts";

export interface SmoothedWeights {
  /** Weights that sum to 1, the largest ones smoothed. */
  readonly weights: Float64Array;
  /** The shape of their tail, NaN where there are too few of them, −∞ where all are equal. */
  readonly kHat: number;
  /** 1/Σ w²: as many draws with equal weights are worth as much. */
  readonly effectiveDraws: number;
}

/** The shape from which on averages with the weights are not to be used. */
export const TRUSTED = 0.7;
/** From so many weights in the tail on a shape is fitted. */
const FEWEST = 5;

/** Smooths weights that are given as logs, up to a constant; RangeError if none of them is finite or one is NaN or +∞. */
export function paretoSmoothed(logWeights: ArrayLike<number>): SmoothedWeights {
  requireNoMore("paretoSmoothed", 1, arguments);
  const n = requireList("paretoSmoothed", "logs of weights", logWeights, "an array").length;
  // Numbers by themselves are sorted five times as fast as their places; NaN comes last.
  const sorted = Float64Array.from(logWeights).sort();
  const largest = n > 0 ? sorted[n - 1]! : Number.NaN;
  if (!Number.isFinite(largest))
    throw new RangeError(
      `paretoSmoothed: weights have no sum; got ${largest} among their logs, expected finite numbers`,
    );
  const weights = new Float64Array(n);
  for (let i = 0; i < n; i++) weights[i] = exp(logWeights[i]! - largest);
  const tail = Math.ceil(Math.min(0.2 * n, 3 * Math.sqrt(n)));
  let kHat = Number.NaN;
  if (tail >= FEWEST && tail < n) {
    const logLeast = sorted[n - tail - 1]!;
    const least = exp(logLeast - largest);
    const above: number[] = [];
    for (let i = 0; i < n; i++) if (logWeights[i]! >= logLeast) above.push(i);
    const order = above.sort((i, j) => logWeights[i]! - logWeights[j]!).slice(-tail);
    const excesses = Float64Array.from(order, (place) => weights[place]! - least);
    if (excesses[tail - 1]! <= 0) kHat = Number.NEGATIVE_INFINITY;
    else {
      const fit = fitted(excesses);
      kHat = (tail * fit.shape + 5) / (tail + 10); // as if ten more had a shape of ½
      for (let i = 0; i < tail; i++)
        weights[order[i]!] = Math.min(1, least + quantile((i + 0.5) / tail, kHat, fit.scale));
    }
  }
  let [total, squares] = [0, 0];
  for (const weight of weights) total += weight;
  for (let i = 0; i < n; i++) {
    weights[i]! /= total;
    squares += weights[i]! * weights[i]!;
  }
  return { weights, kHat, effectiveDraws: 1 / squares };
}

/**
 * Weights to average with: smoothed, where the shape is one that is trusted, else as they are. Most draws of a guide that is nearly right weigh the
 * same and a few in a tail, as of an asymmetric Laplace, far more; a fit to both has the shape 2.2, and its quantiles are up to 13 times the weights between.
 */
export function averagingWeights(logWeights: ArrayLike<number>): SmoothedWeights {
  const smoothed = paretoSmoothed(logWeights);
  if (!(smoothed.kHat > TRUSTED)) return smoothed;
  const all = logSumExp(logWeights);
  const weights = new Float64Array(logWeights.length);
  for (let i = 0; i < weights.length; i++) weights[i] = exp(logWeights[i]! - all);
  const squares = weights.reduce((sum, weight) => sum + weight * weight, 0);
  return { weights, kHat: smoothed.kHat, effectiveDraws: 1 / squares };
}

const quantile = (p: number, shape: number, scale: number): number => {
  const surprisal = -log1p(-p);
  return Math.abs(shape) < 1e-12 ? scale * surprisal : (scale * (exp(shape * surprisal) - 1)) / shape;
};

/** The generalised Pareto distribution of ascending positive numbers: an average over θ = −shape/scale by the profile likelihood. */
function fitted(x: Float64Array): { readonly shape: number; readonly scale: number } {
  const n = x.length;
  const points = 30 + Math.floor(Math.sqrt(n));
  const quartile = Math.max(x[Math.floor(n / 4 + 0.5) - 1]!, 1e-300);
  const shapeAt = (theta: number): number => {
    let sum = 0;
    for (const value of x) sum += log1p(-theta * value);
    return sum / n;
  };
  const thetas = Array.from(
    { length: points },
    (_, j) => 1 / x[n - 1]! + (1 - Math.sqrt(points / (j + 0.5))) / (3 * quartile),
  );
  const likelihoods = thetas.map((theta) => {
    const shape = shapeAt(theta);
    return n * (log(-theta / shape) - shape - 1);
  });
  const all = logSumExp(likelihoods);
  const theta = thetas.reduce((sum, value, j) => sum + value * exp(likelihoods[j]! - all), 0);
  const shape = shapeAt(theta);
  return { shape, scale: -shape / theta };
}
