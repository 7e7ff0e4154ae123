/** Counts of events that come at a rate: `observe(poisson(4.5), 3)` has log probability 3 log 4.5 − 4.5 − log 6. */
import { type Real, sub } from "../../autodiff/expr.ts";
import * as elementary from "../../math/elementary.ts";
import { logFactorial } from "../../math/gamma.ts";
import { logIncompleteGamma } from "../../math/incomplete/incomplete-gamma.ts";
import { COUNTS, type Distribution, discrete, nonnegative } from "../distribution.ts";
import { timesLog } from "../products.ts";
import type { TailFormulas } from "../tails.ts";
import { COUNTED, highRate } from "./large-counts.ts";
import { countTails } from "./sums.ts";

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

const MOST = 20; // exp(−20) is far from underflow

/** A Poisson draw: the sum of draws with rates of at most MOST, by inversion. Cost: the rate. */
export function poissonDraw(rate: number, next: () => number): number {
  let total = 0;
  for (let left = rate; left > 0; left -= MOST) {
    const part = Math.min(left, MOST);
    for (let p = elementary.exp(-part), u = next(), k = 1; u > p && p > 0; k++) {
      u -= p;
      p *= part / k;
      total++;
    }
  }
  return total;
}

/** The same in a few uniforms however high the rate is. */
export function drawCount(next: () => number, rate: number): number {
  return (rate > COUNTED ? highRate : poissonDraw)(rate, next);
}

export function poissonTails(rate: Real): TailFormulas {
  // P(X > k) is P(k + 1, rate).
  const formulas = typeof rate === "number" && {
    logCdf: (k: number) => logIncompleteGamma(k + 1, rate)[1],
    logSurvival: (k: number) => logIncompleteGamma(k + 1, rate)[0],
  };
  const moments = (rate: number) => ({ mean: rate, sd: Math.sqrt(rate) });
  return { ...countTails(poisson(rate), moments, formulas || undefined), draw: drawCount };
}
