/**
 * Warnings about estimators that are biased on a model, such as `reparam` on one whose density jumps, or as good as biased: a step as steep as
 * that of tanh(10⁹·z) no derivative at a sample shows.
 */
import { unseenJumps } from "../../boundaries/check/jumps-without-condition.ts";
import { steepStepPieces } from "../../boundaries/nets/steep.ts";
import { finished, type Pieces } from "../../pieces/pieces.ts";
import type { MadeEstimator } from "../profile.ts";
import type { GradientSampler } from "../sampler/sampler.ts";
import { type FitOptions, warn } from "./options.ts";
import type { FitWarning } from "./report.ts";

/** Warns of what a user of this estimator should know before a fit begins at these parameters. */
export function* startWarnings(
  sampler: GradientSampler,
  theta: Float64Array,
  options: FitOptions,
): Pieces<FitWarning[]> {
  const steep = yield* steepSteps(sampler, theta);
  const biased = biases(sampler).map((message): FitWarning => ({ code: "biased-estimator", message, latents: [] }));
  const warnings = [...biased, ...steep];
  for (const { message } of warnings) warn(options, message);
  return warnings;
}

function biases(sampler: GradientSampler): string[] {
  const { estimator, model, objective } = sampler;
  const countsAll = estimator.countsAllJumps === true && sampler.profile.repertoire.lines !== undefined;
  const unseen = estimator.differentiates === false || countsAll ? [] : unseenJumps(objective);
  return [
    ...warningsOfConditions(sampler),
    ...unseen.map(
      ({ site, text, divisor }) =>
        `fit: estimator "${estimator.name}" is biased on model "${model.name}": at ${site} \`${text}\` jumps where \`${divisor}\` is 0, and no condition says so; score() is not, nor is a divisor that is positive or a condition`,
    ),
  ];
}

function warningsOfConditions({ estimator, model, analysis }: GradientSampler): string[] {
  if (!estimator.biasedAtJumps && !estimator.biasedWhenCoincident) return [];
  const { boundaries, refused } = analysis();
  const jumps = [...boundaries, ...refused];
  if (estimator.biasedAtJumps && jumps.length > 0)
    return [
      `fit: estimator "${estimator.name}" is biased on model "${model.name}", whose density jumps at ${jumps.length} condition(s), the first \`${jumps[0]!.text()}\`; corrected() is not`,
    ];
  const shared = boundaries.find(({ predicates }) => predicates.length > 1) ?? boundaries[0];
  if (estimator.biasedWhenCoincident && shared)
    return [
      `fit: estimator "${estimator.name}" may be biased on model "${model.name}": it forces ifs on one boundary, such as \`${shared.text()}\`, one at a time; corrected() does not`,
    ];
  return [];
}

/** Where the profile looks for them, the steps at these parameters that no sample shows. */
export function* steepSteps(sampler: GradientSampler, theta: Float64Array): Pieces<FitWarning[]> {
  const looking = sampler.profile.steepness?.("fit", sampler, theta);
  return looking ? yield* looking : [];
}

/**
 * The steps at these parameters that no sample shows; none for an estimator without derivatives, which sees every step. Nets that have looked
 * at ℓ there say whether it is worth a look of its own.
 */
export function* steepness(
  caller: string,
  { estimator, nodes, objective }: MadeEstimator,
  theta: Float64Array,
): Pieces<FitWarning[]> {
  const nets = (nodes.derived ?? []).filter(({ mayStep }) => mayStep !== undefined);
  const isFlat = nets.length > 0 && !nets.some(({ mayStep }) => mayStep!());
  const step = estimator.differentiates === false || isFlat ? undefined : yield* steepStepPieces(objective, theta);
  if (!step) return [];
  const { site, sides, width, at } = step;
  const where = at
    .slice(0, 4)
    .map(([name, value]) => `${name}=${value.toPrecision(4)}`)
    .join(", ");
  return [
    {
      code: "unseen-step",
      latents: at.map(([name]) => name),
      message: `${caller}: at ${site} the density of model "${objective.trace.model.name}" steps from ${sides[0].toPrecision(4)} to ${sides[1].toPrecision(4)} within ${width.toPrecision(2)} sds of the guide, near ${where}; hardly a sample lies there, so that estimator "${estimator.name}" does not see the step though it is unbiased; a condition, such as where(gt(z, 0), 1, -1) for tanh(1e9 z), is counted exactly, and score() sees every step`,
    },
  ];
}

/** Warns of steps of ℓ that the samples of a gradient do not show, as such a gradient is that of another program. */
export function warnOfSteps(made: MadeEstimator, theta: Float64Array, options: Pick<FitOptions, "onWarning">): void {
  if (made.estimator.biasedAtJumps) return;
  for (const { message } of finished(steepness("estimateGradient", made, theta))) warn(options, message);
}
