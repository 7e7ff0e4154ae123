/**
 * Failures before a number of successes: `observe(negativeBinomial(3, 0.5), 2)`. Its size need not be whole, so that it also serves as a Poisson
 * whose rate is gamma.
 */
import { add, type Real, sub } from "../../autodiff/expr.ts";
import { logFactorial } from "../../math/gamma.ts";
import { logIncompleteBeta } from "../../math/incomplete/incomplete-beta.ts";
import type { LogTails } from "../../math/incomplete/incomplete-gamma.ts";
import { COUNTS, type Distribution, discrete, logGamma, positive, positiveProbability } from "../distribution.ts";
import { gammaDraw } from "../positive/gamma.ts";
import { timesLog, timesLog1p } from "../products.ts";
import type { TailFormulas } from "../tails.ts";
import { drawCount, poissonDraw } from "./poisson.ts";
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
  const moments = (size: number, p: number) => ({ mean: (size * (1 - p)) / p, sd: Math.sqrt(size * (1 - p)) / p });
  if (typeof size !== "number" || typeof p !== "number") return countTails(negativeBinomial(size, p), moments);
  // P(X ≤ k) is I at p of (size, k + 1).
  const tails = (k: number): LogTails => logIncompleteBeta(size, k + 1, p, 1 - p);
  return {
    ...countTails(negativeBinomial(size, p), moments, {
      logCdf: (k) => tails(k)[0],
      logSurvival: (k) => tails(k)[1],
    }),
    draw: (next, size, p) => drawCount(next, (gammaDraw(size!, next) * (1 - p!)) / p!),
  };
}
