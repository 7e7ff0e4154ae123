/**
 * Closed form of influenza. Under a mean-field guide a_i and c_i are independent Gaussians, linear in v and in w, and
 * every switch f_i > 0 is independent of them and of f_{i+1}. With P_i = P(f_i > 0):
 *   E[(y − a − 1[f ≤ 0]·c)²] = P·E[(y − a)²] + (1 − P)·E[(y − a − c)²]
 *   E[(f_{i+1} ∓ stay)²]     = E[f_{i+1}²] − 2·stay·(2P_i − 1)·E[f_{i+1}] + stay²
 */
import { HALF_LOG_2PI, INFLUENZA } from "./data.ts";
import { Accumulator, type Moment, probabilityAbove } from "./moments.ts";

const { alpha1, alpha2, beta0, beta1, sdV, sdW, sdObservation, stay, observations } = INFLUENZA;
const MONTHS = observations.length;
const PRECISION = 1 / (sdObservation * sdObservation);

// Positions in the order of declaration: f0, v1, w1, f1, v2, w2, f2, …
const f = (i: number): number => 3 * i;
const v = (i: number): number => 3 * i - 2;
const w = (i: number): number => 3 * i - 1;

// Impulse responses: a_i = Σ_j ALPHA[i − j]·v_j and c_i = Σ_j BETA[i − j]·(β0 + w_j), j = 1 … i.
const ALPHA: readonly number[] = observations.reduce<number[]>(
  (h, _, k) => [...h, k === 0 ? 1 : alpha1 * h[k - 1]! + alpha2 * (h[k - 2] ?? 0)],
  [],
);
const BETA: readonly number[] = observations.reduce<number[]>((h, _, k) => [...h, k === 0 ? 1 : beta1 * h[k - 1]!], []);

/** ELBO of a mean-field guide over f0, v1, w1, f1, …, v12, w12, f12. */
export function influenzaElbo(mu: ArrayLike<number>, rho: ArrayLike<number>): number {
  return expectation(mu, rho).elbo;
}

/** Its gradient [∂μ…, ∂ρ…]. */
export function influenzaElboGradient(mu: ArrayLike<number>, rho: ArrayLike<number>): Float64Array {
  return expectation(mu, rho).gradient();
}

function expectation(mu: ArrayLike<number>, rho: ArrayLike<number>): Accumulator {
  const sum = new Accumulator(mu, rho);
  const above = Array.from({ length: MONTHS + 1 }, (_, i) => probabilityAbove(0, sum.mu[f(i)]!, sum.sd[f(i)]!));
  sum.addNormal(f(0), 0, 1);
  for (let i = 1; i <= MONTHS; i++) {
    sum.addNormal(v(i), 0, sdV);
    sum.addNormal(w(i), 0, sdW);
    addSwitch(sum, i, above[i - 1]!);
    addObservation(sum, i, above[i]!);
  }
  return sum;
}

// E[log N(f_i; ±stay, 1)], plus with probability `above`
function addSwitch(sum: Accumulator, i: number, above: Moment): void {
  sum.addNormal(f(i), 0, 1);
  const sign = 2 * above.value - 1;
  sum.elbo += stay * sign * sum.mu[f(i)]! - 0.5 * stay * stay;
  sum.byMean[f(i)]! += stay * sign;
  sum.addDerivatives(f(i - 1), above, 2 * stay * sum.mu[f(i)]!);
}

// E[log N(y_i; a_i or a_i + c_i, σ)], a_i alone with probability `above`
function addObservation(sum: Accumulator, i: number, above: Moment): void {
  let [meanA, varianceA, meanC, varianceC] = [0, 0, 0, 0];
  for (let j = 1; j <= i; j++) {
    const [alpha, beta] = [ALPHA[i - j]!, BETA[i - j]!];
    meanA += alpha * sum.mu[v(j)]!;
    varianceA += (alpha * sum.sd[v(j)]!) ** 2;
    meanC += beta * (beta0 + sum.mu[w(j)]!);
    varianceC += (beta * sum.sd[w(j)]!) ** 2;
  }
  const residual = observations[i - 1]! - meanA;
  const below = 1 - above.value;
  // E[(y − a − c)²] − E[(y − a)²]
  const excess = meanC * meanC + varianceC - 2 * residual * meanC;
  const square = residual * residual + varianceA + below * excess;
  sum.elbo -= 0.5 * PRECISION * square + Math.log(sdObservation) + HALF_LOG_2PI;
  sum.addDerivatives(f(i), above, 0.5 * PRECISION * excess);
  for (let j = 1; j <= i; j++) {
    const [alpha, beta] = [ALPHA[i - j]!, BETA[i - j]!];
    sum.byMean[v(j)]! += PRECISION * alpha * (residual - below * meanC);
    sum.bySd[v(j)]! -= PRECISION * alpha * alpha * sum.sd[v(j)]!;
    sum.byMean[w(j)]! += PRECISION * below * beta * (residual - meanC);
    sum.bySd[w(j)]! -= PRECISION * below * beta * beta * sum.sd[w(j)]!;
  }
}
