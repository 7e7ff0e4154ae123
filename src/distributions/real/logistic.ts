import { add, div, log, logNormalCdf, mul, neg, type Real, softplus, sub } from "../../autodiff/expr.ts";
import * as elementary from "../../math/elementary.ts";
import { continuous, type Distribution, positive, REAL_LINE, real } from "../distribution.ts";

/**
 * Logistic with location (the mean) and scale > 0 (sd π·scale/√3): log density −t − 2 log(1 + e⁻ᵗ) − log scale,
 * t = (x − location)/scale.
 */
export function logistic(location: Real, scale: Real): Distribution {
  return continuous({
    name: "logistic",
    parameters: [real("location", location), positive("scale", scale)],
    support: REAL_LINE,
    logDensity: (x) => {
      const t = div(sub(x, location), scale);
      return neg(add(add(softplus(t), softplus(neg(t))), log(scale)));
    },
    draw: (next, location, scale) => {
      const u = next();
      return location + scale * (elementary.log(u) - elementary.log1p(-u));
    },
    fromNormal: (noise) => add(location, mul(scale, sub(logNormalCdf(noise), logNormalCdf(neg(noise))))),
    initial: (mean, scale) => ({ mean, sd: (scale * Math.PI) / Math.sqrt(3) }),
  });
}
