/** A number much as a normal, with heavier tails and a cdf that is the sigmoid: `sample("x", logistic(0, 1))` has sd 1.81. */
import { add, div, log, logNormalCdf, mul, neg, type Real, sigmoid, softplus, sub } from "../../autodiff/expr.ts";
import * as elementary from "../../math/elementary.ts";
import { continuous, type Distribution, positive, REAL_LINE, real } from "../distribution.ts";
import { log1mexp, type TailFormulas } from "../tails.ts";

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

export function logisticTails(location: Real, scale: Real): TailFormulas {
  const standard = (x: Real): Real => div(sub(x, location), scale);
  return {
    cdf: (x) => sigmoid(standard(x)),
    logCdf: (x) => neg(softplus(neg(standard(x)))),
    logSurvival: (x) => neg(softplus(standard(x))),
    logInterval: (low, high) => logLogisticInterval(standard(low), standard(high), div(sub(high, low), scale)),
    quantile: (p, location, scale) => location + scale * (elementary.log(p) - elementary.log1p(-p)),
    moments: (mean, scale) => ({ mean, sd: (scale * Math.PI) / Math.sqrt(3) }),
  };
}

/** log(S(b) − S(a)) of the logistic function S for a < b, as S(b)·S(−a)·(1 − e^{−width}), in which nothing cancels. */
export function logLogisticInterval(a: Real, b: Real, width: Real): Real {
  return sub(log1mexp(width), add(softplus(neg(b)), softplus(a)));
}
