/** Log densities as expressions, with their parameter checks, supports, samplers, masses and moments. */
export {
  bernoulli,
  beta,
  binomial,
  categorical,
  cauchy,
  chi2,
  exponential,
  gamma,
  geometric,
  halfNormal,
  laplace,
  logistic,
  lognormal,
  negativeBinomial,
  normal,
  poisson,
  studentT,
  uniform,
} from "./complete.ts";
export { betaBinomial } from "./discrete/beta-binomial.ts";
export { discreteUniform } from "./discrete/discrete-uniform.ts";
export { finite } from "./discrete/finite.ts";
export { negativeBinomialByMean } from "./discrete/negative-binomial-mean.ts";
export { orderedLogistic, orderedProbit } from "./discrete/ordered-outcomes.ts";
export type { Distribution, FiniteValues, Parameter, Support, Tails } from "./distribution.ts";
export { kumaraswamy } from "./interval/kumaraswamy.ts";
export { triangular } from "./interval/triangular.ts";
export { vonMises } from "./interval/von-mises.ts";
export { withTails } from "./known-tails.ts";
export { logMass } from "./log-mass.ts";
export { halfCauchy } from "./positive/half-cauchy.ts";
export { halfStudentT } from "./positive/half-student-t.ts";
export { inverseGamma } from "./positive/inverse-gamma.ts";
export { inverseGaussian } from "./positive/inverse-gaussian.ts";
export { logUniform } from "./positive/log-uniform.ts";
export { pareto } from "./positive/pareto.ts";
export { weibull } from "./positive/weibull.ts";
export { asymmetricLaplace } from "./real/asymmetric-laplace.ts";
export { exGaussian } from "./real/ex-gaussian.ts";
export { flat } from "./real/flat.ts";
export { gumbel } from "./real/gumbel.ts";
export { skewNormal } from "./real/skew-normal.ts";
export { dirichlet } from "./vector/dirichlet.ts";
export { iid } from "./vector/iid.ts";
export { lkjCholesky } from "./vector/lkj-cholesky.ts";
export { dirichletMultinomial, multinomial } from "./vector/multinomial.ts";
export type { Spread } from "./vector/multivariate-normal.ts";
export { multivariateNormal, multivariateStudentT } from "./vector/multivariate-normal.ts";
export { ordered } from "./vector/ordered.ts";
export type { AutoregressionOptions, RandomWalkOptions } from "./vector/time-series.ts";
export { ar, gaussianRandomWalk } from "./vector/time-series.ts";
export { unitVector } from "./vector/unit-vector.ts";
export type { Entries, MatrixDistribution, VectorDistribution, VectorSupport } from "./vector/vector-distribution.ts";
export { censored, intervalCensored } from "./wrappers/censored.ts";
export { mixture } from "./wrappers/mixture.ts";
export { scaled, shifted, transformed, transforms } from "./wrappers/transformed.ts";
export { truncated } from "./wrappers/truncated.ts";
export { hurdle, zeroInflated, zeroInflatedPoisson } from "./wrappers/zero-inflated.ts";
