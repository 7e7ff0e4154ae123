/** The Gaussian exp(−x²/2) and its like to full accuracy: exp(−0.5·x·x) alone loses three digits at x = 30. */
import { exp } from "./elementary.ts";
/**
 * exp(scale·x²) for scale = ±1 or ±½, without the error that rounding x² would put into the exponent.
 *
 * Domain: all reals; overflow gives +Infinity, underflow 0; NaN gives NaN. Relative error below 1e-15.
 * Source: the splitting x² = h² + (x−h)(x+h) of W. J. Cody, Math. Comp. 23 (1969) 631–637, here with h on a grid of
 * 1/256, so that scale·h² is exact and the second exponent is below 0.3.
 */
export function expSquare(x: number, scale: number): number {
  // Beyond |x| = 64 the result is 0 or Infinity whichever way it is computed.
  if (Math.abs(x) > 64) return exp(scale * x * x);
  const h = Math.round(x * 256) / 256;
  return exp(scale * h * h) * exp(scale * (x - h) * (x + h));
}
