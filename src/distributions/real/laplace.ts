/** A number with exponential tails on both sides: `sample("effect", laplace(0, 1))` shrinks small effects more than a normal does. */
import {
  abs,
  add,
  div,
  exp,
  expm1,
  gt,
  log,
  log1p,
  logNormalCdf,
  max,
  min,
  mul,
  neg,
  type Real,
  sub,
  where,
} from "../../autodiff/expr.ts";
import * as elementary from "../../math/elementary.ts";
import { continuous, type Distribution, positive, REAL_LINE, real } from "../distribution.ts";
import type { TailFormulas } from "../tails.ts";

/** Laplace with location (the mean) and scale > 0 (sd √2·scale): log density −|x − location|/scale − log(2 scale). */
export function laplace(location: Real, scale: Real): Distribution {
  return continuous({
    name: "laplace",
    parameters: [real("location", location), positive("scale", scale)],
    support: REAL_LINE,
    logDensity: (x) => neg(add(div(abs(sub(x, location)), scale), log(mul(2, scale)))),
    draw: (next, location, scale) => {
      const u = next() - 0.5;
      return location - scale * Math.sign(u) * elementary.log1p(-2 * Math.abs(u));
    },
    // The quantile log 2p below the centre, −log 2(1 − p) above it, at p = Φ(noise).
    fromNormal: (noise) => {
      const tail = add(logNormalCdf(neg(abs(noise))), Math.LN2);
      return add(location, mul(scale, where(gt(noise, 0), neg(tail), tail)));
    },
    initial: (mean, scale) => ({ mean, sd: scale * Math.SQRT2 }),
  });
}

export function laplaceTails(location: Real, scale: Real): TailFormulas {
  const standard = (x: Real): Real => div(sub(x, location), scale);
  return {
    // ½e^{min(t, 0)} + ½(1 − e^{−max(t, 0)}), of which one part is the tail and the other 0 or ½; the constants stand first or
    // last in min and max so that exactly one of the two has a derivative at 0.
    cdf: (x) => {
      const t = standard(x);
      return mul(0.5, sub(exp(min(0, t)), expm1(neg(max(t, 0)))));
    },
    logCdf: (x) => logLaplaceCdf(standard(x)),
    logSurvival: (x) => logLaplaceCdf(neg(standard(x))),
    logInterval: (low, high) => {
      const [a, b] = [standard(low), standard(high)];
      // The mirror image if that lies more to the left, as for the normal.
      const lower = min(a, neg(b));
      const upper = min(b, neg(a));
      // The part below 0 is ½e^{min(0, upper)}·(1 − e^{−w}) with its own width w, the part above it ½(1 − e^{−max(upper, 0)}).
      const width = min(neg(lower), div(sub(high, low), scale));
      const parts = neg(add(expm1(neg(width)), expm1(neg(max(upper, 0)))));
      return add(sub(min(0, upper), Math.LN2), log(parts));
    },
    quantile: (p, location, scale) =>
      p < 0.5 ? location + scale * elementary.log(2 * p) : location - scale * elementary.log(2 * (1 - p)),
    moments: (mean, scale) => ({ mean, sd: scale * Math.SQRT2 }),
  };
}

/** log of ½eᵗ below 0, of 1 − ½e^{−t} above it: one formula, as log(1 − ½) = −log 2. */
function logLaplaceCdf(t: Real): Real {
  return add(min(0, t), log1p(mul(-0.5, exp(neg(max(t, 0))))));
}
