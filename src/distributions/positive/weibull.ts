/** Lifetimes: of `weibull(0.5, 10)` the hazard falls with age, of `weibull(2, 10)` it grows. */

import { add, exp, expm1, log, mul, neg, type Real, sub } from "../../autodiff/expr.ts";
import { requireNoMore } from "../../checks/arguments.ts";
import * as elementary from "../../math/elementary.ts";
import { lgamma } from "../../math/gamma.ts";
import { continuous, type Distribution, POSITIVE, positive } from "../distribution.ts";
import { timesLog } from "../products.ts";
import { log1mexp, logOfEnd, tailed } from "../tails.ts";

/**
 * Weibull with shape k > 0 and scale > 0, (x/scale)ᵏ exponential with rate 1: log density
 * log k + (k − 1) log x − k log scale − (x/scale)ᵏ on (0, ∞).
 */
export function weibull(shape: Real, scale: Real): Distribution {
  requireNoMore("weibull", 2, arguments);
  // The cumulative hazard (x/scale)ᵏ, of a log x.
  const hazard = (logX: Real): Real => exp(mul(shape, sub(logX, log(scale))));
  const distribution = continuous({
    name: "weibull",
    parameters: [positive("shape", shape), positive("scale", scale)],
    support: POSITIVE,
    logDensity: (x) => add(sub(log(shape), mul(shape, log(scale))), sub(timesLog(sub(shape, 1), x), hazard(log(x)))),
    draw: (next, shape, scale) => scale * elementary.exp(elementary.log(-elementary.log(next())) / shape),
  });
  return tailed(distribution, {
    cdf: (x) => neg(expm1(neg(hazard(logOfEnd(x))))),
    logCdf: (x) => log1mexp(hazard(logOfEnd(x))),
    logSurvival: (x) => neg(hazard(logOfEnd(x))),
    logInterval: (low, high) => {
      const [from, to] = [logOfEnd(low), logOfEnd(high)];
      // h(high) − h(low) = h(high)·(1 − (low/high)ᵏ)
      const between = mul(hazard(to), neg(expm1(mul(shape, sub(from, to)))));
      return sub(log1mexp(between), hazard(from));
    },
    quantile: (p, shape, scale) => scale * elementary.exp(elementary.log(-elementary.log1p(-p)) / shape),
    moments: (shape, scale) => {
      const mean = elementary.exp(lgamma(1 + 1 / shape));
      const second = elementary.exp(lgamma(1 + 2 / shape));
      return { mean: scale * mean, sd: scale * Math.sqrt(second - mean * mean) };
    },
  });
}
