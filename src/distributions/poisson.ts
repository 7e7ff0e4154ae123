import { type Real, sub } from "../autodiff/expr.ts";
import * as elementary from "../autodiff/special/elementary.ts";
import { logFactorial } from "../autodiff/special/gamma.ts";
import { binomialDraw } from "./binomial.ts";
import { COUNTS, type Distribution, discrete, nonnegative } from "./distribution.ts";
import { largeGammaDraw } from "./gamma.ts";
import { timesLog } from "./products.ts";

/** Poisson with rate λ ≥ 0 (the mean): log probability k log λ − λ − log k!; a rate of 0 gives 0 always. */
export function poisson(rate: Real): Distribution {
  return discrete({
    name: "poisson",
    parameters: [nonnegative("rate", rate)],
    support: COUNTS,
    logDensity: (k) => sub(sub(timesLog(k, rate), rate), logFactorial(k)),
    draw: (next, rate) => poissonDraw(rate, next),
  });
}

/**
 * A Poisson draw: large rates are reduced by the order statistics of the process, small ones use inversion. Cost: the
 * rate. Source: Ahrens and Dieter, Computing 12 (1974) 223–246 (algorithm PG).
 */
export function poissonDraw(rate: number, next: () => number): number {
  let remaining = rate;
  let total = 0;
  while (remaining > 20) {
    const events = Math.floor(0.875 * remaining);
    const waiting = largeGammaDraw(events, next);
    if (waiting > remaining) return total + binomialDraw(events - 1, remaining / waiting, next);
    total += events;
    remaining -= waiting;
  }
  let k = 0;
  for (let p = elementary.exp(-remaining), u = next(); u > p && p > 0; k++) {
    u -= p;
    p *= remaining / (k + 1);
  }
  return total + k;
}
