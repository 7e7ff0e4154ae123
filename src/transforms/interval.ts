/** Intervals: x = low + (high − low)·sigmoid(u). The ends may be traced, as in sample("t", uniform(0, end)). */
import { difference } from "../autodiff/difference.ts";
import { add, log, mul, neg, type Real, sigmoid, softplus, sub } from "../autodiff/expr.ts";
import { gaussianMoments } from "./gaussian-moments.ts";
import { startFrom, type Transform } from "./transform.ts";

/** The numbers between `low` and `high`. */
export function betweenEnds(low: Real, high: Real): Transform {
  const width = (): Real => difference(high, low);
  const forward = (u: Real): Real => {
    const x = add(low, mul(width(), sigmoid(u)));
    return typeof x === "number" && typeof high === "number" ? Math.min(x, high) : x; // 0.1 + 0.2 > 0.3
  };
  const inverse = (x: Real): Real => sub(log(sub(x, low)), log(sub(high, x)));
  return {
    name: "interval",
    forward,
    inverse,
    // log of sigmoid(u)·(1 − sigmoid(u)), of which one factor underflows in each tail
    logJacobian: (u) => sub(log(width()), add(softplus(u), softplus(neg(u)))),
    // Under a uniform prior with traced ends u is logistic wherever these are.
    start: (prior) => startFrom(inverse, prior) ?? { mean: 0, sd: 1.66 },
    ...(typeof low === "number" &&
      typeof high === "number" && {
        moments: (mean, sd) => gaussianMoments((u) => forward(u) as number, mean, sd),
      }),
  };
}
