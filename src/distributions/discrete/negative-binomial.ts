import { add, type Real, sub } from "../../autodiff/expr.ts";
import { logFactorial } from "../../math/gamma.ts";
import { COUNTS, type Distribution, discrete, logGamma, positive, positiveProbability } from "../distribution.ts";
import { gammaDraw } from "../positive/gamma.ts";
import { timesLog, timesLog1p } from "../products.ts";
import type { TailFormulas } from "../tails.ts";
import { poissonDraw } from "./poisson.ts";
import { countTails } from "./sums.ts";

/**
 * Negative binomial: failures before `size` > 0 successes of probability p, 0 < p ≤ 1 (mean size·(1 − p)/p): log
 * probability log Γ(k + size) − log k! − log Γ(size) + size log p + k log(1 − p). The log gammas cancel for a large
 * size: error below 1e-15·(size + k) log(size + k).
 */
export function negativeBinomial(size: Real, p: Real): Distribution {
  return discrete({
    name: "negativeBinomial",
    parameters: [positive("size", size), positiveProbability("p", p)],
    support: COUNTS,
    logDensity: (k) => {
      const choose = sub(sub(logGamma(add(size, k)), logGamma(size)), logFactorial(k));
      return add(add(choose, timesLog(size, p)), timesLog1p(k, p));
    },
    draw: (next, size, p) => poissonDraw((gammaDraw(size, next) * (1 - p)) / p, next),
  });
}

export function negativeBinomialTails(size: Real, p: Real): TailFormulas {
  return countTails(negativeBinomial(size, p), (size, p) => ({
    mean: (size * (1 - p)) / p,
    sd: Math.sqrt(size * (1 - p)) / p,
  }));
}
