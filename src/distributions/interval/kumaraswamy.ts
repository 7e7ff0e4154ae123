/** A share between 0 and 1, as under a beta but with a cdf without special functions: `sample("p", kumaraswamy(2, 3))`. */

import { add, div, exp, expm1, log, log1p, max, mul, neg, type Real, sub } from "../../autodiff/expr.ts";
import { requireNoMore } from "../../checks/arguments.ts";
import * as elementary from "../../math/elementary.ts";
import { logBeta } from "../../math/incomplete/incomplete-beta.ts";
import { squared } from "../../math/squared.ts";
import { continuous, type Distribution, positive, UNIT_INTERVAL } from "../distribution.ts";
import { timesLog } from "../products.ts";
import { LEAST, log1mexp, logOfEnd, tailed } from "../tails.ts";

/**
 * Kumaraswamy with a > 0 and b > 0, much like a beta but with P(X > x) = (1 − xᵃ)ᵇ: log density
 * log a + log b + (a − 1) log x + (b − 1) log(1 − xᵃ) on (0, 1).
 */
export function kumaraswamy(a: Real, b: Real): Distribution {
  requireNoMore("kumaraswamy", 2, arguments);
  // log(1 − xᵃ), with the digits of 1 − xᵃ for x near 1, and with those of xᵃ for x near 0
  const logRest = (logX: Real): Real => log1mexp(neg(mul(a, logX)));
  const logRestOfSmall = (logX: Real): Real => log1p(neg(exp(mul(a, logX))));
  const distribution = continuous({
    name: "kumaraswamy",
    parameters: [positive("a", a), positive("b", b)],
    support: UNIT_INTERVAL,
    logDensity: (x) => add(add(log(a), log(b)), add(timesLog(sub(a, 1), x), mul(sub(b, 1), logRest(log(x))))),
    draw: (next, a, b) => quantile(next(), a, b),
  });
  const logSurvival = (x: Real): Real => mul(b, logRest(logOfEnd(x)));
  return tailed(distribution, {
    cdf: (x) => neg(expm1(mul(b, logRestOfSmall(logOfEnd(x))))),
    logCdf: (x) => log1mexp(neg(mul(b, logRestOfSmall(logOfEnd(x))))),
    logSurvival,
    logInterval: (low, high) => {
      // 1 − F in the ratio (1 − highᵃ)/(1 − lowᵃ) = 1 − rise/(1 − lowᵃ), rise = highᵃ − lowᵃ = highᵃ·(1 − (low/high)ᵃ)
      const logRatio = log1p(div(sub(max(low, LEAST), high), high));
      const rise = neg(mul(exp(mul(a, log(high))), expm1(mul(a, logRatio))));
      const logLowRest = logRest(logOfEnd(low));
      const fall = mul(b, log1p(neg(mul(rise, exp(neg(logLowRest))))));
      return add(mul(b, logLowRest), log1mexp(neg(fall)));
    },
    quantile,
    // E Xⁿ = b·B(1 + n/a, b)
    moments: (a, b) => {
      const moment = (n: number): number => b * elementary.exp(logBeta(1 + n / a, b));
      return { mean: moment(1), sd: Math.sqrt(moment(2) - squared(moment(1))) };
    },
  });
}

/** (1 − (1 − p)^{1/b})^{1/a} */
function quantile(p: number, a: number, b: number): number {
  return elementary.exp(elementary.log(-elementary.expm1(elementary.log1p(-p) / b)) / a);
}
