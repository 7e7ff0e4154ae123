/** A Laplace with two slopes: `observe(asymmetricLaplace(q, 1, 3), y)` for all data is the regression of a quantile, here that of 90 %. */

import { add, div, exp, log, log1p, max, min, mul, neg, type Real, square, sub } from "../../autodiff/expr.ts";
import { requireNoMore } from "../../checks/arguments.ts";
import * as elementary from "../../math/elementary.ts";
import { continuous, type Distribution, positive, REAL_LINE, real } from "../distribution.ts";
import { splitInterval, tailed } from "../tails.ts";

/**
 * Asymmetric Laplace with location (the mode), scale > 0 and asymmetry κ > 0: t = (x − location)/scale falls off as e^{−κt} above 0 and
 * as e^{t/κ} below, so that P(X ≤ location) = κ²/(1 + κ²), and κ = 1 is the Laplace. Log density −max(κt, −t/κ) − log(κ + 1/κ) − log scale.
 */
export function asymmetricLaplace(location: Real, scale: Real, asymmetry: Real): Distribution {
  requireNoMore("asymmetricLaplace", 3, arguments);
  const standard = (x: Real): Real => div(sub(x, location), scale);
  const distribution = continuous({
    name: "asymmetricLaplace",
    parameters: [real("location", location), positive("scale", scale), positive("asymmetry", asymmetry)],
    support: REAL_LINE,
    logDensity: (x) => {
      const t = standard(x);
      const constant = add(log(add(asymmetry, div(1, asymmetry))), log(scale));
      return neg(add(max(mul(asymmetry, t), neg(div(t, asymmetry))), constant));
    },
    draw: (next, location, scale, asymmetry) => location + scale * standardQuantile(next(), asymmetry),
    initial: (location, scale) => ({ mean: location, sd: scale * Math.SQRT2 }),
  });
  // The mass above the location; of each tail one formula, as for the Laplace.
  const above = (): Real => div(1, add(1, square(asymmetry)));
  const logCdf = (x: Real): Real => {
    const t = standard(x);
    return add(div(min(0, t), asymmetry), log1p(neg(mul(above(), exp(neg(mul(asymmetry, max(t, 0))))))));
  };
  const logSurvival = (x: Real): Real => {
    const t = standard(x);
    const below = div(square(asymmetry), add(1, square(asymmetry)));
    return sub(log1p(neg(mul(below, exp(div(min(0, t), asymmetry))))), mul(asymmetry, max(t, 0)));
  };
  return tailed(distribution, {
    cdf: (x) => exp(logCdf(x)),
    logCdf,
    logSurvival,
    logInterval: (low, high) => splitInterval({ logCdf, logSurvival }, location, low, high),
    quantile: (p, location, scale, asymmetry) => location + scale * standardQuantile(p, asymmetry),
    moments: (location, scale, k) => ({
      mean: location + scale * (1 / k - k),
      sd: scale * Math.sqrt(1 / (k * k) + k * k),
    }),
  });
}

function standardQuantile(p: number, k: number): number {
  const below = (k * k) / (1 + k * k);
  return p <= below ? k * elementary.log(p / below) : -elementary.log((1 - p) * (1 + k * k)) / k;
}
