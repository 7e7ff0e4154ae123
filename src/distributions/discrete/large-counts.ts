/**
 * Draws of counts whose mean is large, by rejection: the successes of 10⁹ trials take some three uniforms, where deciding each trial takes 10⁹.
 * A count is proposed by a transformed uniform, with tails that are wider than those of the distribution, and taken with the
 * probability that the two densities ask for; most proposals are taken without looking at these.
 *
 * Source: W. Hörmann, The generation of binomial random variates, J. Stat. Comput. Simul. 46 (1993) 101–110, algorithm BTRS; The transformed
 * rejection method for generating Poisson random variables, Insurance: Mathematics and Economics 12 (1993) 39–45, algorithm PTRS.
 */

import { exp, log, log1p } from "../../math/elementary.ts";
import { stirlingRest } from "../../math/gamma.ts";
import { HALF_LOG_2PI } from "../../math/normal.ts";

/** Up to so many trials each is decided by itself, and up to this rate parts of a Poisson draw are summed. */
export const COUNTED = 1000;
/** From this mean on the proposals are wider than the distribution. */
const LEAST_MEAN = 10;

/** Successes in many trials with probability p each. */
export function manyTrials(trials: number, p: number, next: () => number): number {
  if (p > 0.5) return trials - manyTrials(trials, 1 - p, next);
  return trials * p < LEAST_MEAN ? fewSuccesses(trials, p, next) : successes(trials, p, next);
}

// By inversion: the masses of 0, 1, … are gone through until they add up to a uniform.
function fewSuccesses(trials: number, p: number, next: () => number): number {
  let k = 0;
  let mass = exp(trials * log1p(-p));
  for (let u = next(); u > mass && k < trials && mass > 0; k++) {
    u -= mass;
    mass *= ((trials - k) / (k + 1)) * (p / (1 - p));
  }
  return k;
}

function successes(n: number, p: number, next: () => number): number {
  const spread = Math.sqrt(n * p * (1 - p));
  const b = 1.15 + 2.53 * spread;
  const a = -0.0873 + 0.0248 * b + 0.01 * p;
  const odds = p / (1 - p);
  const mode = Math.floor((n + 1) * p);
  const rests = stirlingRest(mode + 1) + stirlingRest(n - mode + 1);
  const atMode = (mode + 0.5) * log((mode + 1) / (odds * (n - mode + 1))) + rests;
  for (;;) {
    const u = next() - 0.5;
    const v = next();
    const left = 0.5 - Math.abs(u);
    const k = Math.floor((2 * (a / left) + b) * u + n * p + 0.5);
    if (left >= 0.07 && v <= 0.92 - 4.2 / b) return k;
    if (k < 0 || k > n) continue;
    // The log of the mass of k over that of the mode.
    const mass =
      atMode +
      (n + 1) * log((n - mode + 1) / (n - k + 1)) +
      (k + 0.5) * log((odds * (n - k + 1)) / (k + 1)) -
      stirlingRest(k + 1) -
      stirlingRest(n - k + 1);
    if (log((v * (2.83 + 5.1 / b) * spread) / (a / (left * left) + b)) <= mass) return k;
  }
}

/** A Poisson draw of a rate of 10 at least. */
export function highRate(rate: number, next: () => number): number {
  const b = 0.931 + 2.53 * Math.sqrt(rate);
  const a = -0.059 + 0.02483 * b;
  for (;;) {
    const u = next() - 0.5;
    const v = next();
    const left = 0.5 - Math.abs(u);
    const k = Math.floor((2 * (a / left) + b) * u + rate + 0.43);
    if (left >= 0.07 && v <= 0.9277 - 3.6224 / (b - 2)) return k;
    if (k < 0 || (left < 0.013 && v > left)) continue;
    const above = k + 1 - rate;
    const mass = k * log1p(-above / (k + 1)) + above - 0.5 * log(k + 1) - HALF_LOG_2PI - stirlingRest(k + 1);
    if (log((v * (1.1239 + 1.1328 / (b - 3.4))) / (a / (left * left) + b)) <= mass) return k;
  }
}
