import { add, cos, div, log, log1p, mul, neg, normalCdf, type Real, sin, square, sub } from "../../autodiff/expr.ts";
import * as trigonometric from "../../math/trigonometric.ts";
import { continuous, type Distribution, positive, REAL_LINE, real } from "../distribution.ts";

const LOG_PI = 1.1447298858494002; // log π

/**
 * Cauchy with location (the median) and scale > 0 (half the interquartile range): −log(1 + t²) − log scale − log π,
 * t = (x − location)/scale; −∞ where t² overflows, |t| > 1.3e154.
 */
export function cauchy(location: Real, scale: Real): Distribution {
  return continuous({
    name: "cauchy",
    parameters: [real("location", location), positive("scale", scale)],
    support: REAL_LINE,
    logDensity: (x) => {
      const t = div(sub(x, location), scale);
      return neg(add(log1p(square(t)), add(log(scale), LOG_PI)));
    },
    draw: (next, location, scale) => {
      const angle = Math.PI * next(); // −cot(πu) keeps the lower tail's digits
      return location - (scale * trigonometric.cos(angle)) / trigonometric.sin(angle);
    },
    fromNormal: (noise) => {
      const angle = mul(Math.PI, normalCdf(noise));
      return sub(location, mul(scale, div(cos(angle), sin(angle))));
    },
    initial: (mean, sd) => ({ mean, sd }),
  });
}
