/**
 * The distributions that `nondiff/core` has, too, or could have, with their tails: `normal(0, 1).quantile(0.975)`. A record of core lacks
 * tails, as its bundles stay small; everything else is the same.
 */
import { requireNoMore } from "../checks/arguments.ts";
import { bernoulli as bernoulliRecord } from "./discrete/bernoulli.ts";
import { binomial as binomialRecord } from "./discrete/binomial.ts";
import { categorical as categoricalRecord } from "./discrete/categorical.ts";
import { geometric as geometricRecord } from "./discrete/geometric.ts";
import { negativeBinomial as negativeBinomialRecord } from "./discrete/negative-binomial.ts";
import { poisson as poissonRecord } from "./discrete/poisson.ts";
import type { Distribution } from "./distribution.ts";
import { beta as betaRecord } from "./interval/beta.ts";
import { uniform as uniformRecord } from "./interval/uniform.ts";
import { withTails } from "./known-tails.ts";
import { chi2 as chi2Record } from "./positive/chi2.ts";
import { exponential as exponentialRecord } from "./positive/exponential.ts";
import { gamma as gammaRecord } from "./positive/gamma.ts";
import { halfNormal as halfNormalRecord } from "./positive/half-normal.ts";
import { lognormal as lognormalRecord } from "./positive/lognormal.ts";
import { cauchy as cauchyRecord } from "./real/cauchy.ts";
import { laplace as laplaceRecord } from "./real/laplace.ts";
import { logistic as logisticRecord } from "./real/logistic.ts";
import { normal as normalRecord } from "./real/normal.ts";
import { studentT as studentTRecord } from "./real/student-t.ts";

function complete<P extends unknown[]>(
  make: (...parameters: P) => Distribution,
  most: number = make.length,
): (...parameters: P) => Distribution {
  return (...parameters) => {
    const made = make(...parameters);
    requireNoMore(made.name, most, parameters);
    return withTails(made);
  };
}

/** Bernoulli: 1 with probability p, else 0; 0 ≤ p ≤ 1. */
export const bernoulli: typeof bernoulliRecord = /* @__PURE__ */ complete(bernoulliRecord);
/** Binomial: successes in `trials` (data, a whole number) with probability p each. */
export const binomial: typeof binomialRecord = /* @__PURE__ */ complete(binomialRecord);
/** Categorical: k in 0 … K − 1 with probability probabilities[k]; RangeError unless numbers sum to 1 within 1e-9. */
export const categorical: typeof categoricalRecord = /* @__PURE__ */ complete(categoricalRecord);
/** Cauchy with location (the median) and scale > 0 (half the interquartile range). */
export const cauchy: typeof cauchyRecord = /* @__PURE__ */ complete(cauchyRecord);
/** Exponential with rate λ > 0 (mean 1/λ). */
export const exponential: typeof exponentialRecord = /* @__PURE__ */ complete(exponentialRecord);
/** Geometric: failures before the first success of probability p, 0 < p ≤ 1. */
export const geometric: typeof geometricRecord = /* @__PURE__ */ complete(geometricRecord);
/** Half-normal, |N(0, scale)| with scale > 0. */
export const halfNormal: typeof halfNormalRecord = /* @__PURE__ */ complete(halfNormalRecord);
/** Laplace with location (the mean) and scale > 0; sd √2·scale. */
export const laplace: typeof laplaceRecord = /* @__PURE__ */ complete(laplaceRecord);
/** Logistic with location (the mean) and scale > 0; sd π·scale/√3. */
export const logistic: typeof logisticRecord = /* @__PURE__ */ complete(logisticRecord);
/** Lognormal: log x ~ N(mean, sd) with sd > 0. */
export const lognormal: typeof lognormalRecord = /* @__PURE__ */ complete(lognormalRecord);
/** Negative binomial: failures before `size` > 0 successes of probability p; mean size·(1 − p)/p. */
export const negativeBinomial: typeof negativeBinomialRecord = /* @__PURE__ */ complete(negativeBinomialRecord);
/** Normal with mean and sd > 0. */
export const normal: typeof normalRecord = /* @__PURE__ */ complete(normalRecord);
/** Poisson with rate (mean) ≥ 0. */
export const poisson: typeof poissonRecord = /* @__PURE__ */ complete(poissonRecord);
/** Uniform on [low, high], two numbers with low < high. */
export const uniform: typeof uniformRecord = /* @__PURE__ */ complete(uniformRecord);
/** Beta with a > 0 and b > 0 on (0, 1); mean a/(a + b). */
export const beta: typeof betaRecord = /* @__PURE__ */ complete(betaRecord);
/** Chi-squared with `df` > 0 degrees of freedom (mean df): gamma(df/2, 1/2). */
export const chi2: typeof chi2Record = /* @__PURE__ */ complete(chi2Record);
/** Gamma with shape α > 0 and rate β > 0 (mean α/β). */
export const gamma: typeof gammaRecord = /* @__PURE__ */ complete(gammaRecord);
/** Student's t with df > 0 degrees of freedom, location (the median) and scale > 0 (not the sd). */
export const studentT: typeof studentTRecord = /* @__PURE__ */ complete(studentTRecord, 3);
