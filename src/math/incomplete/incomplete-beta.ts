/** The regularised incomplete beta function as logs: the tails of beta, Student t, binomial and negative binomial distributions. */

import { exp, log, log1p } from "../elementary.ts";
import { lgamma, stirlingRest } from "../gamma.ts";
import { HALF_LOG_2PI } from "../normal.ts";
import type { LogTails } from "./incomplete-gamma.ts";
import { log1mexp, log1pMinus, logRatioMinus } from "./log-differences.ts";

const LARGE = 10;

/**
 * log Iₓ(a, b) and log(1 − Iₓ(a, b)), where Iₓ(a, b) = ∫₀ˣ t^{a−1}(1 − t)^{b−1} dt / B(a, b); y is 1 − x, which for x near 1 is known
 * more accurately than it can be found from x.
 *
 * Domain: a, b > 0, x and y in [0, 1] with x + y = 1; NaN elsewhere. Relative error of the smaller of the two, however small it
 * is, below 1e-13·(1 + |log|), tested for a and b from 0.02 to 3e4; of the other one the same, as of 1 minus it.
 * Using: Lentz's continued fraction (W. H. Press et al., Numerical Recipes, §6.4), of √max(a, b) terms at most.
 */
export function logIncompleteBeta(a: number, b: number, x: number, y: number): LogTails {
  if (!(a > 0 && b > 0 && x >= 0 && y >= 0)) return [NaN, NaN];
  if (x === 0) return [-Infinity, 0];
  if (y === 0) return [0, -Infinity];
  if (x > (a + 1) / (a + b + 2)) {
    const [above, below] = logIncompleteBeta(b, a, y, x);
    return [below, above];
  }
  const below = logPower(a, b, x, y) + log(fraction(a, b, x) / a);
  return [below, log1mexp(-below)];
}

/** log B(a, b) = log Γ(a) + log Γ(b) − log Γ(a + b) for a, b > 0; the large terms of large arguments do not cancel. */
export function logBeta(a: number, b: number): number {
  const [small, large] = a < b ? [a, b] : [b, a];
  if (small >= LARGE) {
    const [t, n] = [small / large, small + large];
    const rests = stirlingRest(small) + stirlingRest(large) - stirlingRest(n);
    return HALF_LOG_2PI + small * log(small / n) - (large - 0.5) * log1p(t) - 0.5 * log(small) + rests;
  }
  if (large < LARGE) return lgamma(small) + lgamma(large) - lgamma(a + b);
  // log Γ(large + s) − log Γ(large) by Stirling's formula with the difference taken term by term.
  const t = small / large;
  const growth = large * log1pMinus(t) - 0.5 * log1p(t) + small * log(large + small);
  return lgamma(small) - growth - stirlingRest(large + small) + stirlingRest(large);
}

/** Γ(x + ½)/Γ(x) for x > 0, ≈ √x. */
export function halfStepOfGamma(x: number): number {
  return exp(lgamma(0.5) - logBeta(x, 0.5));
}

/** log(xᵃ yᵇ/B(a, b)); where a and b are large, in the distance z of x from a/(a + b), so that nothing cancels. */
function logPower(a: number, b: number, x: number, y: number): number {
  if (Math.min(a, b) < LARGE)
    return a * (x < 0.5 ? log(x) : log1p(-y)) + b * (y < 0.5 ? log(y) : log1p(-x)) - logBeta(a, b);
  const n = a + b;
  const z = x * b - y * a;
  const rests = stirlingRest(n) - stirlingRest(a) - stirlingRest(b);
  return (
    a * logRatioMinus(x, a / n, z / a) +
    b * logRatioMinus(y, b / n, -z / b) +
    0.5 * log((a / n) * b) -
    HALF_LOG_2PI +
    rests
  );
}

/** The continued fraction of a·B(a, b)·Iₓ(a, b)/(xᵃ yᵇ) by Lentz's method. */
function fraction(a: number, b: number, x: number): number {
  let c = 1;
  let d = 1 / (1 - ((a + b) * x) / (a + 1));
  let h = d;
  for (let m = 1; ; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / (1 + even * d);
    c = 1 + even / c;
    h *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + odd * d);
    c = 1 + odd / c;
    h *= d * c;
    if (Math.abs(d * c - 1) < 2e-16) return h;
    if (!(m < 1e6)) return NaN;
  }
}
