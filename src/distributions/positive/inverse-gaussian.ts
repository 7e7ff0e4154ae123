/** The time at which a random walk with a drift first reaches a level: `observe(inverseGaussian(2, 3), 1.4)` has mean 2. */

import {
  add,
  div,
  exp,
  log,
  logNormalCdf,
  logSumExp,
  max,
  mul,
  neg,
  normalCdf,
  type Real,
  sqrt,
  square,
  sub,
} from "../../autodiff/expr.ts";
import { requireNoMore } from "../../checks/arguments.ts";
import { HALF_LOG_2PI, normalQuantile } from "../../math/normal.ts";
import { squared } from "../../math/squared.ts";
import { continuous, type Distribution, POSITIVE, positive } from "../distribution.ts";
import { log1mexp, searchedQuantile, splitInterval, tailed } from "../tails.ts";

const LEAST = 1e-150; // of which the square root of the inverse does not overflow when squared

/**
 * Inverse Gaussian (Wald) with mean > 0 and shape λ > 0 (variance mean³/λ): log density
 * ½ log λ − ½ log 2π − 1.5 log x − λ(x − mean)²/(2 mean² x) on (0, ∞).
 */
export function inverseGaussian(mean: Real, shape: Real): Distribution {
  requireNoMore("inverseGaussian", 2, arguments);
  const distribution = continuous({
    name: "inverseGaussian",
    parameters: [positive("mean", mean), positive("shape", shape)],
    support: POSITIVE,
    logDensity: (x) =>
      sub(
        sub(mul(0.5, log(shape)), add(HALF_LOG_2PI, mul(1.5, log(x)))),
        div(mul(mul(0.5, shape), square(div(sub(x, mean), mean))), x),
      ),
    draw: (next, mean, shape) => {
      // J. R. Michael, W. R. Schucany and R. W. Haas, The American Statistician 30 (1976) 88–90; the smaller root without cancellation.
      const w = (mean * squared(normalQuantile(next()))) / shape;
      const root = mean / (1 + 0.5 * w + Math.sqrt(w + 0.25 * w * w));
      return next() <= mean / (mean + root) ? root : (mean * mean) / root;
    },
  });
  // P(X ≤ x) = Φ(a) + e^{2λ/mean}·Φ(−b) with a, b = √(λ/x)·(x/mean ∓ 1)
  const parts = (end: Real): [a: Real, logOther: Real] => {
    const x = max(end, LEAST);
    const root = sqrt(div(shape, x));
    const ratio = div(x, mean);
    const other = add(mul(2, div(shape, mean)), logNormalCdf(neg(mul(root, add(ratio, 1)))));
    return [mul(root, sub(ratio, 1)), other];
  };
  const masses = {
    cdf: (x: Real): Real => {
      const [a, other] = parts(x);
      return add(normalCdf(a), exp(other));
    },
    logCdf: (x: Real): Real => {
      const [a, other] = parts(x);
      return logSumExp([logNormalCdf(a), other]);
    },
    // Φ(−a) − e^{2λ/mean}·Φ(−b), of which x/mean digits cancel far out.
    logSurvival: (x: Real): Real => {
      const [a, other] = parts(x);
      const above = logNormalCdf(neg(a));
      return add(above, log1mexp(sub(above, other)));
    },
  };
  return tailed(distribution, {
    ...masses,
    logInterval: (low, high) => splitInterval(masses, mean, low, high),
    quantile: searchedQuantile(distribution, masses, (mean) => [mean, mean]),
    moments: (mean, shape) => ({ mean, sd: mean * Math.sqrt(mean / shape) }),
  });
}
