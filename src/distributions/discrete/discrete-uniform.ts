import * as elementary from "../../math/elementary.ts";
import { squared } from "../../math/squared.ts";
import { type Distribution, dataOnly, discrete, integersBetween, real } from "../distribution.ts";
import { tailed } from "../tails.ts";
import { tableTails, wholeNumbers } from "./sums.ts";

/** The whole numbers low, low + 1, …, high, each with the same probability; two whole numbers, low ≤ high. */
export function discreteUniform(low: number, high: number): Distribution {
  const [first, last] = [real("low", low), real("high", high)].map((one) => dataOnly("discreteUniform", one));
  const count = high - low + 1;
  const distribution = discrete({
    name: "discreteUniform",
    parameters: [
      { ...first!, expected: "low a whole number", valid: Number.isInteger },
      {
        ...last!,
        expected: `high a whole number ≥ low = ${low}`,
        valid: (high: number) => Number.isInteger(high) && high >= low,
      },
    ],
    support: integersBetween(low, high),
    logDensity: () => -elementary.log(count),
    draw: (next, low, high) => low + Math.floor((high - low + 1) * next()),
  });
  const moments = (low: number, high: number) => ({
    mean: low + 0.5 * (high - low),
    sd: Math.sqrt((squared(high - low + 1) - 1) / 12),
  });
  const formulas = {
    logCdf: (k: number) => elementary.log((k - low + 1) / count),
    logSurvival: (k: number) => elementary.log((high - k) / count),
  };
  const tails = tableTails(distribution, () => wholeNumbers("discreteUniform", low, high), moments, formulas);
  return tailed(distribution, {
    ...tails,
    quantile: (p, low, high) => Math.min(high, low + Math.max(0, Math.ceil(p * count) - 1)),
  });
}
