/** Differences of logarithms and exponentials in which digits would cancel. */
import { exp, expm1, log, log1p } from "../elementary.ts";

/** log(1 − e^{−x}) for x ≥ 0: −∞ at 0, 0 at ∞; relative error below 1e-15. */
export function log1mexp(x: number): number {
  return x < Math.LN2 ? log(-expm1(-x)) : log1p(-exp(-x));
}

/**
 * log(1 + t) − t for t > −1, ≈ −t²/2 near 0. Relative error below 1e-15.
 * Using: with r = t/(2 + t), log(1 + t) = 2 artanh r = 2r + 2r³/3 + 2r⁵/5 + …, and 2r − t = −r·t.
 */
export function log1pMinus(t: number): number {
  if (!(Math.abs(t) < 0.5)) return log1p(t) - t;
  const r = t / (2 + t);
  const rr = r * r;
  let sum = 0;
  // |r| < 1/3, so that 17 terms leave 9^−17 of the first.
  for (let n = 35; n >= 3; n -= 2) sum = sum * rr + 1 / n;
  return r * (2 * rr * sum - t);
}

/** log(value/expected) − (value/expected − 1) of two positive numbers, ≈ −½d² where they differ by d·expected; d is given. */
export function logRatioMinus(value: number, expected: number, d: number): number {
  return Math.abs(d) < 0.5 ? log1pMinus(d) : log(value / expected) - d;
}
