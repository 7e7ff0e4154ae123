/** The error function and its two complements, from which the normal distribution functions are made. */
import { expSquare } from "./exp-square.ts";
import { horner5, horner6, horner9 } from "./horner.ts";

// Coefficients: W. J. Cody, Rational Chebyshev approximations for the error function, Math. Comp. 23 (1969) 631–637,
// in three pieces that meet at 0.46875 and 4; their own error is below 1e-18.
/** Where the piece near 0 ends. */
export const SEAM = 0.46875;
const INV_SQRT_PI = 0.5641895835477563;

/**
 * Error function, 2/√π ∫₀ˣ exp(−u²) du.
 *
 * Domain: all reals; erf(±Infinity) = ±1; NaN gives NaN. Relative error below 1e-15. Source: Cody (1969).
 */
export function erf(x: number): number {
  const y = Math.abs(x);
  if (y <= SEAM) return x * erfRatio(x * x);
  if (y > 6) return Math.sign(x);
  const upper = 1 - scaledTail(y) * expSquare(y, -1);
  return x < 0 ? -upper : upper;
}

/**
 * Complementary error function, 1 − erf(x), without cancellation for large x.
 *
 * Domain: all reals; erfc(−Infinity) = 2, erfc(+Infinity) = 0; below 2^-1022 (x > 26.54) it is subnormal and correct
 * to its last bits only; NaN gives NaN. Relative error below 2e-15. Source: Cody (1969).
 */
export function erfc(x: number): number {
  const y = Math.abs(x);
  if (y <= SEAM) return 1 - x * erfRatio(x * x);
  const tail = scaledTail(y) * expSquare(y, -1);
  return x < 0 ? 2 - tail : tail;
}

/**
 * Scaled complementary error function, exp(x²) erfc(x), which neither underflows nor loses digits for large x.
 *
 * Domain: all reals; erfcx(x) ≈ 1/(x√π) for large x, 0 at +Infinity, +Infinity below x ≈ −26.63; NaN gives NaN.
 * Relative error below 2e-15. Source: Cody (1969).
 */
export function erfcx(x: number): number {
  const y = Math.abs(x);
  if (y <= SEAM) return expSquare(x, 1) * (1 - x * erfRatio(x * x));
  return x < 0 ? 2 * expSquare(y, 1) - scaledTail(y) : scaledTail(y);
}

/** exp(y²) erfc(y) for y ≥ 0.46875. */
function scaledTail(y: number): number {
  return y <= 4 ? middle(y) : far(y);
}

/** exp(y²) erfc(y) for y ≥ 4. */
export function far(y: number): number {
  const w = 1 / (y * y);
  return (INV_SQRT_PI - w * tail(w)) / y;
}

/** erf(x)/x in w = x², |x| ≤ 0.46875. */
export function erfRatio(w: number): number {
  // biome-ignore format: coefficients, the constant term first
  return (
    horner5(w, 3.20937758913846947e3, 3.77485237685302021e2, 1.13864154151050156e2, 3.1611237438705656,
      0.185777706184603153) /
    horner5(w, 2.84423683343917062e3, 1.28261652607737228e3, 2.44024637934444173e2, 2.36012909523441209e1, 1)
  );
}

/** exp(x²) erfc(x), 0.46875 ≤ x ≤ 4. */
export function middle(x: number): number {
  // biome-ignore format: coefficients, the constant term first
  return (
    horner9(x, 1.23033935479799725e3, 2.05107837782607147e3, 1.71204761263407058e3, 8.8195222124176909e2,
      2.98635138197400131e2, 6.61191906371416295e1, 8.88314979438837594, 0.564188496988670089,
      2.15311535474403846e-8) /
    horner9(x, 1.23033935480374942e3, 3.43936767414372164e3, 4.36261909014324716e3, 3.29079923573345963e3,
      1.62138957456669019e3, 5.37181101862009858e2, 1.17693950891312499e2, 1.57449261107098347e1, 1)
  );
}

/** x² (1/√π − x exp(x²) erfc(x)) in w = 1/x², x ≥ 4. */
function tail(w: number): number {
  // biome-ignore format: coefficients, the constant term first
  return (
    horner6(w, 6.58749161529837803e-4, 1.60837851487422766e-2, 0.125781726111229246, 0.360344899949804439,
      0.305326634961232344, 1.63153871373020978e-2) /
    horner6(w, 2.33520497626869185e-3, 6.05183413124413191e-2, 0.527905102951428412, 1.87295284992346725,
      2.56852019228982242, 1)
  );
}
