/** A number of which not even the magnitude is known: `sample("rate", logUniform(0.001, 1000))` lies in each of six decades equally often. */
import { add, clamp, div, log, min, neg, type Real, sub } from "../../autodiff/expr.ts";
import * as elementary from "../../math/elementary.ts";
import { closedInterval, continuous, type Distribution, dataOnly, numberOrNaN, positive } from "../distribution.ts";
import { zeroWhere } from "../products.ts";
import { tailed } from "../tails.ts";

/** Log-uniform: log x uniform between the logs of two numbers 0 < low < high; log density −log x − log log(high/low) on [low, high]. */
export function logUniform(low: number, high: number): Distribution {
  const [lower, upper] = [positive("low", low), positive("high", high)].map((one) => dataOnly("logUniform", one));
  const width = elementary.log(numberOrNaN(high) / numberOrNaN(low));
  const logWidth = elementary.log(width);
  const logLow = elementary.log(numberOrNaN(low));
  const distribution = continuous({
    name: "logUniform",
    parameters: [lower!, { ...upper!, expected: `high > low = ${low}`, valid: (x: number) => x > low && x < Infinity }],
    support: closedInterval(low, high),
    logDensity: (x) =>
      add(neg(add(log(x), logWidth)), zeroWhere(div(min(sub(x, low), sub(high, x)), high - low), -Infinity)),
    logDensityInside: (x) => neg(add(log(x), logWidth)),
    draw: (next, low) => low * elementary.exp(width * next()),
  });
  const below = (x: Real): Real => div(sub(log(clamp(x, low, high)), logLow), width);
  return tailed(distribution, {
    cdf: below,
    logCdf: (x) => log(below(x)),
    logSurvival: (x) => log(div(log(div(high, clamp(x, low, high))), width)),
    logInterval: (from, to) => log(div(log(div(clamp(to, low, high), clamp(from, low, high))), width)),
    quantile: (p, low, high) => Math.min(high, low * elementary.exp(width * p)),
    moments: (low, high) => {
      const mean = (high - low) / width;
      return { mean, sd: Math.sqrt(((high - low) * (high + low)) / (2 * width) - mean * mean) };
    },
  });
}
