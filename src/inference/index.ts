/** Fitting models and looking at estimators. */
export { gradientCovariance } from "./covariance.ts";
export { type EstimateOptions, estimateGradient, type GradientEstimate } from "./estimate-gradient.ts";
export { type ExplainedCondition, type ExplainOptions, type Explanation, explain } from "./explain.ts";
export {
  type AbortSignalLike,
  DivergenceError,
  type FitOptions,
  type FitStep,
  fit,
  fitAsync,
  fitSteps,
} from "./fit.ts";
export { logJoint } from "./log-joint.ts";
export { type AdamOptions, adam, type Optimizer, rmsprop, sgd } from "./optimizers.ts";
export { type LatentSummary, Posterior } from "./posterior.ts";
export {
  type Draw,
  type GradientSampler,
  type Moments,
  makeMoments,
  makeSampler,
  meanGradientInto,
  momentsInto,
} from "./sampler.ts";
