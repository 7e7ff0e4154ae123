/**
 * What a page or a worker needs: models, their corrected gradient and their fit, in as few bytes as a bundler can make of it.
 * Everything here is also exported by `nondiff` and is the same there, but for two. `corrected` takes no options: it has
 * every boundary in every sample, moves all variables in which it is affine (some of whose slopes must be 0 nowhere), and
 * marginalises nothing. `defineModel` makes
 * models that are run one op after the other, without the passes that gather sums and fuse ops: results agree with those of
 * `nondiff` up to rounding; and errors about them say less: where a density is not finite the model but not the site, and
 * conditions as calls of ops.
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
export { plainCorrected as corrected } from "./boundaries/jump/boundary-terms.ts";
export { bernoulli } from "./distributions/discrete/bernoulli.ts";
export { poisson } from "./distributions/discrete/poisson.ts";
export type { Distribution } from "./distributions/distribution.ts";
export { exponential } from "./distributions/positive/exponential.ts";
export { normal } from "./distributions/real/normal.ts";
export { studentT } from "./distributions/real/student-t.ts";
export type { Estimator } from "./estimators/estimator.ts";
export { reparam } from "./estimators/reparam.ts";
export { rhoOfSd, sdOfRho } from "./guides/mean-field.ts";
export { type EstimateOptions, estimateGradient, type GradientEstimate } from "./inference/estimate-gradient.ts";
export { DivergenceError, type FitOptions, type FitStep, fit, fitAsync, fitSteps } from "./inference/fit.ts";
export { logJoint } from "./inference/log-joint.ts";
export { adam } from "./inference/optimizers.ts";
export type { Posterior } from "./inference/posterior.ts";
export {
  type MeanFieldParameters,
  type Model,
  type ProgramContext,
  plainModel as defineModel,
} from "./program/plain-model.ts";
