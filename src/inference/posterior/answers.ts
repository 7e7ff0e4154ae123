/**
 * A number of a posterior by weighted draws and what the guide says of it. The same draws are draws of the posterior under their weights w and
 * of the guide under others, v, and of the guide the mean is known; so the posterior's is that plus the sum of (w − v)·x. Where the guide is
 * nearly right so are these differences, and no noise of the draws is left: for a guide N(1, 0.5²) of N(1.01, 0.5²) the mean is 1.01 to four
 * digits, where 16,384 draws alone would leave 0.004.
 */
import { squared } from "../../math/squared.ts";
import type { Marginal } from "./marginal.ts";
import type { Answers } from "./resampled.ts";
import { weightedMarginal } from "./weighted.ts";

/** The number called so, which has the marginal `byGuide()` under the guide, if that is known. */
export function byWeights(
  { draws, guide: shares }: Answers,
  name: string,
  byGuide: (() => Marginal) | undefined,
): Marginal {
  const values = draws.values(name);
  const isLive = values.map((value) => (Number.isNaN(value) ? 0 : 1));
  const weights = draws.weights.map((weight, d) => weight * isLive[d]!);
  const weighted = weightedMarginal(values, weights);
  // Means of summed-out latents are exact within their cells.
  const alone = { ...weighted, mean: draws.mean(name), sd: draws.sd(name) };
  if (!shares || !byGuide) return alone;
  const differences = draws.weights.map((weight, d) => weight - shares[d]!);
  const noise = (of: Float64Array): number => of.reduce((sum, x) => sum + squared(x), 0);
  if (isLive.includes(0) || noise(differences) > noise(draws.weights) - 1 / draws.count) return alone;
  const guide = byGuide();
  let [shift, spread] = [0, 0];
  differences.forEach((difference, d) => {
    const apart = values[d]! - guide.mean;
    shift += difference * apart;
    spread += difference * squared(apart);
  });
  const variance = squared(guide.sd) + spread - squared(shift);
  return variance > 0 ? { ...weighted, mean: guide.mean + shift, sd: Math.sqrt(variance) } : alone;
}
