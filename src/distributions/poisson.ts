import { neg, type Real, sub } from "../autodiff/expr.ts";
import { lgamma } from "../autodiff/special/gamma.ts";
import { COUNTS, type Distribution, nonnegative, plain, within } from "./distribution.ts";
import { gammaDraw } from "./gamma.ts";
import { timesLog } from "./products.ts";

/** Poisson with rate λ ≥ 0: log probability k log λ − λ − log k!. */
export function poisson(rate: Real): Distribution {
  return {
    name: "poisson",
    parameters: [nonnegative("rate", rate)],
    support: COUNTS,
    logDensity: within(COUNTS, (k) => {
      if (typeof k !== "number") throw new TypeError("poisson: value is traced; got a traced value, expected data");
      return k === 0 ? neg(rate) : sub(sub(timesLog(k, rate), rate), lgamma(k + 1));
    }),
    draw: (next) => poissonDraw(plain("poisson", "rate", rate), next),
  };
}

/**
 * A Poisson draw: large rates are halved by the order statistics of the process, small ones use inversion.
 * Source: Ahrens and Dieter, Computing 12 (1974) 223–246 (algorithm PG).
 */
export function poissonDraw(rate: number, next: () => number): number {
  let remaining = rate;
  let total = 0;
  while (remaining > 20) {
    const events = Math.floor(0.875 * remaining);
    const waiting = gammaDraw(events, next);
    if (waiting > remaining) return total + binomialDraw(events - 1, remaining / waiting, next);
    total += events;
    remaining -= waiting;
  }
  let k = 0;
  for (let p = Math.exp(-remaining), u = next(); u > p && p > 0; k++) {
    u -= p;
    p *= remaining / (k + 1);
  }
  return total + k;
}

function binomialDraw(trials: number, p: number, next: () => number): number {
  let successes = 0;
  for (let i = 0; i < trials; i++) if (next() < p) successes++;
  return successes;
}
