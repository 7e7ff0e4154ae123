import { exp, expm1, exponential, log, log1p } from "./elementary.ts";

// log 2 = LN2_HIGH + LN2_LOW to 107 bits
const LN2_HIGH = Math.LN2;
const LN2_LOW = 2.3190468138462996e-17;

/**
 * Logistic function, 1/(1 + exp(−x)).
 *
 * Domain: all reals; 0 at −Infinity (subnormal below x ≈ −708.4), 1 at +Infinity; NaN gives NaN. Error below 2 ulp
 * (measured 1.9).
 */
export function sigmoid(x: number): number {
  const e = exp(-Math.abs(x));
  const sum = 1 + e;
  const quotient = (x < 0 ? e : 1) / sum;
  // What the sum lost, times its reciprocal.
  const lost = (e - (sum - 1)) * (x < 0 ? 1 - quotient : quotient);
  return quotient - quotient * lost;
}

/**
 * log(1 + exp(x)), the integral of the logistic function.
 *
 * Domain: all reals; ≈ exp(x) for x → −Infinity, x for x → +Infinity; NaN gives NaN. Error below 2 ulp
 * (measured 1.53).
 */
export function softplus(x: number): number {
  const rest = log1p(exp(-Math.abs(x)));
  return x > 0 ? x + rest : rest;
}

/**
 * log(exp(y) − 1), the x with softplus(x) = y.
 *
 * Domain: y ≥ 0; −Infinity at 0, +Infinity at +Infinity, NaN below 0; NaN gives NaN. Relative error below 1e-15, also
 * near the zero y = log 2.
 */
export function softplusInverse(y: number): number {
  // With d = y − log 2, exp(y) − 1 = 1 + 2 (exp(d) − 1): near d = 0 nothing cancels if d itself is accurate.
  const d = y - LN2_HIGH - LN2_LOW;
  if (Math.abs(d) < 0.3) return log1p(2 * expm1(d));
  return d > 0 ? y + log1p(-exp(-y)) : log(expm1(y));
}

/**
 * log(exp(x) + exp(y)) without overflow.
 *
 * Domain: all pairs; an argument of −Infinity is neutral (both: −Infinity), one of +Infinity gives +Infinity; NaN gives
 * NaN. Error below 1e-13·max(|result|, |max(x, y)|): relative, unless max(x, y) < 0 cancels against the log1p; the
 * rounding of y − x (up to 745, where it matters) costs the two digits.
 */
export function logAddExp(x: number, y: number): number {
  if (x === y) return x + LN2_HIGH; // infinities too, whose difference is NaN
  return x > y ? x + log1p(exp(y - x)) : y + log1p(exp(x - y));
}

/**
 * Hyperbolic tangent.
 *
 * Domain: all reals; ±1 at ±Infinity, ±0 themselves; NaN gives NaN. Error below 2 ulp (measured 1.93).
 */
export function tanh(x: number): number {
  if (x === 0) return x;
  const size = Math.abs(x);
  // With y = exp(−2|x|) − 1 near 0, y = exp(−2|x|) elsewhere: each form where its terms do not cancel.
  const less = size < 0.55 ? 1 : 0;
  const y = exponential(size > 20 ? -40 : -2 * size, less, 0);
  const sum = 1 + less + y;
  const quotient = y / sum;
  const lost = 0.5 * (y - (sum - 2)) * (1 - quotient);
  const value = less === 0 ? 1 - 2 * quotient : quotient * lost - quotient;
  return x < 0 ? -value : value;
}
