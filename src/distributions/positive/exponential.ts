/** A waiting time: `sample("wait", exponential(0.5))` has mean 2; also the usual prior of a rate or a scale. */
import { add, div, expm1, log, logNormalCdf, max, mul, neg, type Real, sub } from "../../autodiff/expr.ts";
import * as elementary from "../../math/elementary.ts";
import { continuous, type Distribution, NONNEGATIVE, positive } from "../distribution.ts";
import { zeroWhere } from "../products.ts";
import { log1mexp, type TailFormulas } from "../tails.ts";

/** Exponential with rate λ > 0 (mean 1/λ): log density log λ − λ x on [0, ∞). */
export function exponential(rate: Real): Distribution {
  return continuous({
    name: "exponential",
    parameters: [positive("rate", rate)],
    support: NONNEGATIVE,
    logDensity: (x) => add(sub(log(rate), mul(rate, x)), zeroWhere(x, -Infinity)),
    draw: (next, rate) => -elementary.log(next()) / rate,
    fromNormal: (noise) => neg(div(logNormalCdf(neg(noise)), rate)),
  });
}

export function exponentialTails(rate: Real): TailFormulas {
  const hazard = (x: Real): Real => mul(rate, max(x, 0)); // cumulative
  return {
    cdf: (x) => neg(expm1(neg(hazard(x)))),
    logCdf: (x) => log1mexp(hazard(x)),
    logSurvival: (x) => neg(hazard(x)),
    logInterval: (low, high) => sub(log1mexp(mul(rate, sub(max(high, 0), max(low, 0)))), hazard(low)),
    quantile: (p, rate) => -elementary.log1p(-p) / rate,
    moments: (rate) => ({ mean: 1 / rate, sd: 1 / rate }),
  };
}
