/** nondiff: variational inference for models whose code contains ifs. */

export type { Condition, Expr, Real, Truth } from "./autodiff/expr.ts";
export {
  abs,
  add,
  atan,
  clamp,
  cos,
  digamma,
  div,
  dot,
  erf,
  exp,
  expm1,
  ge,
  gt,
  le,
  lgamma,
  log,
  log1p,
  logNormalCdf,
  logSumExp,
  lt,
  max,
  min,
  mul,
  neg,
  normalCdf,
  pow,
  relu,
  sigmoid,
  sin,
  softplus,
  sqrt,
  square,
  sub,
  sum,
  tan,
  tanh,
} from "./autodiff/expr.ts";
export { addDiagonal, cholesky, logDet, type Matrix, matmul, solve, solveLower } from "./autodiff/matrices.ts";
export type { Backend } from "./autodiff/tape/executable.ts";
export * from "./distributions/index.ts";
export * from "./estimators/index.ts";
export {
  arvizJson,
  compile,
  estimateGradient,
  explain,
  fit,
  fitAsync,
  fitSteps,
  gradientCovariance,
  logJoint,
  loo,
  makeMoments,
  makeSampler,
  meanGradientInto,
  momentsInto,
} from "./full-inference.ts";
export { type FullRankOptions, fullRank } from "./guides/full-rank.ts";
export type { FittedParameters, Guide, GuideParameters } from "./guides/guide.ts";
export { meanField, rhoOfSd, sdOfRho } from "./guides/mean-field.ts";
export type { NamedNumbers, NamedParameters } from "./guides/named-parameters.ts";
export type { CompiledModel, CompileOptions, WithData } from "./inference/compiled/compiled-model.ts";
export type { Shape } from "./inference/compiled/shape.ts";
export * from "./inference/index.ts";
export { Posterior } from "./profile.ts";
export { withData } from "./program/data/data-model.ts";
export { DataError, type Fault } from "./program/data/faults.ts";
export type { ColumnSpec, DataOf, GivenData, Schema } from "./program/data/schema.ts";
export type { StandardSchema } from "./program/data/standard-schema.ts";
export { and, not, or, type TruthOrFlag, where } from "./program/flags.ts";
export {
  type BranchResult,
  type DataModel,
  type DataModelOptions,
  type DataProgram,
  defineModel,
  type MeanFieldParameters,
  type Model,
  type ModelOptions,
  type Program,
  type ProgramContext,
} from "./program/model.ts";
export { eq, pick } from "./program/pick.ts";
export { ceil, floor, type RoundingRange, round, sign, step } from "./program/rounding.ts";
export { makeGenerator } from "./random/index.ts";
export { fillNormals, fillUniforms, uniformSource } from "./random/positional-fills.ts";
