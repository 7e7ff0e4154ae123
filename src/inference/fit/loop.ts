/**
 * The fit whose optimiser and number of steps are given: stochastic gradient ascent on the ELBO, one gradient of a few samples a
 * step. `fit(model, { optimizer: adam(), steps: 2000 })` ends after 2000 steps wherever it is; `search.ts` is the fit that
 * decides by itself.
 */

import type { Tape } from "../../autodiff/tape/tape.ts";
import { corrected } from "../../estimators/corrected.ts";
import { beyondCore } from "../../estimators/estimator.ts";
import { packParameters, unpackParameters } from "../../guides/guide.ts";
import type { Pieces } from "../../pieces/pieces.ts";
import type { Model } from "../../program/model.ts";
import { makeGenerator } from "../../random/index.ts";
import { deadlineOf } from "../deadline.ts";
import { estimatorOf } from "../estimate-gradient.ts";
import { adam, type Optimizer } from "../optimizers.ts";
import { count } from "../options.ts";
import type { OwnLength } from "../own-length.ts";
import { posteriorOf } from "../posterior/making.ts";
import type { Posterior } from "../posterior.ts";
import type { Profile } from "../profile.ts";
import type { Draw } from "../sampler/draw.ts";
import { meansInto } from "../sampler/means.ts";
import { NonFiniteError } from "../sampler/non-finite.ts";
import { compiling, type GradientSampler, making, preparing, startOf } from "../sampler/sampler.ts";
import { startWarnings } from "./bias.ts";
import { DivergenceError, type FitOptions, type FitStep, tell, throwIfAborted } from "./options.ts";

// Their ELBOs take 800 MB.
const MOST_STEPS = 100_000_000;

/** A loop under way. */
export interface Loop {
  readonly sampler: GradientSampler;
  /** Instructions of a gradient. */
  readonly size: Tape["size"];
  /** Steps that were taken before, and with those of this run. */
  readonly done: number;
  steps: number;
  readonly samples: number;
  readonly theta: Float64Array;
  readonly gradient: Float64Array;
  readonly lastGood: Float64Array;
  readonly elboTrace: Float64Array;
  readonly state: Float64Array;
  readonly optimizer: Optimizer;
  readonly options: FitOptions;
  readonly draw: { -readonly [K in keyof Draw]: Draw[K] };
  readonly isLate: (() => boolean) | undefined;
  /** Where nobody has given its length. */
  readonly own: OwnLength | undefined;
  readonly posterior: () => Posterior;
}

/** Checks the options, traces the model and compiles its gradient. */
export function* startLoop(profile: Profile, model: Model, given: FitOptions): Pieces<Loop> {
  const before =
    given.resume === undefined
      ? undefined
      : (profile.resumed?.(model, given) ?? beyondCore("fit", "resume", "a state", undefined));
  const options = before?.options ?? given;
  const { estimator = corrected(), optimizer = adam(), steps = 2000, samples = 16, seed = 0 } = options;
  const done = before?.loop.step ?? 0;
  const isLate = deadlineOf(profile, options);
  count("fit", "steps", steps, 1, MOST_STEPS - done);
  count("fit", "samples", samples);
  estimatorOf("fit", estimator);
  if (typeof optimizer?.update !== "function")
    throw new TypeError(`fit: not an optimiser; got ${typeof optimizer}, expected one such as adam()`);
  const sampler = yield* making(profile, model, estimator, {
    ...options,
    ...(samples < 128 && { lanes: samples }),
    expectedSamples: steps * samples,
    guide: options.guide === "auto" ? undefined : options.guide,
  });
  yield* profile.checkTrace?.(sampler.objective.trace) ?? [];
  sampler.nodes.reduction?.require("fit", samples);
  const { guide } = sampler.objective;
  before?.check(sampler);
  const theta = before?.theta ?? packParameters("fit", guide.space, startOf(sampler, options.init));
  const fault = before ? undefined : yield* profile.faultAtStart?.(sampler.objective, theta) ?? [];
  if (fault) throw fault;
  const own = profile.ownLength?.(given);
  const elboTrace = new Float64Array(own?.most ?? done + steps);
  elboTrace.set(before?.elboTrace ?? []);
  const state = before?.loop.moments ?? optimizer.init(theta.length);
  const generator = makeGenerator(seed);
  const { size } = yield* compiling(sampler);
  sampler.profile.pilot?.(sampler, theta, generator, 0);
  yield* preparing(sampler, theta);
  const warnings = (yield* startWarnings(sampler, theta, options)).map(({ message }) => message);
  const run: Loop = {
    sampler,
    size,
    done,
    steps: done + steps,
    samples,
    theta,
    gradient: new Float64Array(theta.length),
    lastGood: theta.slice(),
    elboTrace,
    state,
    optimizer,
    options,
    draw: { generator, stream: 0, firstSample: 0, samples, step: 0, adapt: true },
    isLate,
    own,
    posterior: () =>
      posteriorOf(sampler, {
        theta,
        elboTrace: elboTrace.subarray(0, run.steps),
        warnings,
        run,
        ...(run.steps < done + steps && { status: "budget" }),
      }),
  };
  return run;
}

/** Takes a step, which counts from 1. Allocates nothing, unless the step is to be reported. */
export function advance(run: Loop, step: number): void {
  const { sampler, theta, gradient, lastGood, elboTrace, state, optimizer, options, draw } = run;
  throwIfAborted(options);
  draw.step = step - 1;
  draw.firstSample = (step - 1) * draw.samples;
  try {
    meansInto(gradient, elboTrace, step - 1, sampler, theta, draw);
  } catch (cause) {
    throw cause instanceof NonFiniteError ? diverged(run, step, cause.message) : cause;
  }
  lastGood.set(theta);
  optimizer.update(state, theta, gradient, step);
  if (run.isLate?.()) run.steps = step;
  else if (step === run.steps) run.steps += run.own?.more(elboTrace, step) ?? 0;
  const wild = step === run.steps ? theta.find((value) => !Number.isFinite(value)) : undefined; // no gradient will tell
  if (wild !== undefined) throw diverged(run, step, `a parameter became ${wild}`);
  if (options.onProgress) tell(options, reportOf(run, step));
}

/** The end of a loop that has taken its last step: a last look at the objective, and the posterior. */
export function* ending(run: Loop): Pieces<Posterior> {
  yield* preparing(run.sampler, run.theta);
  return run.posterior();
}

/** The report of a step. */
export function reportOf({ steps, elboTrace, gradient, theta }: Loop, step: number): FitStep {
  return { step, steps, elbo: elboTrace[step - 1]!, gradient, theta };
}

function diverged(
  { sampler, steps, lastGood, elboTrace, options }: Loop,
  step: number,
  reason: string,
): DivergenceError {
  return new DivergenceError(
    `fit: diverged at step ${step} of ${steps}: ${reason}${options.optimizer ? "; try a smaller learning rate" : ""}; the last good parameters are in this error`,
    step,
    unpackParameters(sampler.objective.guide.space, lastGood),
    elboTrace.slice(0, step - 1),
  );
}
