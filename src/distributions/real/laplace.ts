import { abs, add, div, gt, log, logNormalCdf, mul, neg, type Real, sub, where } from "../../autodiff/expr.ts";
import * as elementary from "../../math/elementary.ts";
import { continuous, type Distribution, positive, REAL_LINE, real } from "../distribution.ts";

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
