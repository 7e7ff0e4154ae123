/**
 * Quantiles of distributions whose cdf has no inverse in closed form: gamma(4, 2) has its 90 % quantile where log P(X > x) = log 0.1. The
 * smaller tail is inverted, so that a quantile is as accurate in either tail as the masses are.
 */
import * as elementary from "../math/elementary.ts";
import type { LogTails } from "../math/incomplete/incomplete-gamma.ts";

export interface Continuous {
  readonly tails: (x: number) => LogTails;
  readonly logDensity: (x: number) => number;
  readonly lower: number;
  readonly upper: number;
}

/** Steps of Newton's method or bisections end here: some 8 are taken, and about 60 where all of them are bisections. */
const LAST_STEP = 200;

/**
 * The x with P(X ≤ x) = p; `centre`, inside the support, and `scale` say where to look first. The error is that of the masses
 * divided by the density, and an ulp.
 */
export function tailInverse(distribution: Continuous, p: number, centre: number, scale: number): number {
  const { tails, logDensity, lower, upper } = distribution;
  if (p === 0 || p === 1) return p === 0 ? lower : upper;
  const inLower = p < 0.5;
  const wanted = inLower ? elementary.log(p) : elementary.log1p(-p);
  let [low, high] = [lower, upper];
  let x = centre;
  for (let step = 0; step < LAST_STEP; step++) {
    const tail = tails(x)[inLower ? 0 : 1];
    const excess = inLower ? tail - wanted : wanted - tail;
    if (excess === 0) return x;
    if (excess < 0) low = x;
    else high = x;
    const next = x - excess * elementary.exp(tail - logDensity(x));
    if (next > low && next < high) {
      if (Math.abs(next - x) <= 4e-16 * Math.abs(next)) return next;
      x = next;
      continue;
    }
    const middle = between(low, high, centre, scale);
    if (!(middle > low && middle < high)) return x;
    x = middle;
  }
  return x;
}

/** A number between two ends that may be infinite or of very different size: farther and farther out, or the geometric mean. */
function between(low: number, high: number, centre: number, scale: number): number {
  if (low === -Infinity) return centre - 2 * (centre - high) - scale;
  if (high === Infinity) return centre + 2 * (low - centre) + scale;
  if (low >= 0 && high > 4 * low) return Math.sqrt(Math.max(low, 1e-310)) * Math.sqrt(high);
  if (high <= 0 && low < 4 * high) return -Math.sqrt(-low) * Math.sqrt(Math.max(-high, 1e-310));
  return low + 0.5 * (high - low);
}
