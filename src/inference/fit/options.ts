/** Types of what a fit is asked and of what it tells on its way, and the error of a fit that met a number that is not finite. */

import type { Backend } from "../../autodiff/tape/executable.ts";
import { type OptionTable, requireOptions } from "../../checks/options.ts";
import type { Estimator } from "../../estimators/estimator.ts";
import type { FittedParameters, Guide, GuideParameters } from "../../guides/guide.ts";
import type { NamedParameters } from "../../guides/named-parameters.ts";
import type { StandardiseOption } from "../../program/standardised.ts";
import type { CollapseOption } from "../collapse-option.ts";
import type { Optimizer } from "../optimizers.ts";
import type { Saved } from "../saved/envelope.ts";
import type { FitStage } from "./climb/ascent.ts";

/** The part of the platform's AbortSignal that is used. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason?: unknown;
}

/**
 * Options of a fit. Without `optimizer` and `steps` the fit chooses its steps and ends when it is `tolerance` nats below the best
 * ELBO near it; with one of the two it is a plain loop of that optimiser and so many steps.
 */
export interface FitOptions {
  /** Default corrected(). */
  readonly estimator?: Estimator | undefined;
  /**
   * What is fitted: `meanField()`, independent normals, `fullRank()`, correlated ones, or "auto" (default): correlated ones where the density
   * does not jump, for up to 40 latents, else independent ones. The loop, and `nondiff/core`, take independent ones unless told.
   */
  readonly guide?: Guide | "auto" | undefined;
  /**
   * Latents to sum out of the model before the guide is put over the others: "auto" (default of a fit by corrected()), all that reach the
   * model only through conditions; false (default of the loop and of other estimators), none but discrete ones; or a choice.
   */
  readonly collapse?: CollapseOption | undefined;
  /**
   * Which latents the guide has by their noise, (x − location)/scale: "auto" (default of a fit that chooses its guide and start), those
   * whose scale depends on other latents where the ELBO is higher so; false, none; or their names.
   */
  readonly standardise?: StandardiseOption | undefined;
  /** How many nats below the best ELBO around it the fit may end (default 0.05). */
  readonly tolerance?: number | undefined;
  /** Most samples of the guide that gradients are taken at, all starts together (default 200,000, or fewer where one takes more than 50,000 instructions: 10¹⁰ in all, and 8,000 at least). */
  readonly maxSamples?: number | undefined;
  /** Most milliseconds, from the call on (default no end): the fit ends after the gradient that is then being taken, with what it has. */
  readonly timeBudget?: number | undefined;
  /** The clock of `timeBudget`, in milliseconds; default that of the platform. `nondiff/core` has none unless it is given one. */
  readonly now?: (() => number) | undefined;
  /** Further starts after the first one, half from wide guides, half from draws of the prior (default 4). */
  readonly restarts?: number | undefined;
  /** Whether to look beyond conditions that the guide has decided: "auto" (default) where there are some, or false. */
  readonly flips?: "auto" | false | undefined;
  /** Of the loop: what makes a step of a gradient (default adam({ learningRate: 0.01 })). */
  readonly optimizer?: Optimizer | undefined;
  /** Of the loop: how many steps (default 2000). */
  readonly steps?: number | undefined;
  /** Samples per gradient: of the loop (default 16), else of the first phase alone (default 32). */
  readonly samples?: number | undefined;
  /** Same seed, same fit, bit for bit on one engine (default 0). */
  readonly seed?: number | undefined;
  /** What computes the gradient, such as wasm() of nondiff/wasm; changes speed only (default the interpreter). */
  readonly backend?: Backend | undefined;
  /**
   * Where to start; default the model's own `init`, else each prior's mean and sd, else 0 and 1, without correlations. Arrays in the order of
   * declaration, or numbers by name: `{ mu: { z: 3 } }` starts z at 3 and leaves the rest as it is.
   */
  readonly init?: GuideParameters | NamedParameters | undefined;
  /**
   * The `state` of a posterior of the same model, from where the fit goes on as one long run would, bit for bit: a loop for `steps` further steps, so that
   * 100 and then 100 more are 200; a fit that chooses its steps until it ends, with `maxSamples` that count those before. Optimiser and estimator are to be
   * the same; guide, `collapse`, `samples`, `seed` and, unless they are given, `tolerance`, `restarts` and `flips` are those of the state.
   */
  readonly resume?: Saved | string | undefined;
  /** Called after every step. */
  readonly onProgress?: ((step: FitStep) => void) | undefined;
  /** Called with what the user should know; default `console.warn` where there is a console. */
  readonly onWarning?: ((message: string) => void) | undefined;
  /** Stops the fit before its next step: it throws (`fitAsync` rejects with) the signal's reason. */
  readonly signal?: AbortSignalLike | undefined;
}

/** The options of a fit, for who checks them. */
export const FIT_OPTIONS: OptionTable<FitOptions> = {
  estimator: "any",
  guide: "any",
  collapse: "any",
  standardise: "any",
  tolerance: "any",
  maxSamples: "any",
  timeBudget: "number",
  now: "function",
  restarts: "any",
  flips: "any",
  optimizer: "any",
  steps: "any",
  samples: "any",
  seed: "any",
  backend: "object",
  init: "object",
  resume: "any",
  onProgress: "function",
  onWarning: "function",
  signal: "object",
};

/** Throws TypeError or RangeError unless these are options of a fit. */
export function requireFitOptions(options: FitOptions): void {
  const { signal } = requireOptions("fit", options, FIT_OPTIONS);
  if (signal !== undefined && typeof signal.aborted !== "boolean")
    throw new TypeError("fit: signal is none; got an object, expected an AbortSignal");
}

/** The state after one gradient. The arrays are those of the fit and change with the next step: copy what you keep. */
export interface FitStep {
  /** Counts gradients, from 1. */
  readonly step: number;
  /** How many there will be; Infinity where the fit decides. */
  readonly steps: number;
  /** ELBO estimate at the parameters that the gradient was taken at; NaN where a trial step left the range of the density. */
  readonly elbo: number;
  readonly gradient: Float64Array;
  /** The guide's parameters: of the loop those after the step, else those that the gradient was taken at; under mean field [μ…, ρ…]. */
  readonly theta: Float64Array;
  /** What the gradient was for; absent in the loop. */
  readonly stage?: FitStage;
  /** Samples so far; absent in the loop. */
  readonly samples?: number;
  /** The last estimate of how many nats the ELBO can still gain nearby, once there is one. */
  readonly gap?: number | undefined;
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

/** Tells of a step. Throws TypeError for the promise that an asynchronous function gives: nobody waits for it, and what it rejects with would be no error of the fit. */
export function tell({ onProgress }: FitOptions, step: FitStep): void {
  const answer: unknown = onProgress?.(step);
  if (!(answer instanceof Promise)) return;
  answer.catch(() => undefined);
  throw new TypeError("fit: onProgress is asynchronous; got a promise, expected it to return at once");
}

/** Throws the signal's reason if it has been aborted. */
export function throwIfAborted({ signal }: FitOptions): void {
  if (signal?.aborted) throw signal.reason ?? new Error("fit: aborted");
}

/** Tells the user: `onWarning`, else the console where there is one. */
export function warn({ onWarning = consoleWarn }: Pick<FitOptions, "onWarning">, message: string): void {
  onWarning(message);
}

function consoleWarn(message: string): void {
  (globalThis as { console?: { warn?: (text: string) => void } }).console?.warn?.(message);
}
