import { abs, add, div, gt, log, logNormalCdf, mul, neg, type Real, sub, where } from "../autodiff/expr.ts";
import { type Distribution, plain, positive, REAL_LINE, real, within } from "./distribution.ts";

/** Laplace with location and scale > 0: −|x − location|/scale − log(2 scale). */
export function laplace(location: Real, scale: Real): Distribution {
  return {
    name: "laplace",
    parameters: [real("location", location), positive("scale", scale)],
    support: REAL_LINE,
    logDensity: within(REAL_LINE, (x) => neg(add(div(abs(sub(x, location)), scale), log(mul(2, scale))))),
    draw: (next) => {
      const u = next() - 0.5;
      const distance = -Math.log1p(-2 * Math.abs(u));
      return plain("laplace", "location", location) + plain("laplace", "scale", scale) * Math.sign(u) * distance;
    },
    // The quantile log 2p below the centre, −log 2(1 − p) above it, at p = Φ(noise).
    fromNormal: (noise) => {
      const tail = add(logNormalCdf(neg(abs(noise))), Math.LN2);
      return add(location, mul(scale, where(gt(noise, 0), neg(tail), tail)));
    },
    initial: () =>
      typeof location === "number" && typeof scale === "number"
        ? { mean: location, sd: scale * Math.SQRT2 }
        : undefined,
  };
}
