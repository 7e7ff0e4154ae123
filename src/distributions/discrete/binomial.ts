import { add, type Real } from "../../autodiff/expr.ts";
import { logFactorial } from "../../math/gamma.ts";
import { logIncompleteBeta } from "../../math/incomplete/incomplete-beta.ts";
import type { LogTails } from "../../math/incomplete/incomplete-gamma.ts";
import { type Distribution, dataOnly, discrete, probability, upTo, wholeNumber } from "../distribution.ts";
import { timesLog, timesLog1p } from "../products.ts";
import type { TailFormulas } from "../tails.ts";
import { countQuantile, tableTails, wholeNumbers } from "./sums.ts";

/**
 * Binomial: successes in `trials` (data, a whole number) with probability p each, 0 ≤ p ≤ 1. Log probability
 * k log p + (trials − k) log(1 − p) + log (trials choose k). A draw costs `trials` uniforms.
 */
export function binomial(trials: number, p: Real): Distribution {
  return discrete({
    name: "binomial",
    parameters: [dataOnly("binomial", wholeNumber("trials", trials)), probability("p", p)],
    support: upTo(trials),
    logDensity: (k) => {
      const logChoose = logFactorial(trials) - logFactorial(k) - logFactorial(trials - k);
      return add(add(timesLog(k, p), timesLog1p(trials - k, p)), logChoose);
    },
    finiteValues: () => ({ values: Array.from({ length: trials + 1 }, (_, k) => k), lostMass: 0 }),
    draw: (next, trials, p) => binomialDraw(trials, p, next),
  });
}

/** Successes in a number of trials, each decided by a uniform. */
export function binomialDraw(trials: number, p: number, next: () => number): number {
  let successes = 0;
  for (let i = 0; i < trials; i++) if (next() < p) successes++;
  return successes;
}

export function binomialTails(trials: number, p: Real): TailFormulas {
  const moments = (trials: number, p: number) => ({ mean: trials * p, sd: Math.sqrt(trials * p * (1 - p)) });
  const list = (): number[] => wholeNumbers("binomial", 0, trials);
  if (typeof p !== "number") return tableTails(binomial(trials, p), list, moments);
  // P(X ≤ k) is I at 1 − p of (trials − k, k + 1).
  const tails = (k: number): LogTails => logIncompleteBeta(trials - k, k + 1, 1 - p, p);
  const formulas = { logCdf: (k: number) => tails(k)[0], logSurvival: (k: number) => tails(k)[1] };
  return {
    ...tableTails(binomial(trials, p), list, moments, formulas),
    quantile: (at) => countQuantile(at, formulas, 0, trials),
  };
}
