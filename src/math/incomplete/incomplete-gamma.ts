/** The regularised incomplete gamma functions as logs: the tails of gamma, χ² and Poisson distributions. */
import { exp, expm1, log, log1p } from "../elementary.ts";
import { lgamma, logGamma1p, stirlingRest } from "../gamma.ts";
import { HALF_LOG_2PI, logNormalCdf, normalHazard } from "../normal.ts";
import { log1mexp, logRatioMinus } from "./log-differences.ts";

/** From this shape on the expansion for large shapes is used; below it series and fraction take at most some 20,000 terms. */
const LARGE = 1e7;

/** Both tails, as logs: [log P(X ≤ x), log P(X > x)]. */
export type LogTails = readonly [below: number, above: number];

/**
 * log P(a, x) and log Q(a, x) = log(1 − P(a, x)), where P(a, x) = ∫₀ˣ t^{a−1} e^{−t} dt / Γ(a).
 *
 * Domain: a > 0, x ≥ 0 (∞ included); NaN elsewhere. Relative error of P and of Q, however small they are, below
 * 1e-13·(1 + |log|), tested for a from 0.01 to 1e7; for a smaller a Q has 1e-15/a more.
 * Using: the power series of P below x = a + 1 (of Q where a < 1), Lentz's continued fraction of Q above, and above a = 1e7 N. M.
 * Temme's uniform expansion (SIAM J. Math. Anal. 10 (1979) 757–766), of which one correction suffices there.
 */
export function logIncompleteGamma(a: number, x: number): LogTails {
  if (!(a > 0 && x >= 0) || a === Infinity) return [NaN, NaN];
  if (x === 0) return [-Infinity, 0];
  if (x === Infinity) return [0, -Infinity];
  if (a > LARGE) return uniformExpansion(a, x);
  if (x >= a + 1) {
    const above = logPower(a, x) + log(a * fraction(a, x));
    return [log1mexp(-above), above];
  }
  const below = logPower(a, x) + log(powerSeries(a, x));
  if (a >= 1) return [below, log1mexp(-below)];
  // Q = 1 − u·(1 + s) with u = xᵃ/Γ(a + 1), which cancels least as (1 − u) − u·s.
  const logU = a * log(x) - logGamma1p(a);
  return [below, log(-expm1(logU) - exp(logU) * smallShapeSeries(a, x))];
}

/** log(xᵃ e^{−x}/Γ(a + 1)), for a large a as a(log(1 + μ) − μ) + …, in which a log a does not cancel; μ = x/a − 1. */
function logPower(a: number, x: number): number {
  if (a < 10) return a * log(x) - x - lgamma(a + 1);
  return a * logRatioMinus(x, a, (x - a) / a) - 0.5 * log(a) - HALF_LOG_2PI - stirlingRest(a);
}

/** Σ xⁿ/((a + 1)…(a + n)) from n = 0. */
function powerSeries(a: number, x: number): number {
  let sum = 1;
  let term = 1;
  for (let n = 1; term > 1e-17 * sum; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

/** a·Σ (−x)ⁿ/((a + n)·n!) from n = 1, for x < 2. */
function smallShapeSeries(a: number, x: number): number {
  let sum = 0;
  let power = 1;
  for (let n = 1; n < 40; n++) {
    power *= -x / n;
    sum += power / (a + n);
  }
  return a * sum;
}

/** 1/(x + 1 − a − 1·(1 − a)/(x + 3 − a − 2·(2 − a)/(x + 5 − a − …))) by Lentz's method. */
function fraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = Infinity;
  let d = 1 / b;
  let h = d;
  for (let n = 1; ; n++) {
    const numerator = n * (a - n);
    b += 2;
    d = 1 / (b + numerator * d);
    c = b + numerator / c;
    const factor = c * d;
    h *= factor;
    if (Math.abs(factor - 1) < 2e-16) return h;
    if (!(n < 1e6)) return NaN;
  }
}

/** P and Q as Φ(±y) with a correction in 1/√a, y = η√a and ½η² = μ − log(1 + μ), μ = x/a − 1. */
function uniformExpansion(a: number, x: number): LogTails {
  const mu = (x - a) / a;
  const eta = Math.sign(mu) * Math.sqrt(-2 * logRatioMinus(x, a, mu));
  const y = eta * Math.sqrt(a);
  const first = Math.abs(eta) < 1e-3 ? -1 / 3 + eta * (1 / 12 + eta * (-2 / 135 + eta / 864)) : 1 / mu - 1 / eta;
  const correction = first / Math.sqrt(a);
  return [
    logNormalCdf(y) + log1p(-normalHazard(y) * correction),
    logNormalCdf(-y) + log1p(normalHazard(-y) * correction),
  ];
}
