/**
 * The distributions that `complete.ts` has not, each with a check that it is given no more than it takes: `halfCauchy(0, 2)` has no location, and
 * JavaScript would drop the 2.
 */
import { requireNoMore } from "../checks/arguments.ts";
import { betaBinomial as betaBinomialRecord } from "./discrete/beta-binomial.ts";
import { discreteUniform as discreteUniformRecord } from "./discrete/discrete-uniform.ts";
import { finite as finiteRecord } from "./discrete/finite.ts";
import { negativeBinomialByMean as negativeBinomialByMeanRecord } from "./discrete/negative-binomial-mean.ts";
import {
  orderedLogistic as orderedLogisticRecord,
  orderedProbit as orderedProbitRecord,
} from "./discrete/ordered-outcomes.ts";
import { kumaraswamy as kumaraswamyRecord } from "./interval/kumaraswamy.ts";
import { triangular as triangularRecord } from "./interval/triangular.ts";
import { vonMises as vonMisesRecord } from "./interval/von-mises.ts";
import { withTails as withTailsRecord } from "./known-tails.ts";
import { halfCauchy as halfCauchyRecord } from "./positive/half-cauchy.ts";
import { halfStudentT as halfStudentTRecord } from "./positive/half-student-t.ts";
import { inverseGamma as inverseGammaRecord } from "./positive/inverse-gamma.ts";
import { inverseGaussian as inverseGaussianRecord } from "./positive/inverse-gaussian.ts";
import { logUniform as logUniformRecord } from "./positive/log-uniform.ts";
import { pareto as paretoRecord } from "./positive/pareto.ts";
import { weibull as weibullRecord } from "./positive/weibull.ts";
import { asymmetricLaplace as asymmetricLaplaceRecord } from "./real/asymmetric-laplace.ts";
import { exGaussian as exGaussianRecord } from "./real/ex-gaussian.ts";
import { flat as flatRecord } from "./real/flat.ts";
import { gumbel as gumbelRecord } from "./real/gumbel.ts";
import { skewNormal as skewNormalRecord } from "./real/skew-normal.ts";
import { dirichlet as dirichletRecord } from "./vector/dirichlet.ts";
import { iid as iidRecord } from "./vector/iid.ts";
import { lkjCholesky as lkjCholeskyRecord } from "./vector/lkj-cholesky.ts";
import {
  dirichletMultinomial as dirichletMultinomialRecord,
  multinomial as multinomialRecord,
} from "./vector/multinomial.ts";
import {
  multivariateNormal as multivariateNormalRecord,
  multivariateStudentT as multivariateStudentTRecord,
} from "./vector/multivariate-normal.ts";
import { ordered as orderedRecord } from "./vector/ordered.ts";
import { ar as arRecord, gaussianRandomWalk as gaussianRandomWalkRecord } from "./vector/time-series.ts";
import { unitVector as unitVectorRecord } from "./vector/unit-vector.ts";
import { censored as censoredRecord, intervalCensored as intervalCensoredRecord } from "./wrappers/censored.ts";
import { mixture as mixtureRecord } from "./wrappers/mixture.ts";
import {
  scaled as scaledRecord,
  shifted as shiftedRecord,
  transformed as transformedRecord,
} from "./wrappers/transformed.ts";
import { truncated as truncatedRecord } from "./wrappers/truncated.ts";
import {
  hurdle as hurdleRecord,
  zeroInflatedPoisson as zeroInflatedPoissonRecord,
  zeroInflated as zeroInflatedRecord,
} from "./wrappers/zero-inflated.ts";

function exactly<F extends (...parameters: never[]) => unknown>(name: string, most: number, make: F): F {
  const checked = (...parameters: Parameters<F>): unknown => {
    requireNoMore(name, most, parameters.slice(most), "parameters");
    return make(...parameters);
  };
  return checked as F;
}

/**
 * AR(p) with p coefficients: the first p entries each from `initial`, then x_t ~ N(constant + coefficients[0]·x_{t−1} + … + coefficients[p
 * − 1]·x_{t−p}, sd²), `length` entries in all.
 */
export const ar: typeof arRecord = /* @__PURE__ */ exactly("ar", 4, arRecord);
/**
 * Asymmetric Laplace with location (the mode), scale > 0 and asymmetry κ > 0: t = (x − location)/scale falls off as e^{−κt} above 0 and as
 * e^{t/κ} below, so that P(X ≤ location) = κ²/(1 + κ²), and κ = 1 is the Laplace. Log density −max(κt, −t/κ) − log(κ + 1/κ) − log scale.
 */
export const asymmetricLaplace: typeof asymmetricLaplaceRecord = /* @__PURE__ */ exactly(
  "asymmetricLaplace",
  3,
  asymmetricLaplaceRecord,
);
/**
 * Beta-binomial: successes in `trials` (a whole number, which may be traced) whose probability is drawn once from beta(a, b): log
 * probability log (trials choose k) + log B(k + a, trials − k + b) − log B(a, b).
 */
export const betaBinomial: typeof betaBinomialRecord = /* @__PURE__ */ exactly("betaBinomial", 3, betaBinomialRecord);
/**
 * Data that were cut off: of a value at or below `low` it is known only that it is, and likewise at or above `high`. Such a datum counts
 * the mass there, log P(X ≤ low) or log P(X ≥ high), and any other one its density: `censored(exponential(rate), -Infinity, 10)` for
 * lifetimes when a study ends after 10 years. The ends are numbers, one of which may be infinite. Data only, but of counts; see
 * `intervalCensored` for data of which two ends of their own are known.
 */
export const censored: typeof censoredRecord = /* @__PURE__ */ exactly("censored", 3, censoredRecord);
/**
 * Dirichlet with concentrations a_k > 0: probabilities that sum to 1, entry k with mean a_k/Σa. Log density Σ (a_k − 1) log x_k + log
 * Γ(Σa) − Σ log Γ(a_k).
 */
export const dirichlet: typeof dirichletRecord = /* @__PURE__ */ exactly("dirichlet", 1, dirichletRecord);
/**
 * Dirichlet-multinomial: a multinomial whose probabilities are drawn once from a Dirichlet with concentrations a_i > 0: log probability
 * log trials! + log Γ(Σa) − log Γ(trials + Σa) + Σ (log Γ(k_i + a_i) − log Γ(a_i) − log k_i!). As latents the counts are as those of
 * `multinomial`.
 */
export const dirichletMultinomial: typeof dirichletMultinomialRecord = /* @__PURE__ */ exactly(
  "dirichletMultinomial",
  2,
  dirichletMultinomialRecord,
);
/**
 * The whole numbers low, low + 1, …, high, each with the same probability; two whole numbers, low ≤ high. For data an end may be traced,
 * as an unknown count is; of data beyond it the probability is 0.
 */
export const discreteUniform: typeof discreteUniformRecord = /* @__PURE__ */ exactly(
  "discreteUniform",
  2,
  discreteUniformRecord,
);
/**
 * Exponentially modified normal, the sum of N(mean, sd²) and an exponential with that rate λ (mean of the sum mean + 1/λ): log density log
 * λ − r z + ½r² + log Φ(z − r), z = (x − mean)/sd, r = λ·sd.
 */
export const exGaussian: typeof exGaussianRecord = /* @__PURE__ */ exactly("exGaussian", 3, exGaussianRecord);
/**
 * A finite table: values[i] with probability probabilities[i], as in `finite([0.5, 2, 10], [0.2, 0.3, 0.5])`. Values are different finite
 * numbers; RangeError unless probabilities that are numbers sum to 1 within 1e-9.
 */
export const finite: typeof finiteRecord = /* @__PURE__ */ exactly("finite", 2, finiteRecord);
/**
 * The improper flat density on ℝ, above `low` or between two ends: log density 0. As the prior of a latent it adds nothing but the
 * Jacobian of its transform, for models given by log density terms of their own (`factor`, `observe`); the posterior must then be proper
 * by those terms. It has no draws. `flat(0)` is the flat prior of a scale, `flat(0, 1)` that of a share; the ends of a latent may be
 * traced.
 */
export const flat: typeof flatRecord = /* @__PURE__ */ exactly("flat", 2, flatRecord);
/** Gaussian random walk: x₀ from `initial`, then x_t ~ N(x_{t−1} + drift, sd²), `length` entries in all. Log density the sum of those. */
export const gaussianRandomWalk: typeof gaussianRandomWalkRecord = /* @__PURE__ */ exactly(
  "gaussianRandomWalk",
  3,
  gaussianRandomWalkRecord,
);
/**
 * Gumbel, the limit of maxima, with location (the mode) and scale > 0 (mean location + 0.577·scale): log density −t − e^{−t} − log scale,
 * t = (x − location)/scale.
 */
export const gumbel: typeof gumbelRecord = /* @__PURE__ */ exactly("gumbel", 2, gumbelRecord);
/** Half-Cauchy, |Cauchy(0, scale)| with scale > 0 (the median): log density log(2/π) − log scale − log(1 + (x/scale)²) on [0, ∞). */
export const halfCauchy: typeof halfCauchyRecord = /* @__PURE__ */ exactly("halfCauchy", 1, halfCauchyRecord);
/** Half Student t, |t(df, 0, scale)| with df > 0 and scale > 0 (not the sd): twice that density, on [0, ∞). */
export const halfStudentT: typeof halfStudentTRecord = /* @__PURE__ */ exactly("halfStudentT", 2, halfStudentTRecord);
/**
 * Counts with zeros of their own: 0 with probability p, else a draw of the distribution given that it is not 0: P(0) = p, P(k) = (1 −
 * p)·P_d(k)/(1 − P_d(0)). p may be traced. Of a continuous distribution it is what `zeroInflated` is: no draw of that is 0.
 */
export const hurdle: typeof hurdleRecord = /* @__PURE__ */ exactly("hurdle", 2, hurdleRecord);
/**
 * `length` independent numbers with the same distribution: `sample("beta", iid(normal(0, 1), 8))` is eight latents beta[0] … beta[7], and
 * `observe(iid(normal(m, 1), 3), [1, 2, 4])` three observations.
 */
export const iid: typeof iidRecord = /* @__PURE__ */ exactly("iid", 2, iidRecord);
/**
 * Data known to an interval: `observe(intervalCensored(normal(m, s)), [2, 3])` counts log P(2 < X ≤ 3). Either end may be infinite, as for
 * data that are censored at places of their own.
 */
export const intervalCensored: typeof intervalCensoredRecord = /* @__PURE__ */ exactly(
  "intervalCensored",
  1,
  intervalCensoredRecord,
);
/**
 * Inverse gamma, 1/X of a gamma with that shape α > 0 and rate β > 0, which is the scale here: log density α log β − (α + 1) log x − β/x −
 * log Γ(α) on (0, ∞).
 */
export const inverseGamma: typeof inverseGammaRecord = /* @__PURE__ */ exactly("inverseGamma", 2, inverseGammaRecord);
/**
 * Inverse Gaussian (Wald) with mean > 0 and shape λ > 0 (variance mean³/λ): log density ½ log λ − ½ log 2π − 1.5 log x − λ(x − mean)²/(2
 * mean² x) on (0, ∞).
 */
export const inverseGaussian: typeof inverseGaussianRecord = /* @__PURE__ */ exactly(
  "inverseGaussian",
  2,
  inverseGaussianRecord,
);
/**
 * Kumaraswamy with a > 0 and b > 0, much like a beta but with P(X > x) = (1 − xᵃ)ᵇ: log density log a + log b + (a − 1) log x + (b − 1)
 * log(1 − xᵃ) on (0, 1).
 */
export const kumaraswamy: typeof kumaraswamyRecord = /* @__PURE__ */ exactly("kumaraswamy", 2, kumaraswamyRecord);
/**
 * Cholesky factors L of correlation matrices with `rows` rows, whose density is proportional to det(L·Lᵀ)^(η − 1), η > 0: uniform over the
 * correlation matrices for η = 1, nearer to the identity above. A matrix as an array of rows. Log density, over the entries below the
 * diagonal, Σᵢ (rows − i − 3 + 2η) log Lᵢᵢ and a constant, rows i counted from 0. Source: D. Lewandowski, D. Kurowicka and H. Joe, J.
 * Multivariate Analysis 100 (2009) 1989–2001.
 */
export const lkjCholesky: typeof lkjCholeskyRecord = /* @__PURE__ */ exactly("lkjCholesky", 2, lkjCholeskyRecord);
/**
 * Log-uniform: log x uniform between the logs of 0 < low < high; log density −log x − log log(high/low) on [low, high]. Of data beyond a
 * traced end the density is 0.
 */
export const logUniform: typeof logUniformRecord = /* @__PURE__ */ exactly("logUniform", 2, logUniformRecord);
/**
 * Component i with probability weights[i], summed out: log density log Σ wᵢ pᵢ(x). Weights may be traced, as of a latent `dirichlet([1,
 * 1])`; RangeError unless weights that are numbers sum to 1 within 1e-9. Components are all continuous or all discrete; where they lie on
 * different intervals a component counts nothing beyond its own.
 */
export const mixture: typeof mixtureRecord = /* @__PURE__ */ exactly("mixture", 2, mixtureRecord);
/**
 * Multinomial: how many of `trials` (data, a whole number) fall to each of K outcomes with these probabilities, which may be traced: log
 * probability log trials! + Σ (k_i log p_i − log k_i!). RangeError unless probabilities that are numbers sum to 1 within 1e-9. As latents
 * the counts are binomials one after the other, each of the trials that are left, and the last one is what then remains.
 */
export const multinomial: typeof multinomialRecord = /* @__PURE__ */ exactly("multinomial", 2, multinomialRecord);
/**
 * Multivariate normal with that mean and `{ cholesky }` or `{ covariance }`, whose entries may be traced: log density −½|z|² − Σ log L_ii
 * − ½n log 2π with L·z = x − mean. RangeError where numbers make no positive definite covariance.
 */
export const multivariateNormal: typeof multivariateNormalRecord = /* @__PURE__ */ exactly(
  "multivariateNormal",
  2,
  multivariateNormalRecord,
);
/**
 * Multivariate Student t with df > 0, location and `{ cholesky }` or `{ covariance }` of the normal that it scales, which is not its own
 * covariance: that is df/(df − 2) times as large. Log density −½(df + n) log(1 + |z|²/df) − Σ log L_ii + log Γ(½(df + n)) − log Γ(½ df) −
 * ½n log(π df) with L·z = x − location.
 */
export const multivariateStudentT: typeof multivariateStudentTRecord = /* @__PURE__ */ exactly(
  "multivariateStudentT",
  3,
  multivariateStudentTRecord,
);
/**
 * Negative binomial by its mean > 0 and dispersion φ > 0, variance mean + mean²/φ, so that a large φ is nearly a Poisson: size φ and p =
 * φ/(φ + mean) of `negativeBinomial`. Log probability log Γ(k + φ) − log k! − log Γ(φ) − φ log(1 + mean/φ) − k log(1 + φ/mean).
 */
export const negativeBinomialByMean: typeof negativeBinomialByMeanRecord = /* @__PURE__ */ exactly(
  "negativeBinomialByMean",
  2,
  negativeBinomialByMeanRecord,
);
/**
 * `length` independent numbers with the same continuous distribution, in increasing order: cut points, component means that cannot switch
 * labels. `ordered(normal(0, 5), 4)` on ℝ, `ordered(exponential(1), 3)` above 0, `ordered(uniform(0, 1), 3)` between ends. Log density log
 * n! + Σ log p(x_k) where x₀ < x₁ < …
 */
export const ordered: typeof orderedRecord = /* @__PURE__ */ exactly("ordered", 2, orderedRecord);
/**
 * Ordered logistic: the outcome k in 0 … K says between which of K cut points c₀ < c₁ < … a logistic number around `location` fell: P(k) =
 * S(c_k − location) − S(c_{k−1} − location), S(x) = 1/(1 + e^{−x}). Cut points may be traced, as those of a latent `ordered(…)`;
 * RangeError unless those that are numbers increase; of traced ones that do not the log probability is NaN.
 */
export const orderedLogistic: typeof orderedLogisticRecord = /* @__PURE__ */ exactly(
  "orderedLogistic",
  2,
  orderedLogisticRecord,
);
/** Ordered probit: as `orderedLogistic` with a standard normal number, P(k) = Φ(c_k − location) − Φ(c_{k−1} − location). */
export const orderedProbit: typeof orderedProbitRecord = /* @__PURE__ */ exactly(
  "orderedProbit",
  2,
  orderedProbitRecord,
);
/**
 * Pareto: values above `low` > 0 whose excess log(x/low) is exponential with rate `shape` > 0: log density log shape + shape·log low −
 * (shape + 1) log x on [low, ∞). Of data below a traced `low` the density is 0.
 */
export const pareto: typeof paretoRecord = /* @__PURE__ */ exactly("pareto", 2, paretoRecord);
/** The distribution of X·by, by > 0; of continuous ones, and of finitely many values, where `by` is data. */
export const scaled: typeof scaledRecord = /* @__PURE__ */ exactly("scaled", 2, scaledRecord);
/** The distribution of X + by; for counts `by` is a whole number that is data. */
export const shifted: typeof shiftedRecord = /* @__PURE__ */ exactly("shifted", 2, shiftedRecord);
/**
 * Skew normal with location, scale > 0 and shape α on ℝ (0 is the normal, α > 0 leans to the right): log density log 2 + log φ(t) + log
 * Φ(αt) − log scale, t = (x − location)/scale.
 */
export const skewNormal: typeof skewNormalRecord = /* @__PURE__ */ exactly("skewNormal", 3, skewNormalRecord);
/**
 * The distribution of f(X): `transformed(normal(0, 1), transforms.exp)` is lognormal(0, 1), and of `transforms.sigmoid` logit-normal. Log
 * density log p(u) − log f′(u) at u = f⁻¹(x). A transform has `forward`, `inverse` and `logJacobian`, and rises.
 */
export const transformed: typeof transformedRecord = /* @__PURE__ */ exactly("transformed", 2, transformedRecord);
/**
 * Triangular on [low, high] with its mode between or at an end: the density rises in a straight line from 0 at low to 2/(high − low) at
 * the mode and falls to 0 at high. A mode at a traced end is that end itself. Of data beyond a traced end the density is 0.
 */
export const triangular: typeof triangularRecord = /* @__PURE__ */ exactly("triangular", 3, triangularRecord);
/**
 * A distribution given that low ≤ x ≤ high: `truncated(normal(0, 1), 0, Infinity)` is a half-normal. Its cdf must be known. Ends may be
 * infinite, and traced for a continuous latent; of counts both ends belong to the values. RangeError where low ≥ high, and where numbers
 * leave no mass between the ends.
 */
export const truncated: typeof truncatedRecord = /* @__PURE__ */ exactly("truncated", 3, truncatedRecord);
/**
 * Uniform among the vectors of length 1: directions. Log density −log of the sphere's area, 2π^(n/2)/Γ(n/2) for n = `length` ≥ 2, with
 * respect to that area.
 */
export const unitVector: typeof unitVectorRecord = /* @__PURE__ */ exactly("unitVector", 1, unitVectorRecord);
/**
 * Von Mises: an angle in [−π, π], around `mean` with concentration κ ≥ 0 (0 is uniform, for a large κ the sd is about 1/√κ): log density κ
 * cos(x − mean) − log 2π − log I₀(κ). Mean and sd of an angle as a number are not given.
 */
export const vonMises: typeof vonMisesRecord = /* @__PURE__ */ exactly("vonMises", 2, vonMisesRecord);
/**
 * Weibull with shape k > 0 and scale > 0, (x/scale)ᵏ exponential with rate 1: log density log k + (k − 1) log x − k log scale − (x/scale)ᵏ
 * on (0, ∞).
 */
export const weibull: typeof weibullRecord = /* @__PURE__ */ exactly("weibull", 2, weibullRecord);
/**
 * Counts with more zeros: 0 with probability p, else a draw of the distribution, which may be 0, too: P(0) = p + (1 − p)·P_d(0), P(k) = (1
 * − p)·P_d(k). p may be traced. Of a continuous distribution, as of rain in a day, a datum of 0 counts p and any other one (1 − p) times
 * its density; such values are data only.
 */
export const zeroInflated: typeof zeroInflatedRecord = /* @__PURE__ */ exactly("zeroInflated", 2, zeroInflatedRecord);
/** Zero-inflated Poisson: 0 with probability p, else Poisson with that rate. */
export const zeroInflatedPoisson: typeof zeroInflatedPoissonRecord = /* @__PURE__ */ exactly(
  "zeroInflatedPoisson",
  2,
  zeroInflatedPoissonRecord,
);
/** The distribution with its cdf, quantiles and moments, as far as they are known: that of `nondiff/core` has none. */
export const withTails: typeof withTailsRecord = /* @__PURE__ */ exactly("withTails", 1, withTailsRecord);
