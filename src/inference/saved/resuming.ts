/**
 * Going on with a loop: `fit(model, { resume: posterior.state, steps: 100 })`. Noise is addressed by step and sample and the optimiser is a
 * state that goes in and comes out, so that 100 steps and then 100 more are the very numbers of 200.
 */
import { corrected } from "../../estimators/corrected.ts";
import type { Model } from "../../program/model.ts";
import type { FitOptions } from "../fit/options.ts";
import { adam } from "../optimizers.ts";
import type { FittedParts } from "../posterior.ts";
import type { Resumed } from "../profile.ts";
import { opened, requireSameModel } from "./envelope.ts";
import { programOf, requireShape, type SavedSetting, savedGuide } from "./saved-posterior.ts";

/** The contents of a state. */
export interface StateContent extends Required<Pick<FittedParts, "theta" | "elboTrace" | "loop">> {
  readonly setting: SavedSetting;
}

const CALLER = "fit: resume";

/** The state of an earlier loop, and the options with what it says; RangeError where the options are those of another loop. */
export function resumedLoop(model: Model, options: FitOptions): Resumed {
  const { saved, content } = opened(CALLER, "state", model.name, options.resume);
  const { theta, elboTrace, loop, setting } = content as StateContent;
  const { samples, seed, moments } = loop!;
  const { estimator = corrected(), optimizer = adam(), guide = "auto" } = options;
  same("estimator", estimator.name, loop!.estimator);
  same("optimizer", optimizer.name, loop!.optimizer);
  same("samples", options.samples ?? samples, samples);
  same("seed", options.seed ?? seed, seed);
  if (options.init !== undefined)
    throw new RangeError(`${CALLER}: a state has its own parameters; got \`init\` beside it, expected none`);
  const size = optimizer.init(theta.length).length;
  if (size !== moments.length)
    throw new RangeError(
      `${CALLER}: saved is of another shape; got ${moments.length} numbers of the optimiser, expected ${size}`,
    );
  return {
    options: {
      ...options,
      samples,
      seed,
      guide: savedGuide(CALLER, setting, guide === "auto" ? undefined : guide),
      collapse: setting.collapse,
      standardise: setting.standardise ?? false,
    },
    loop: loop!,
    theta,
    elboTrace,
    check(guided) {
      requireSameModel(CALLER, saved, programOf(guided));
      requireShape(CALLER, guided.objective.guide.space, setting);
    },
  };
}

function same(option: string, got: unknown, expected: unknown): void {
  if (got !== expected)
    throw new RangeError(`${CALLER}: ${option} is another one; got ${String(got)}, expected ${String(expected)}`);
}
