import { add, div, log, logNormalCdf, mul, neg, type Real, sub } from "../../autodiff/expr.ts";
import * as elementary from "../../math/elementary.ts";
import { continuous, type Distribution, NONNEGATIVE, positive } from "../distribution.ts";
import { zeroWhere } from "../products.ts";

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
