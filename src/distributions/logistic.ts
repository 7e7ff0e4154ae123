import { add, div, log, logNormalCdf, mul, neg, type Real, softplus, sub } from "../autodiff/expr.ts";
import { type Distribution, plain, positive, REAL_LINE, real, within } from "./distribution.ts";

/** Logistic with location and scale > 0: −t − 2 log(1 + e⁻ᵗ) − log scale, t = (x − location)/scale. */
export function logistic(location: Real, scale: Real): Distribution {
  return {
    name: "logistic",
    parameters: [real("location", location), positive("scale", scale)],
    support: REAL_LINE,
    logDensity: within(REAL_LINE, (x) => {
      const t = div(sub(x, location), scale);
      return neg(add(add(softplus(t), softplus(neg(t))), log(scale)));
    }),
    draw: (next) => {
      const u = next();
      return (
        plain("logistic", "location", location) + plain("logistic", "scale", scale) * (Math.log(u) - Math.log1p(-u))
      );
    },
    fromNormal: (noise) => add(location, mul(scale, sub(logNormalCdf(noise), logNormalCdf(neg(noise))))),
    initial: () =>
      typeof location === "number" && typeof scale === "number"
        ? { mean: location, sd: (scale * Math.PI) / Math.sqrt(3) }
        : undefined,
  };
}
