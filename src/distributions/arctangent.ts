/** The angle whose tangent is given, for the masses of Cauchy distributions: made of other ops, as there is none of its own. */
import { add, div, mul, type Real, sqrt, square } from "../autodiff/expr.ts";

/** 1, −1/3, 1/5, …: of tan(π/16)² = 0.04 the next power is below 1e-18. */
const COEFFICIENTS = /* @__PURE__ */ Array.from({ length: 13 }, (_, k) => (k % 2 ? -1 : 1) / (2 * k + 1));

/**
 * atan(x). Three halvings of the angle, tan(θ/2) = tan θ/(1 + √(1 + tan² θ)), leave |t| ≤ tan(π/16) = 0.2, where 13 terms of the Taylor series
 * suffice; no denominator can vanish. Relative error below 2e-15; a traced x whose square overflows, |x| > 1.3e154, gives 0.
 */
export function arctangent(x: Real): Real {
  if (typeof x === "number" && Math.abs(x) > 1e150) return 0.5 * Math.PI * Math.sign(x);
  const t = halved(halved(halved(x)));
  const w = square(t);
  const series = COEFFICIENTS.reduceRight<Real>((sum, c) => add(mul(sum, w), c), 0);
  return mul(8, mul(t, series));
}

/** The tangent of half the angle that has tangent x. */
function halved(x: Real): Real {
  return div(x, add(1, sqrt(add(1, square(x)))));
}
