/** A number of which not even the magnitude is known: `sample("rate", logUniform(0.001, 1000))` lies in each of six decades equally often. */

import { add, clamp, div, Expr, log, min, neg, type Real, sub } from "../../autodiff/expr.ts";
import { requireNoMore } from "../../checks/arguments.ts";
import * as elementary from "../../math/elementary.ts";
import { betweenReals, continuous, type Distribution, logOf, numberOrNaN, positive } from "../distribution.ts";
import { zeroWhere } from "../products.ts";
import { tailed } from "../tails.ts";

/**
 * Log-uniform: log x uniform between the logs of 0 < low < high; log density −log x − log log(high/low) on [low, high]. Of data beyond a traced
 * end the density is 0.
 */
export function logUniform(low: Real, high: Real): Distribution {
  requireNoMore("logUniform", 2, arguments);
  const traced = low instanceof Expr || high instanceof Expr;
  const width = traced ? sub(logOf(high), logOf(low)) : elementary.log(numberOrNaN(high) / numberOrNaN(low));
  const logLow = logOf(low);
  const upper = positive("high", high);
  const density = (x: Real): Real => neg(add(log(x), log(width)));
  const distribution = continuous({
    name: "logUniform",
    parameters: [
      positive("low", low),
      traced ? upper : { ...upper, expected: `high > low = ${low}`, valid: (x: number) => x > low && x < Infinity },
    ],
    support: betweenReals(low, high),
    logDensity: (x) => add(density(x), zeroWhere(div(min(sub(x, low), sub(high, x)), sub(high, low)), -Infinity)),
    logDensityInside: density,
    draw: (next, low, high) => low * elementary.exp(elementary.log(high / low) * next()),
  });
  const below = (x: Real): Real => div(sub(log(clamp(x, low, high)), logLow), width);
  return tailed(distribution, {
    cdf: below,
    logCdf: (x) => log(below(x)),
    logSurvival: (x) => log(div(log(div(high, clamp(x, low, high))), width)),
    logInterval: (from, to) => log(div(log(div(clamp(to, low, high), clamp(from, low, high))), width)),
    quantile: (p, low, high) => Math.min(high, low * elementary.exp(elementary.log(high / low) * p)),
    moments: (low, high) => {
      const width = elementary.log(high / low);
      const mean = (high - low) / width;
      return { mean, sd: Math.sqrt(((high - low) * (high + low)) / (2 * width) - mean * mean) };
    },
  });
}
