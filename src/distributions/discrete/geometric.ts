/** How often something failed before it went well: `observe(geometric(0.25), 2)` is two failures and a success, of probability 0.75² · 0.25. */
import { add, log1p, mul, neg, type Real, sub } from "../../autodiff/expr.ts";
import * as elementary from "../../math/elementary.ts";
import { COUNTS, type Distribution, discrete, positiveProbability } from "../distribution.ts";
import { timesLog, timesLog1p } from "../products.ts";
import { log1mexp, type TailFormulas } from "../tails.ts";
import { countTails } from "./sums.ts";

/** Geometric: failures before the first success, 0, 1, 2, …; log probability k log(1 − p) + log p, 0 < p ≤ 1. */
export function geometric(p: Real): Distribution {
  return discrete({
    name: "geometric",
    parameters: [positiveProbability("p", p)],
    support: COUNTS,
    logDensity: (k) => add(timesLog1p(k, p), timesLog(1, p)),
    draw: (next, p) => Math.floor(elementary.log(next()) / elementary.log1p(-p)) + 0, // −0 where p = 1
  });
}

export function geometricTails(p: Real): TailFormulas {
  // P(X > k) = (1 − p)^(k + 1)
  const logSurvival = (k: number): Real => mul(k + 1, log1p(neg(p)));
  const moments = (p: number) => ({ mean: (1 - p) / p, sd: Math.sqrt(1 - p) / p });
  const formulas = { logSurvival, logCdf: (k: number) => log1mexp(neg(logSurvival(k))) };
  return {
    ...countTails(geometric(p), moments, formulas),
    logInterval: (low, high) => {
      const from = logSurvival(Math.max(-1, Math.floor(low as number)));
      return add(from, log1mexp(sub(from, logSurvival(Math.floor(high as number)))));
    },
  };
}
