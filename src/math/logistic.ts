/** The logistic function and its family: softplus and its inverse, log(eˣ + eʸ), tanh. */
import { DOUBLE, exp, exponential, exponentialLess1, log, log1p, logarithmRest, series } from "./elementary.ts";

/**
 * (x + xRest)/(y + yRest), rounded once: a quotient of 24 bits, whose products with 24 bits of y are exact, and what it leaves.
 */
function quotient(x: number, xRest: number, y: number, yRest: number): number {
  const reciprocal = 1 / y;
  const high = Math.fround(x * reciprocal);
  const yHigh = Math.fround(y);
  return high + (x - high * yHigh - high * (y - yHigh + yRest) + xRest) * reciprocal;
}

/**
 * Logistic function, 1/(1 + exp(−x)).
 *
 * Domain: all reals; 0 at −Infinity (subnormal below x ≈ −708.4), 1 at +Infinity; NaN gives NaN. Error below 1 ulp
 * (measured 0.66, 0.79 below x = −100).
 */
export function sigmoid(x: number): number {
  const e = exponential(-Math.abs(x), true);
  const sum = 1 + e;
  return quotient(x < 0 ? e : 1, x < 0 ? DOUBLE[0]! : 0, sum, e - (sum - 1) + DOUBLE[0]!);
}

/**
 * log(1 + exp(x)), the integral of the logistic function.
 *
 * Domain: all reals; ≈ exp(x) for x → −Infinity, x for x → +Infinity; NaN gives NaN. Error below 1 ulp
 * (measured 0.89).
 */
export function softplus(x: number): number {
  // 1 + exp(−|x|) = sum + rest = 2^k·(1 + f), added up from small to large
  const e = exponential(-Math.abs(x), true);
  const rest = DOUBLE[0]!;
  const sum = 1 + e;
  const y = x > 0 ? x : 0;
  // One call for both cases: engines inline none that is rare when they compile, and box its numbers when it is not any more.
  const near = e < 0.4142;
  const f = near ? e : 0.5 * sum - 1;
  const more = logarithmRest(near ? 0 : 1, f, (near ? rest : e - (sum - 1) + rest) / sum);
  return near ? y + (f + more) : f + 6.9314718036912382e-1 + (y + more);
}

/**
 * log(exp(y) − 1), the x with softplus(x) = y.
 *
 * Domain: y ≥ 0; −Infinity at 0, +Infinity at +Infinity, NaN below 0; NaN gives NaN. Relative error below 1e-15, also
 * near the zero y = log 2.
 */
export function softplusInverse(y: number): number {
  if (y < 0.3465) return log(less1(y));
  // With d = y − log 2, to 107 bits, exp(y) − 1 = 1 + 2 (exp(d) − 1): near d = 0 nothing cancels if d itself is accurate.
  const d = y - Math.LN2 - 2.3190468138462996e-17;
  if (!(d < 0.3465)) return y + log(1 - exp(-y));
  const f = 2 * less1(d);
  return Math.abs(d) < 0.15 ? f + logarithmRest(0, f, 0) : log(1 + f);
}

// exp(r) − 1 for |r| ≤ ½ log 2
function less1(r: number): number {
  const w = r * r;
  return r + (0.5 * w + series(r, w));
}

/**
 * log(exp(x) + exp(y)) without overflow.
 *
 * Domain: all pairs; an argument of −Infinity is neutral (both: −Infinity), one of +Infinity gives +Infinity; NaN gives
 * NaN. Error below 1e-13·max(|result|, |max(x, y)|): relative, unless max(x, y) < 0 cancels against the log1p; the
 * rounding of y − x (up to 745, where it matters) costs the two digits.
 */
export function logAddExp(x: number, y: number): number {
  if (x === y) return x + Math.LN2; // infinities too, whose difference is NaN
  return x > y ? x + log1p(exp(y - x)) : y + log1p(exp(x - y));
}

/**
 * The larger one of x and y, made finite: ±1.797…e308 for ±Infinity. It is what exponentials are taken relative to in a log of a sum of
 * them, where infinite numbers would be subtracted from themselves.
 *
 * Domain: all pairs; NaN gives NaN. Exact.
 */
export function peak(x: number, y: number): number {
  return Math.min(Math.max(-1.7976931348623157e308, x, y), 1.7976931348623157e308);
}

/**
 * Hyperbolic tangent.
 *
 * Domain: all reals; ±1 at ±Infinity, ±0 themselves; NaN gives NaN. Error below 1 ulp (measured 0.76).
 */
export function tanh(x: number): number {
  if (x === 0) return x;
  const y = exponentialLess1(-2 * Math.abs(x), true); // tanh |x| = −y/(2 + y)
  const rest = DOUBLE[0]!;
  const sum = 2 + y;
  const value = quotient(y, rest, sum, y - (sum - 2) + rest);
  return x < 0 ? value : -value;
}
