import { add, exp, expm1, log, log1p, mul, neg, type Real, sub } from "../../autodiff/expr.ts";
import * as elementary from "../../math/elementary.ts";
import { logBeta } from "../../math/incomplete/incomplete-beta.ts";
import { choose } from "../choice.ts";
import { continuous, type Distribution, positive, UNIT_INTERVAL } from "../distribution.ts";
import { timesLog } from "../products.ts";
import { log1mexp, logOfEnd, tailed } from "../tails.ts";

/**
 * Kumaraswamy with a > 0 and b > 0, much like a beta but with P(X > x) = (1 − xᵃ)ᵇ: log density
 * log a + log b + (a − 1) log x + (b − 1) log(1 − xᵃ) on (0, 1).
 */
export function kumaraswamy(a: Real, b: Real): Distribution {
  // log(1 − xᵃ), by the formula that keeps the digits of xᵃ below a half, and of 1 − xᵃ above
  const logRest = (logX: Real): Real => {
    const logPower = mul(a, logX);
    return choose(sub(-Math.LN2, logPower), log1p(neg(exp(logPower))), log1mexp(neg(logPower)));
  };
  const distribution = continuous({
    name: "kumaraswamy",
    parameters: [positive("a", a), positive("b", b)],
    support: UNIT_INTERVAL,
    logDensity: (x) => add(add(log(a), log(b)), add(timesLog(sub(a, 1), x), mul(sub(b, 1), logRest(log(x))))),
    draw: (next, a, b) => quantile(next(), a, b),
  });
  const logSurvival = (x: Real): Real => mul(b, logRest(logOfEnd(x)));
  return tailed(distribution, {
    cdf: (x) => neg(expm1(logSurvival(x))),
    logCdf: (x) => log1mexp(neg(logSurvival(x))),
    logSurvival,
    quantile,
    // E Xⁿ = b·B(1 + n/a, b)
    moments: (a, b) => {
      const moment = (n: number): number => b * elementary.exp(logBeta(1 + n / a, b));
      return { mean: moment(1), sd: Math.sqrt(moment(2) - moment(1) ** 2) };
    },
  });
}

/** (1 − (1 − p)^{1/b})^{1/a} */
function quantile(p: number, a: number, b: number): number {
  return elementary.exp(elementary.log(-elementary.expm1(elementary.log1p(-p) / b)) / a);
}
