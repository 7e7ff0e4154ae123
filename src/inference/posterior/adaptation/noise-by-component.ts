/**
 * How much noise is left in weighted draws, and draws of which guide leave it. Of 4096 draws of a posterior with a second mode of 2 % that the fitted
 * guide does not reach, 410 are from the priors, of which a few lie there: they make nearly all of the noise, and four times as many of them alone
 * halve it.
 */
import { squared } from "../../../math/squared.ts";

/**
 * By how much the weights of draws differ from those under which they are draws of the guide, where there is less noise in the differences; else
 * undefined. Of the guide the numbers are known, so that there is no other noise.
 */
export function helpfulDifferences(weights: Float64Array, guide: Float64Array | undefined): Float64Array | undefined {
  const noise = (of: Float64Array): number => of.reduce((sum, x) => sum + squared(x), 0);
  const differences = guide && weights.map((weight, d) => weight - guide[d]!);
  return differences && !(noise(differences) > noise(weights) - 1 / weights.length) ? differences : undefined;
}

/**
 * The variance that draws of each component leave in means over their sds and in sds over themselves, for the latent and the number in which it is
 * largest. Draws lie component after component, `counts` of each, latent by latent; where they lie evenly it is less.
 */
export function noiseByComponent(
  kept: Float64Array,
  weights: Float64Array,
  guide: Float64Array | undefined,
  counts: readonly number[],
): number[] {
  const draws = weights.length;
  const counted = helpfulDifferences(weights, guide) ?? weights;
  const most = counts.map(() => 0);
  for (let at = 0; at < kept.length; at += draws) {
    const row = kept.subarray(at, at + draws);
    const mean = meanOf(row, weights);
    const variance = varianceOf(row, weights, mean);
    let first = 0;
    counts.forEach((count, c) => {
      most[c] = Math.max(most[c]!, noiseOf(row, counted, first, first + count, mean, variance));
      first += count;
    });
  }
  return most;
}

function meanOf(values: Float64Array, weights: Float64Array): number {
  let mean = 0;
  for (let d = 0; d < values.length; d++) mean += weights[d]! * values[d]!;
  return mean;
}

function varianceOf(values: Float64Array, weights: Float64Array, mean: number): number {
  let variance = 0;
  for (let d = 0; d < values.length; d++) variance += weights[d]! * squared(values[d]! - mean);
  return variance;
}

// The larger one of what draws from … end − 1 leave in the mean and in the sd.
function noiseOf(
  values: Float64Array,
  counted: Float64Array,
  from: number,
  end: number,
  mean: number,
  variance: number,
): number {
  let ofMean = 0;
  let ofSd = 0;
  for (let d = from; d < end; d++) {
    const square = squared(values[d]! - mean) / variance;
    const weight = squared(counted[d]!);
    ofMean += weight * square;
    ofSd += weight * 0.25 * squared(square - 1);
  }
  return Math.max(ofMean, ofSd);
}

/** How many draws of each component, at least those of before, leave so much noise, and are the fewest in sum. */
export function countsLeaving(noise: number, by: readonly number[], counts: readonly number[]): number[] {
  const roots = counts.map((count, c) => Math.sqrt(by[c]! * count));
  const sum = roots.reduce((total, root) => total + root, 0);
  return counts.map((count, c) => Math.max(count, Math.ceil((sum * roots[c]!) / noise)));
}
