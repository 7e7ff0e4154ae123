import { add, cos, div, log, log1p, mul, neg, normalCdf, type Real, sin, square, sub } from "../autodiff/expr.ts";
import { type Distribution, plain, positive, REAL_LINE, real, within } from "./distribution.ts";

const LOG_PI = 1.1447298858494002; // log π

/** Cauchy with location and scale > 0: −log(1 + t²) − log scale − log π, t = (x − location)/scale. */
export function cauchy(location: Real, scale: Real): Distribution {
  return {
    name: "cauchy",
    parameters: [real("location", location), positive("scale", scale)],
    support: REAL_LINE,
    logDensity: within(REAL_LINE, (x) => {
      const t = div(sub(x, location), scale);
      return neg(add(log1p(square(t)), add(log(scale), LOG_PI)));
    }),
    draw: (next) => {
      const angle = Math.PI * next(); // −cot(πu) keeps the lower tail's digits
      return (
        plain("cauchy", "location", location) - (plain("cauchy", "scale", scale) * Math.cos(angle)) / Math.sin(angle)
      );
    },
    fromNormal: (noise) => {
      const angle = mul(Math.PI, normalCdf(noise));
      return sub(location, mul(scale, div(cos(angle), sin(angle))));
    },
    initial: () =>
      typeof location === "number" && typeof scale === "number" ? { mean: location, sd: scale } : undefined,
  };
}
