/**
 * `nondiff/core` is for pages and workers: models, their corrected gradient and their fit, in as few bytes as a bundler can make of it. A
 * model made by `defineModel` of either entry works with both.
 *
 * `corrected` is that of `nondiff`, and does here what takes few bytes: every boundary in every sample, independent samples, nothing
 * marginalised, conditions that are affine in a variable with a slope that is 0 nowhere. Of two such conditions that curve, as
 * z > exp(x) and z > 1, it takes those that one variable tells apart, as z > exp(x) and x > 1. What asks for more, a condition or an
 * option, is refused with an error that says so. Tapes run one op after the other, without the passes that gather sums and fuse ops:
 * results agree with those of `nondiff` under the same options up to rounding. An error about a density that is not finite names the
 * model, not the site, and a condition reads `positive(add(-1, z))` where `nondiff` writes `z > 1`.
 */
export {
  abs,
  add,
  and,
  type Condition,
  cos,
  div,
  dot,
  type Expr,
  exp,
  expm1,
  ge,
  gt,
  le,
  log,
  log1p,
  logSumExp,
  lt,
  max,
  min,
  mul,
  neg,
  normalCdf,
  not,
  or,
  pow,
  type Real,
  sigmoid,
  sin,
  softplus,
  sqrt,
  square,
  sub,
  sum,
  type Truth,
  tanh,
  where,
} from "./autodiff/expr.ts";
export { estimateGradient, fit, fitAsync, fitSteps, logJoint } from "./core-inference.ts";
export { bernoulli } from "./distributions/discrete/bernoulli.ts";
export { poisson } from "./distributions/discrete/poisson.ts";
export type { Distribution } from "./distributions/distribution.ts";
export { exponential } from "./distributions/positive/exponential.ts";
export { normal } from "./distributions/real/normal.ts";
export { studentT } from "./distributions/real/student-t.ts";
export { type CorrectedOptions, corrected } from "./estimators/corrected.ts";
export type { Estimator } from "./estimators/estimator.ts";
export { reparam } from "./estimators/reparam.ts";
export type { FittedParameters, Guide, GuideParameters } from "./guides/guide.ts";
export { rhoOfSd, sdOfRho } from "./guides/mean-field.ts";
export type { EstimateOptions, GradientEstimate } from "./inference/estimate-gradient.ts";
export { DivergenceError, type FitOptions, type FitStep } from "./inference/fit/options.ts";
export { adam } from "./inference/optimizers.ts";
export type { Posterior } from "./inference/posterior.ts";
export {
  type DataModel,
  type DataModelOptions,
  defineModel,
  type MeanFieldParameters,
  type Model,
  type ProgramContext,
} from "./program/model.ts";
