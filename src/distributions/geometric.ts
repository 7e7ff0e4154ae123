import { add, type Real } from "../autodiff/expr.ts";
import { COUNTS, type Distribution, plain, positiveProbability, within } from "./distribution.ts";
import { timesLog, timesLog1p } from "./products.ts";

/** Geometric: failures before the first success, 0, 1, 2, …; log probability k log(1 − p) + log p, 0 < p ≤ 1. */
export function geometric(p: Real): Distribution {
  return {
    name: "geometric",
    parameters: [positiveProbability("p", p)],
    support: COUNTS,
    logDensity: within(COUNTS, (k) => add(timesLog1p(k, p), timesLog(1, p))),
    draw: (next) => {
      const success = plain("geometric", "p", p);
      return success === 1 ? 0 : Math.floor(Math.log(next()) / Math.log1p(-success));
    },
  };
}
