/** Supports with one end: x = low + exp(u) above `low`, x = high − exp(−u) below `high`; with low = 0 the positive numbers. */
import { add, exp, log, neg, type Real, sub } from "../autodiff/expr.ts";
import * as elementary from "../math/elementary.ts";
import { type Moments, startFrom, type Transform } from "./transform.ts";

/** The numbers above 0. */
export const EXP: Transform = {
  name: "exp",
  forward: exp,
  inverse: log,
  logJacobian: (u) => u,
  start: (prior) => startFrom(log, prior),
  moments: lognormalMoments,
};

/** The numbers above `low`. */
export function aboveLow(low: Real): Transform {
  const inverse = (x: Real): Real => log(sub(x, low));
  return {
    name: "above",
    forward: (u) => add(low, exp(u)),
    inverse,
    logJacobian: (u) => u,
    start: (prior) => startFrom(inverse, prior),
    ...(typeof low === "number" && {
      moments: (mean, sd) => {
        const above = lognormalMoments(mean, sd);
        return { mean: low + above.mean, sd: above.sd };
      },
    }),
  };
}

/** The numbers below `high`. */
export function belowHigh(high: Real): Transform {
  const inverse = (x: Real): Real => neg(log(sub(high, x)));
  return {
    name: "below",
    forward: (u) => sub(high, exp(neg(u))),
    inverse,
    logJacobian: neg,
    start: (prior) => startFrom(inverse, prior),
    ...(typeof high === "number" && {
      moments: (mean, sd) => {
        const below = lognormalMoments(-mean, sd);
        return { mean: high - below.mean, sd: below.sd };
      },
    }),
  };
}

// E exp(u) = exp(m + s²/2), and the variance is that squared times exp(s²) − 1.
function lognormalMoments(m: number, s: number): Moments {
  const mean = elementary.exp(m + 0.5 * s * s);
  return { mean, sd: mean * Math.sqrt(elementary.expm1(s * s)) };
}
