/** log p(x, z) of the benchmark models on plain numbers, written with plain ifs. */
import { lgamma } from "../../src/autodiff/special/gamma.ts";
import { normalQuantile } from "../../src/autodiff/special/normal.ts";
import { HALF_LOG_2PI, INFLUENZA, TEMPERATURE, TEXTMSG } from "./data.ts";

/** log N(x; mean, sd) */
export function logNormal(x: number, mean: number, sd: number): number {
  const score = (x - mean) / sd;
  return -0.5 * score * score - Math.log(sd) - HALF_LOG_2PI;
}

/** log Poisson(count; rate) */
export function logPoisson(count: number, rate: number): number {
  return count * Math.log(rate) - rate - lgamma(count + 1);
}

/** z = [z] */
export function gmmLogJoint(z: ArrayLike<number>): number {
  const prior = logNormal(z[0]!, 0, 1);
  if (z[0]! > 0) return prior + logNormal(0, 5, 1);
  return prior + logNormal(0, -2, 1);
}

/** z = [theta0, q1-noise, theta1, …, q20-noise, theta20] */
export function temperatureLogJoint(z: ArrayLike<number>): number {
  const { lower, upper, ambient, observations, observationSd } = TEMPERATURE;
  let theta = z[0]!;
  let q = 0;
  let total = logNormal(theta, TEMPERATURE.initialMean, TEMPERATURE.initialSd);
  total += logNormal(observations[0], theta, observationSd);
  for (let i = 1; i <= TEMPERATURE.steps; i++) {
    let target = q;
    if (lower - theta > 0) target = 0;
    else if (theta - upper > 0) target = 1;
    const noise = z[2 * i - 1]!;
    total += logNormal(noise, target, TEMPERATURE.noiseSd);
    q = noise - 0.5 > 0 ? 1 : 0;
    const drift = (ambient - (theta + TEMPERATURE.resistancePower * q)) / TEMPERATURE.resistanceCapacity;
    const sigma = noise - 0.5 > 0 ? TEMPERATURE.sdOn : TEMPERATURE.sdOff;
    const next = z[2 * i]!;
    total += logNormal(next, theta + drift, TEMPERATURE.stepFactor * sigma);
    total += logNormal(observations[i]!, next, observationSd);
    theta = next;
  }
  return total;
}

/** z = [x0, x1, z] */
export function textmsgLogJoint(z: ArrayLike<number>): number {
  let total = logNormal(z[0]!, TEXTMSG.priorMean, TEXTMSG.priorSd);
  total += logNormal(z[1]!, TEXTMSG.priorMean, TEXTMSG.priorSd);
  total += logNormal(z[2]!, 0, 1);
  TEXTMSG.days.forEach((day, j) => {
    const rate = z[2]! - normalQuantile(day / TEXTMSG.denominator) > 0 ? Math.exp(z[0]!) : Math.exp(z[1]!);
    total += logPoisson(TEXTMSG.counts[j]!, rate);
  });
  return total;
}

/** z = [f0, v1, w1, f1, …, v12, w12, f12] */
export function influenzaLogJoint(z: ArrayLike<number>): number {
  const { alpha1, alpha2, beta0, beta1, sdV, sdW, sdObservation, stay, observations } = INFLUENZA;
  let f = z[0]!;
  let total = logNormal(f, 0, 1);
  let [a, previousA, c] = [0, 0, 0];
  observations.forEach((y, k) => {
    const [v, w, next] = [z[3 * k + 1]!, z[3 * k + 2]!, z[3 * k + 3]!];
    total += logNormal(v, 0, sdV) + logNormal(w, 0, sdW);
    [a, previousA] = [alpha1 * a + alpha2 * previousA + v, a];
    c = beta1 * c + beta0 + w;
    total += logNormal(next, f > 0 ? stay : -stay, 1);
    f = next;
    total += logNormal(y, f > 0 ? a : a + c, sdObservation);
  });
  return total;
}
