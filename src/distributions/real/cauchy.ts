/** A number with tails so heavy that it has no mean: `observe(cauchy(m, 1), y)` lets single data lie far off. */
import {
  abs,
  add,
  atan,
  cos,
  div,
  log,
  log1p,
  max,
  min,
  mul,
  neg,
  normalCdf,
  type Real,
  sin,
  sqrt,
  square,
  sub,
} from "../../autodiff/expr.ts";
import * as trigonometric from "../../math/trigonometric.ts";
import { continuous, type Distribution, type Moments, positive, REAL_LINE, real } from "../distribution.ts";
import type { TailFormulas } from "../tails.ts";

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

export function cauchyTails(location: Real, scale: Real): TailFormulas {
  const standard = (x: Real): Real => div(sub(x, location), scale);
  return {
    cdf: (x) => cauchyCdf(standard(x)),
    logCdf: (x) => log(cauchyCdf(standard(x))),
    logSurvival: (x) => log(cauchyCdf(neg(standard(x)))),
    logInterval: (low, high) => logCauchyInterval(standard(low), standard(high), div(sub(high, low), scale)),
    quantile: (p, location, scale) => {
      if (p === 0 || p === 1) return p === 0 ? -Infinity : Infinity;
      const angle = Math.PI * Math.min(p, 1 - p);
      return location + (Math.sign(p - 0.5) * scale * trigonometric.cos(angle)) / trigonometric.sin(angle);
    },
    moments: none,
    momentsAt: none,
  };
}

function none(): Moments {
  return { mean: NaN, sd: NaN };
}

/**
 * ½ + atan(t)/π as two angles, of which one is the tail: below 0 the angle whose cotangent is −t, by the tangent of its half,
 * and above 0 a right angle and atan(t).
 */
export function cauchyCdf(t: Real): Real {
  const below = abs(min(0, t));
  const tail = mul(2, atan(div(1, add(below, sqrt(add(1, square(below)))))));
  return mul(1 / Math.PI, add(tail, atan(max(t, 0))));
}

/** log((atan b − atan a)/π) for a < b; `width` is b − a, which may be known more accurately than the difference is. */
export function logCauchyInterval(a: Real, b: Real, width: Real): Real {
  // The mirror image if that lies more to the left, as for the normal; then its parts below and above 0.
  const lower = min(a, neg(b));
  const upper = min(b, neg(a));
  const end = min(0, upper);
  const own = min(neg(lower), width);
  // The angle between the directions (1, lower) and (1, end), by the tangent of its half, in which nothing cancels. The product of
  // two numbers below 0 is its own magnitude, which shows that the denominator has no pole.
  const root = sqrt(mul(add(1, square(lower)), add(1, square(end))));
  const below = mul(2, atan(div(own, add(root, add(1, abs(mul(lower, end)))))));
  return log(mul(1 / Math.PI, add(below, atan(max(upper, 0)))));
}
