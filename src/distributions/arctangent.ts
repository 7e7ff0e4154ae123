/** The angle whose tangent is given, for the masses of Cauchy distributions: made of other ops, as there is none of its own. */
import { add, div, mul, type Real, sqrt, square } from "../autodiff/expr.ts";

/**
 * atan(x). Two halvings of the angle, tan(θ/2) = tan θ/(1 + √(1 + tan² θ)), leave |t| ≤ 0.42, where atan(t)/t is rational in t²
 * to 5e-17 (S. L. Moshier, Cephes). Relative error below 2e-15; NaN where x² overflows, |x| > 1.3e154.
 */
export function arctangent(x: Real): Real {
  const t = halved(halved(x));
  const w = square(t);
  // The rational approximation of Cephes' atan: t + t·w·P(w)/Q(w), the highest power first.
  const p = polynomial(w, P);
  const q = polynomial(w, Q);
  return mul(4, add(t, mul(t, div(mul(w, p), q))));
}

/** The tangent of half the angle that has tangent x. */
function halved(x: Real): Real {
  return div(x, add(1, sqrt(add(1, square(x)))));
}

function polynomial(w: Real, coefficients: readonly number[]): Real {
  return coefficients.slice(1).reduce<Real>((sum, c) => add(mul(sum, w), c), coefficients[0]!);
}

// biome-ignore format: coefficients
const P = [-8.750608600031904122785e-1, -1.615753718733365076637e1, -7.500855792314704667340e1,
  -1.228866684490136173410e2, -6.485021904942025371773e1];
// biome-ignore format: coefficients
const Q = [1, 2.485846490142306297962e1, 1.650270098316988542046e2, 4.328810604912902668951e2,
  4.853903996359136964868e2, 1.945506571482613964425e2];
