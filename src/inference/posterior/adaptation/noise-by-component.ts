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
  for (let row = 0; row < kept.length; row += draws) {
    let [mean, variance, first] = [0, 0, row];
    for (let d = 0; d < draws; d++) mean += weights[d]! * kept[row + d]!;
    for (let d = 0; d < draws; d++) variance += weights[d]! * squared(kept[row + d]! - mean);
    counts.forEach((count, c) => {
      let [ofMean, ofSd] = [0, 0];
      for (let at = first; at < first + count; at++) {
        const square = squared(kept[at]! - mean) / variance;
        const weight = squared(counted[at - row]!);
        ofMean += weight * square;
        ofSd += weight * 0.25 * squared(square - 1);
      }
      first += count;
      most[c] = Math.max(most[c]!, ofMean, ofSd);
    });
  }
  return most;
}

/** How many draws of each component, at least those of before, leave so much noise, and are the fewest in sum. */
export function countsLeaving(noise: number, by: readonly number[], counts: readonly number[]): number[] {
  const roots = counts.map((count, c) => Math.sqrt(by[c]! * count));
  const sum = roots.reduce((total, root) => total + root, 0);
  return counts.map((count, c) => Math.max(count, Math.ceil((sum * roots[c]!) / noise)));
}
