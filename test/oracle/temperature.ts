/**
 * Closed form of temperature. Every condition looks at one latent, and under a mean-field guide the latents of a factor
 * are independent: no truncated moments occur. With Q_i = P(q_noise_i > ½), Q_0 = 0:
 *   target_i ∈ {0, 1} is 1 with probability T_i = P(θ_{i−1} > upper) + P(lower ≤ θ_{i−1} ≤ upper)·Q_{i−1}
 *   E[(q_noise_i − target_i)²] = E[q_noise_i²] − 2·T_i·E[q_noise_i] + T_i
 *   θ_i | q_i ~ N(κ·θ_{i−1} + d_q, s_q) with κ = 1 − 1/RC, weighted by Q_i and 1 − Q_i
 */
import { HALF_LOG_2PI, TEMPERATURE } from "./data.ts";
import { Accumulator, type Moment, probabilityAbove } from "./moments.ts";

const { steps, lower, upper, ambient, resistanceCapacity, resistancePower, sdOff, sdOn, stepFactor, noiseSd } =
  TEMPERATURE;
const KAPPA = 1 - 1 / resistanceCapacity;
const OFF = { drift: ambient / resistanceCapacity, sd: stepFactor * sdOff };
const ON = { drift: (ambient - resistancePower) / resistanceCapacity, sd: stepFactor * sdOn };
const NEVER: Moment = { value: 0, byMean: 0, bySd: 0 };

// Positions in the order of declaration: theta0, q1-noise, theta1, q2-noise, theta2, …
const theta = (i: number): number => 2 * i;
const noise = (i: number): number => 2 * i - 1;

/** ELBO of a mean-field guide over theta0, q1-noise, theta1, …, q20-noise, theta20. */
export function temperatureElbo(mu: ArrayLike<number>, rho: ArrayLike<number>): number {
  return expectation(mu, rho).elbo;
}

/** Its gradient [∂μ…, ∂ρ…]. */
export function temperatureElboGradient(mu: ArrayLike<number>, rho: ArrayLike<number>): Float64Array {
  return expectation(mu, rho).gradient();
}

function expectation(mu: ArrayLike<number>, rho: ArrayLike<number>): Accumulator {
  const sum = new Accumulator(mu, rho);
  const { observations, observationSd, initialMean, initialSd } = TEMPERATURE;
  sum.addNormal(theta(0), initialMean, initialSd);
  sum.addNormal(theta(0), observations[0], observationSd);
  let before = NEVER; // Q_{i−1}
  for (let i = 1; i <= steps; i++) {
    const on = probabilityAbove(0.5, sum.mu[noise(i)]!, sum.sd[noise(i)]!);
    addNoise(sum, i, before);
    addStep(sum, i, OFF, 1 - on.value, on, -1);
    addStep(sum, i, ON, on.value, on, 1);
    sum.addNormal(theta(i), observations[i]!, observationSd);
    before = on;
  }
  return sum;
}

// E[log N(q_noise_i; target_i, noiseSd)]
function addNoise(sum: Accumulator, i: number, before: Moment): void {
  const [at, room, last] = [noise(i), theta(i - 1), noise(i - 1)];
  const aboveLower = probabilityAbove(lower, sum.mu[room]!, sum.sd[room]!);
  const hot = probabilityAbove(upper, sum.mu[room]!, sum.sd[room]!);
  const target = hot.value + (aboveLower.value - hot.value) * before.value;
  const precision = 1 / (noiseSd * noiseSd);
  sum.addNormal(at, 0, noiseSd);
  sum.elbo += precision * target * (sum.mu[at]! - 0.5);
  sum.byMean[at]! += precision * target;
  const weight = precision * (sum.mu[at]! - 0.5);
  sum.addDerivatives(room, hot, weight * (1 - before.value));
  sum.addDerivatives(room, aboveLower, weight * before.value);
  if (before !== NEVER) sum.addDerivatives(last, before, weight * (aboveLower.value - hot.value));
}

// probability · E[log N(θ_i; κ·θ_{i−1} + drift, sd)]; the probability moves by `sign` with that of being on.
function addStep(sum: Accumulator, i: number, mode: typeof ON, probability: number, on: Moment, sign: 1 | -1): void {
  const [here, room] = [theta(i), theta(i - 1)];
  const residual = sum.mu[here]! - KAPPA * sum.mu[room]! - mode.drift;
  const [sdHere, sdRoom] = [sum.sd[here]!, KAPPA * sum.sd[room]!];
  const square = residual * residual + sdHere * sdHere + sdRoom * sdRoom;
  const precision = 1 / (mode.sd * mode.sd);
  const logDensity = -0.5 * precision * square - Math.log(mode.sd) - HALF_LOG_2PI;
  sum.elbo += probability * logDensity;
  sum.addDerivatives(noise(i), on, sign * logDensity);
  const weight = probability * precision;
  sum.byMean[here]! -= weight * residual;
  sum.byMean[room]! += weight * residual * KAPPA;
  sum.bySd[here]! -= weight * sdHere;
  sum.bySd[room]! -= weight * sdRoom * KAPPA;
}
