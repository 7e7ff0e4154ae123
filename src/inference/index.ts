/** This file exports what fitting models and looking at estimators have that needs no profile: optimisers, types of options and results. */

export type { CollapseChoice, Collapsed, CollapseReport } from "../collapse/collapse.ts";
export type { CollapseOption } from "./collapse-option.ts";
export type { EstimateOptions, GradientEstimate } from "./estimate-gradient.ts";
export type { ExplainedCondition, ExplainOptions, Explanation } from "./explain/explanation.ts";
export type { FitStage } from "./fit/climb/ascent.ts";
export {
  type AbortSignalLike,
  DivergenceError,
  type FitOptions,
  type FitStep,
} from "./fit/options.ts";
export type { FitReport, FitStatus, FitWarning, Importance, Optimum, StageReport, StartReport } from "./fit/report.ts";
export { type AdamOptions, adam, type Optimizer, rmsprop, sgd } from "./optimizers.ts";
export type { Cell, DrawOptions, JointDraws, ValueProbability } from "./posterior/joint-draws.ts";
export { paretoSmoothed, type SmoothedWeights } from "./posterior/pareto-tail.ts";
export type { LatentSummary } from "./posterior.ts";
export { type CheckedDraw, type CheckResult, predictiveCheck, type Statistic } from "./predictive/check.ts";
export type { Loo, LooOptions, PointwiseLoo } from "./predictive/loo.ts";
export { type ComparedModel, compareModels, type ModelComparison } from "./predictive/model-comparison.ts";
export { predict, type Simulation, type SimulationOptions, simulate } from "./predictive/simulation.ts";
export type { Draw } from "./sampler/draw.ts";
export type { Moments } from "./sampler/moments.ts";
export type { GradientSampler, SamplerOptions } from "./sampler/sampler.ts";
export { drawsCsv } from "./saved/csv.ts";
export type { Saved } from "./saved/envelope.ts";
export type { CovarianceOptions, LoadOptions } from "./saved/saved-posterior.ts";
