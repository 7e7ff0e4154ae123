/**
 * A number of a posterior by weighted draws and what the guide says of it. The same draws are draws of the posterior under their weights w and
 * of the guide under others, v, and of the guide the mean is known; so the posterior's is that plus the sum of (w − v)·x. Where the guide is
 * nearly right so are these differences, and no noise of the draws is left: for a guide N(1, 0.5²) of N(1.01, 0.5²) the mean is 1.01 to four
 * digits, where 16,384 draws alone would leave 0.004. The same goes for the share of the posterior below a number, and so for quantiles.
 */
import { squared } from "../../math/squared.ts";
import { once } from "../../pieces/once.ts";
import { ascending, placesWhere } from "../order.ts";
import { helpfulDifferences } from "./adaptation/noise-by-component.ts";
import type { Marginal } from "./marginal.ts";
import type { Answers } from "./resampled.ts";
import { weightedQuantiles } from "./weighted.ts";

/**
 * What answers for each number: the one called `name`, which has the marginal `byGuide()` under the guide, if that is known. By how much the two
 * weights of a draw differ is computed once for all numbers.
 */
export function answersBy({
  draws,
  guide: shares,
}: Answers): (name: string, byGuide: (() => Marginal) | undefined) => Marginal {
  const { weights } = draws;
  const helpful = once(() => helpfulDifferences(weights, shares));
  return (name, byGuide) => {
    const averaged = draws.averaged(name);
    if (averaged) return averaged;
    const values = draws.values(name);
    const isEverywhere = !values.some(Number.isNaN);
    // Means of summed-out latents are exact within their cells.
    const alone = (): Marginal => ({
      mean: draws.mean(name),
      sd: draws.sd(name),
      quantile: weightedQuantiles(
        values,
        isEverywhere ? weights : weights.map((weight, d) => (Number.isNaN(values[d]!) ? 0 : weight)),
      ),
    });
    const differences = byGuide && isEverywhere ? helpful() : undefined;
    if (!byGuide || !differences) return alone();
    const guide = byGuide();
    if (!Number.isFinite(guide.sd)) return alone();
    let [shift, spread] = [0, 0];
    for (let d = 0; d < values.length; d++) {
      const apart = values[d]! - guide.mean;
      shift += differences[d]! * apart;
      spread += differences[d]! * squared(apart);
    }
    const variance = squared(guide.sd) + spread - squared(shift);
    return variance > 0
      ? { mean: guide.mean + shift, sd: Math.sqrt(variance), quantile: corrected(guide, values, differences) }
      : alone();
  };
}

// Quantiles of the guide's distribution, of which the share below x is too small by the sum of the differences at draws below x: the first draw
// is sought of which the share below is p, and the quantile is where the guide has it, between that draw and the one before.
function corrected(guide: Marginal, values: Float64Array, differences: Float64Array): Marginal["quantile"] {
  const known = once(() => {
    const order = ascending(
      values,
      placesWhere(values.length, () => true),
    );
    const [sorted, excess] = [new Float64Array(order.length), new Float64Array(order.length)];
    let sum = 0;
    for (let k = 0; k < order.length; k++) {
      const d = order[k]!;
      sum += differences[d]!;
      excess[k] = sum - 0.5 * differences[d]!;
      sorted[k] = values[d]!;
    }
    return { sorted, excess };
  });
  return (p) => {
    const { sorted, excess } = known();
    const within = (share: number): number =>
      share <= 0 ? Number.NEGATIVE_INFINITY : share >= 1 ? Number.POSITIVE_INFINITY : guide.quantile(share);
    let [low, high] = [0, sorted.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle]! >= within(p - excess[middle]!)) high = middle;
      else low = middle + 1;
    }
    const least = low > 0 ? sorted[low - 1]! : Number.NEGATIVE_INFINITY;
    return Math.max(least, within(p - excess[low]!));
  };
}
