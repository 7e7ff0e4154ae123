/** Successes among trials: `observe(binomial(10, p), 4)`. For unknown trials, as in capture and recapture, `trials` may be a latent. */
import { add, Expr, ge, log1p, max, mul, neg, type Real, sub, where } from "../../autodiff/expr.ts";
import { logFactorial } from "../../math/gamma.ts";
import { logIncompleteBeta } from "../../math/incomplete/incomplete-beta.ts";
import type { LogTails } from "../../math/incomplete/incomplete-gamma.ts";
import { COUNTS, type Distribution, discrete, logGamma, probability, upTo, wholeNumber } from "../distribution.ts";
import { timesLog, timesLog1p } from "../products.ts";
import type { TailFormulas } from "../tails.ts";
import { COUNTED, manyTrials } from "./large-counts.ts";
import { countQuantile, tableTails, unknownTable, wholeNumbers } from "./sums.ts";

/**
 * Binomial: successes in `trials`, a whole number, with probability p each, 0 ≤ p ≤ 1. Log probability
 * k log p + (trials − k) log(1 − p) + log (trials choose k). For data the trials may be traced, as the size of a population is that was
 * sampled: of more successes than trials the probability is 0. A draw costs `trials` uniforms, in `nondiff` at most 1000.
 */
export function binomial(trials: Real, p: Real): Distribution {
  return trials instanceof Expr ? ofTracedTrials(trials, p) : ofTrials(trials, p);
}

function ofTracedTrials(trials: Expr, p: Real): Distribution {
  return discrete({
    name: "binomial",
    parameters: [wholeNumber("trials", trials), probability("p", p)],
    support: COUNTS,
    logDensity: (k) => {
      const failures = max(sub(trials, k), 0);
      return add(add(timesLog(k, p), mul(failures, log1p(neg(p)))), logChoose(trials, k));
    },
    finiteValues: () => unknownTable("binomial", "trials"),
    draw: (next, trials, p) => binomialDraw(trials, p, next),
  });
}

function ofTrials(trials: number, p: Real): Distribution {
  return discrete({
    name: "binomial",
    parameters: [wholeNumber("trials", trials), probability("p", p)],
    support: upTo(trials),
    logDensity: (k) => {
      const logChoose = logFactorial(trials) - logFactorial(k) - logFactorial(trials - k);
      return add(add(timesLog(k, p), timesLog1p(trials - k, p)), logChoose);
    },
    finiteValues: () => ({ values: Array.from({ length: trials + 1 }, (_, k) => k), lostMass: 0 }),
    draw: (next, trials, p) => binomialDraw(trials, p, next),
  });
}

/** log (n choose k) of a traced n, −∞ where n < k. */
export function logChoose(n: Real, k: number): Real {
  const rest = max(sub(n, k), 0);
  const log = sub(sub(logGamma(add(n, 1)), logFactorial(k)), logGamma(add(rest, 1)));
  return where(ge(n, k), log, Number.NEGATIVE_INFINITY);
}

/** Successes in a number of trials, each decided by a uniform. */
export function binomialDraw(trials: number, p: number, next: () => number): number {
  let successes = 0;
  for (let i = 0; i < trials; i++) if (next() < p) successes++;
  return successes;
}

/** The same in a few uniforms however many trials there are. */
export function drawTrials(next: () => number, trials: number, p: number): number {
  return (trials > COUNTED ? manyTrials : binomialDraw)(trials, p, next);
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
    draw: drawTrials,
    quantile: (at) => countQuantile(at, formulas, 0, trials),
  };
}
