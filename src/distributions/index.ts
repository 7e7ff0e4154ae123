/** Log densities as expressions, with their parameter checks, supports, samplers, masses and moments. */
export {
  bernoulli,
  binomial,
  categorical,
  cauchy,
  exponential,
  geometric,
  halfNormal,
  laplace,
  logistic,
  lognormal,
  negativeBinomial,
  normal,
  poisson,
  uniform,
} from "./complete.ts";
export { discreteUniform } from "./discrete/discrete-uniform.ts";
export { finite } from "./discrete/finite.ts";
export type { Distribution, FiniteValues, Parameter, Support, Tails } from "./distribution.ts";
export { beta } from "./interval/beta.ts";
export { withTails } from "./known-tails.ts";
export { logMass } from "./log-mass.ts";
export { chi2 } from "./positive/chi2.ts";
export { gamma } from "./positive/gamma.ts";
export { flat } from "./real/flat.ts";
export { studentT } from "./real/student-t.ts";
export { dirichlet } from "./vector/dirichlet.ts";
export { iid } from "./vector/iid.ts";
export { ordered } from "./vector/ordered.ts";
export type { Entries, MatrixDistribution, VectorDistribution, VectorSupport } from "./vector/vector-distribution.ts";
