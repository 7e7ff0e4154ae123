import type { Backend } from "../autodiff/tape/executable.ts";
import { unseenJumps } from "../boundaries/check/jumps-without-condition.ts";
import { corrected } from "../estimators/corrected.ts";
import type { Estimator } from "../estimators/estimator.ts";
import {
  type FittedParameters,
  type Guide,
  type GuideParameters,
  packParameters,
  unpackParameters,
} from "../guides/guide.ts";
import type { Model } from "../program/model.ts";
import { makeGenerator } from "../random/index.ts";
import type { CollapseOption } from "./collapse-option.ts";
import { makeProbe } from "./diagnosis.ts";
import { estimatorOf } from "./estimate-gradient.ts";
import { adam, type Optimizer } from "./optimizers.ts";
import { count } from "./options.ts";
import { Posterior } from "./posterior.ts";
import type { Profile } from "./profile.ts";
import type { Draw } from "./sampler/draw.ts";
import { meansInto, pilot } from "./sampler/means.ts";
import { type GradientSampler, makeSampler, startOf } from "./sampler/sampler.ts";

/** The part of the platform's AbortSignal that is used. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason?: unknown;
}

export interface FitOptions {
  /** Default corrected(). */
  readonly estimator?: Estimator;
  /** What is fitted: `meanField()` (default), independent normals, or `fullRank()`, correlated ones. */
  readonly guide?: Guide;
  /** Latents to sum out of the model before the guide is put over the others (default false: none but discrete ones). */
  readonly collapse?: CollapseOption;
  /** Default adam({ learningRate: 0.01 }). */
  readonly optimizer?: Optimizer;
  /** Optimiser steps (default 2000). */
  readonly steps?: number;
  /** Samples per gradient (default 16). */
  readonly samples?: number;
  /** Same seed, same fit, bit for bit on one engine (default 0). */
  readonly seed?: number;
  /** What computes the gradient, such as wasm() of nondiff/wasm; changes speed only (default the interpreter). */
  readonly backend?: Backend;
  /** Where to start; default the model's own `init`, else each prior's mean and sd, else 0 and 1, without correlations. */
  readonly init?: GuideParameters;
  /** Called after every step. */
  readonly onProgress?: (step: FitStep) => void;
  /** Called with what the user should know; default `console.warn` where there is a console. */
  readonly onWarning?: (message: string) => void;
  /** Stops the fit before its next step: it throws (`fitAsync` rejects with) the signal's reason. */
  readonly signal?: AbortSignalLike;
}

/** The state after one step. The arrays are those of the fit and change with the next step: copy what you keep. */
export interface FitStep {
  /** Counts from 1. */
  readonly step: number;
  readonly steps: number;
  /** ELBO estimate at the parameters before the step. */
  readonly elbo: number;
  readonly gradient: Float64Array;
  /** The guide's parameters after the step, under mean field [μ…, ρ…]. */
  readonly theta: Float64Array;
}

/** A fit that met a number that is not finite; holds the last good parameters. */
export class DivergenceError extends Error {
  readonly step: number;
  readonly params: FittedParameters;
  readonly elboTrace: Float64Array;

  constructor(message: string, step: number, params: FittedParameters, elboTrace: Float64Array) {
    super(message);
    this.name = "DivergenceError";
    this.step = step;
    this.params = params;
    this.elboTrace = elboTrace;
  }
}

/** Fits a guide by stochastic gradient ascent on the ELBO; the entries document it. */
export function fit(profile: Profile, model: Model, options: FitOptions = {}): Posterior {
  const run = start(profile, model, options);
  for (let step = 1; step <= run.steps; step++) advance(run, step);
  return run.posterior();
}

/** The steps of a fit one by one, for event loops: `for (const { step, elbo } of fitSteps(model)) …`; returns the posterior. */
export function* fitSteps(
  profile: Profile,
  model: Model,
  options: FitOptions = {},
): Generator<FitStep, Posterior, void> {
  const run = start(profile, model, options);
  for (let step = 1; step <= run.steps; step++) {
    advance(run, step);
    yield reportOf(run, step);
  }
  return run.posterior();
}

// Work between two turns of the event loop: 3 to 6 ms. A unit is one lane of one instruction, 3 to 6 ns.
const WORK_PER_TURN = 1e6;
const OVERHEAD = 16; // of an instruction beside its lanes

declare const setTimeout: (callback: () => void, milliseconds: number) => unknown;

/** As `fit`, giving way to the event loop every few milliseconds; rejects with the signal's reason when aborted. */
export async function fitAsync(profile: Profile, model: Model, options: FitOptions = {}): Promise<Posterior> {
  const run = start(profile, model, options);
  const { uniform, lane } = (run.sampler.means ?? run.sampler.each)().tape.size;
  const stepsPerTurn = Math.max(1, Math.round(WORK_PER_TURN / (OVERHEAD * uniform + (OVERHEAD + run.samples) * lane)));
  for (let step = 1; step <= run.steps; step++) {
    advance(run, step);
    if (step % stepsPerTurn === 0) await new Promise<void>((resolve) => setTimeout(resolve, 0));
  }
  return run.posterior();
}

interface Run {
  readonly sampler: GradientSampler;
  readonly steps: number;
  readonly samples: number;
  readonly theta: Float64Array;
  readonly gradient: Float64Array;
  readonly lastGood: Float64Array;
  readonly elboTrace: Float64Array;
  readonly state: Float64Array;
  readonly optimizer: Optimizer;
  readonly options: FitOptions;
  readonly draw: { -readonly [K in keyof Draw]: Draw[K] };
  readonly posterior: () => Posterior;
}

function start(profile: Profile, model: Model, options: FitOptions): Run {
  const { estimator = corrected(), optimizer = adam(), steps = 2000, samples = 16, seed = 0 } = options;
  count("fit", "steps", steps);
  count("fit", "samples", samples);
  estimatorOf("fit", estimator);
  if (typeof optimizer?.update !== "function")
    throw new TypeError(`fit: not an optimiser; got ${typeof optimizer}, expected one such as adam()`);
  const sampler = makeSampler(profile, model, estimator, {
    ...(samples < 128 && { lanes: samples }),
    backend: options.backend,
    expectedSamples: steps * samples,
    guide: options.guide,
    collapse: options.collapse,
  });
  sampler.nodes.reduction?.require("fit", samples);
  const { guide, normals } = sampler.objective;
  const theta = packParameters("fit", guide.space, startOf(sampler, options.init));
  const fault = makeProbe(sampler.objective)(theta, new Float64Array(normals.length));
  if (fault) throw new RangeError(`${fault} (at the initial point, every latent at its guide's mean)`);
  const warnings = warningsFor(sampler);
  const warn = options.onWarning ?? consoleWarn;
  for (const warning of warnings) warn(warning);
  const elboTrace = new Float64Array(steps);
  const generator = makeGenerator(seed);
  pilot(sampler, theta, generator, 0);
  return {
    sampler,
    steps,
    samples,
    theta,
    gradient: new Float64Array(theta.length),
    lastGood: theta.slice(),
    elboTrace,
    state: optimizer.init(theta.length),
    optimizer,
    options,
    draw: { generator, stream: 0, firstSample: 0, samples, step: 0, adapt: true },
    posterior: () => new Posterior(guide.space, theta, elboTrace, warnings),
  };
}

// Allocates nothing, unless the step is to be reported.
function advance(run: Run, step: number): void {
  const { sampler, theta, gradient, lastGood, elboTrace, state, optimizer, options, draw, steps } = run;
  if (options.signal?.aborted) throw options.signal.reason ?? new Error("fit: aborted");
  draw.step = step - 1;
  draw.firstSample = (step - 1) * draw.samples;
  try {
    meansInto(gradient, elboTrace, step - 1, sampler, theta, draw);
  } catch (cause) {
    throw diverged(run, step, cause instanceof Error ? cause.message : String(cause));
  }
  lastGood.set(theta);
  optimizer.update(state, theta, gradient, step);
  const wild = step === steps ? theta.find((value) => !Number.isFinite(value)) : undefined; // no gradient will tell
  if (wild !== undefined) throw diverged(run, step, `a parameter became ${wild}`);
  options.onProgress?.(reportOf(run, step));
}

function reportOf({ steps, elboTrace, gradient, theta }: Run, step: number): FitStep {
  return { step, steps, elbo: elboTrace[step - 1]!, gradient, theta };
}

function diverged({ sampler, steps, lastGood, elboTrace }: Run, step: number, reason: string): DivergenceError {
  return new DivergenceError(
    `fit: diverged at step ${step} of ${steps}: ${reason}; a smaller learning rate may help; the last good parameters are in this error`,
    step,
    unpackParameters(sampler.objective.guide.space, lastGood),
    elboTrace.slice(0, step - 1),
  );
}

function warningsFor(sampler: GradientSampler): string[] {
  const { estimator, model, objective } = sampler;
  const unseen = estimator.differentiates === false ? [] : unseenJumps(objective);
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

function consoleWarn(message: string): void {
  (globalThis as { console?: { warn?: (text: string) => void } }).console?.warn?.(message);
}
