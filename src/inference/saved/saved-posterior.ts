/**
 * Posteriors that can be kept: `JSON.stringify(posterior)` holds what a fit has found, and the model makes a posterior of it again, every
 * number of which is the same to the bit. The model itself is not saved, as a program is no data; it is told by a fingerprint.
 */
import { requireOptions } from "../../checks/options.ts";
import { fullRank } from "../../guides/full-rank.ts";
import { type Guide, type GuideSpace, parameterNames } from "../../guides/guide.ts";
import { meanField } from "../../guides/mean-field.ts";
import { objectiveOf } from "../../objective/objective.ts";
import type { Model } from "../../program/model.ts";
import type { Trace } from "../../program/run.ts";
import { asWritten, noiseNames } from "../../program/standardised.ts";
import type { CollapseOption } from "../collapse-option.ts";
import { linearResponse } from "../posterior/linear-response.ts";
import { posteriorOf } from "../posterior/making.ts";
import { othersOf } from "../posterior/others.ts";
import { type FittedParts, Posterior } from "../posterior.ts";
import type { GuidedModel, Profile } from "../profile.ts";
import { opened, requireSameModel, type Saved, sealed } from "./envelope.ts";
import type { EndedLoop, LoopState } from "./loop-state.ts";

export interface LoadOptions {
  /** The guide that was fitted, where it is none of `meanField()` and `fullRank()`. */
  readonly guide?: Guide | undefined;
}

/** How a posterior's model was traced, and the guide that was put over it. */
export interface SavedSetting {
  readonly guide: string;
  /** Of the full-rank guide, unless all are free: the pairs of latents. */
  readonly pairs?: readonly (readonly [string, string])[];
  readonly collapse: CollapseOption;
  /** The latents that the guide has by their noise, if there are some. */
  readonly standardise?: readonly string[];
  readonly pushIntoWhere: boolean;
  readonly parameters: readonly string[];
}

interface Content extends FittedParts {
  readonly setting: SavedSetting;
}

/** A posterior that can be made JSON of. */
export class SaveablePosterior extends Posterior {
  readonly #guided: GuidedModel;
  readonly #parts: FittedParts;

  constructor(guided: GuidedModel, { run, ...parts }: FittedParts) {
    const { theta, elboTrace, warnings, found, ...details } = parts;
    super(guided.objective.guide.space, theta, elboTrace, warnings, {
      ...details,
      others: othersOf(guided, found, details.weighing),
    });
    this.#guided = guided;
    this.#parts = run ? { ...parts, loop: loopStateOf(run) } : parts;
  }

  /**
   * The latents that the guide has by their noise, (x − location)/scale, as `standardise` of the fit has chosen them: `params`, `correlation` and
   * `covariance` are those of the noise. `estimateGradient(model, { params, standardise: posterior.standardised, … })` takes them.
   */
  get standardised(): string[] {
    return noiseNames(this.#guided.objective.trace);
  }

  /**
   * What was found, as JSON holds it: `JSON.stringify(posterior)`, `structuredClone(posterior.toJSON())`. `Posterior.from(model, json)` makes
   * the posterior of it again, to the bit.
   */
  toJSON(): Saved {
    const setting = settingOf(this.#guided);
    const content: Content = { ...this.#parts, setting };
    return sealed("posterior", programOf(this.#guided), content);
  }

  /**
   * Where the fit is, as JSON holds it: `fit(model, { resume: posterior.state })` goes on, a loop for so many further `steps`, and ends as one long run
   * would, bit for bit. TypeError for estimators that learn from step to step or that need every sample's gradient, and for what was loaded.
   */
  get state(): Saved {
    const { theta, elboTrace, loop } = this.#parts;
    const { memory } = this.#guided;
    if (!loop && memory) return memory.state();
    if (!loop)
      throw new TypeError(
        "state: nothing to go on from; got a fit whose estimator learns on its way or needs each sample, or one that was loaded, expected one by corrected()",
      );
    const setting = settingOf(this.#guided);
    return sealed("state", programOf(this.#guided), { theta, elboTrace, loop, setting });
  }

  /**
   * The covariance matrix of the latents in declaration order, on the unconstrained scale, row-major: the guide's, or with `linearResponse`
   * the one that the curvature of the ELBO at its maximum implies, exact where the posterior is normal.
   *
   *     fit(model, { guide: meanField() }).covariance({ linearResponse: true });
   *
   * Of that: RangeError where the density still jumps, where the posterior is a mixture of several optima, and where it is no maximum; TypeError
   * under a guide that is none of `meanField()` and `fullRank()`.
   */
  override covariance(options: CovarianceOptions = {}): Float64Array {
    const { linearResponse: isCorrected = false } = requireOptions("covariance", options, {
      linearResponse: "boolean",
    });
    if (!isCorrected) return super.covariance();
    const { theta, components = [] } = this.#parts;
    if (components.length > 1)
      throw new RangeError(
        `covariance: linear response is that of one optimum; got a mixture of ${components.length}, expected one`,
      );
    const setting = settingOf(this.#guided);
    return linearResponse(this.#guided, savedGuide("covariance", setting), theta);
  }
}

/** The trace that a model is told by: of the program on its data as numbers. */
export function programOf({ profile, objective }: GuidedModel): Trace {
  return profile.plainTrace?.(objective.graph) ?? asWritten(objective.trace);
}

/** How a covariance is found. */
export interface CovarianceOptions {
  /** Whether the guide's covariance is corrected by the curvature of the ELBO (default false). */
  readonly linearResponse?: boolean | undefined;
}

/** The posterior that was saved; the entry documents it. */
export function restored(profile: Profile, model: Model, json: unknown, options: LoadOptions = {}): Posterior {
  const caller = "Posterior.from";
  const { saved, content } = opened(caller, "posterior", model.name, json);
  const { setting, ...parts } = content as Content;
  const guided = guidedAgain(profile, model, setting, savedGuide(caller, setting, options.guide));
  const { trace, guide } = guided.objective;
  requireSameModel(caller, saved, asWritten(trace));
  requireShape(caller, guide.space, setting);
  return posteriorOf(guided, parts);
}

// The model as `makeSampler` has made it, without an estimator.
function guidedAgain(
  profile: Profile,
  model: Model,
  { collapse, standardise, pushIntoWhere }: SavedSetting,
  guide: Guide,
): GuidedModel {
  const whole = profile.trace(model, { pushIntoWhere });
  const collapsed = profile.collapse?.("collapse", collapse, standardise)(whole);
  return {
    profile,
    model,
    collapse,
    collapsed,
    objective: objectiveOf(collapsed?.trace ?? whole, profile.guideOf?.(whole, guide) ?? guide),
  };
}

// No state has what an estimator has learned on its way.
function loopStateOf({ steps, samples, options, sampler, optimizer, state }: EndedLoop): LoopState | undefined {
  const { estimator, nodes } = sampler;
  if (nodes.adaptive) return undefined;
  const { seed = 0 } = options;
  return { step: steps, samples, seed, estimator: estimator.name, optimizer: optimizer.name, moments: state };
}

/** The setting of a fit. */
export function settingOf({ objective, collapse }: GuidedModel): SavedSetting {
  const { guide, graph } = objective;
  const { space } = guide;
  const { name, pairs = [], latents } = space;
  const standardise = noiseNames(objective.trace);
  const inOrder = latents.flatMap((_, row) => Array.from({ length: row }, (_, column) => `${row} ${column}`));
  const isAll = inOrder.join() === pairs.map(({ row, column }) => `${row} ${column}`).join();
  return {
    guide: name,
    ...(!isAll && { pairs: pairs.map(({ row, column }) => [latents[column]!, latents[row]!] as const) }),
    collapse,
    ...(standardise.length > 0 && { standardise }),
    pushIntoWhere: graph.pushIntoWhere,
    parameters: parameterNames(space),
  };
}

/** The guide of a saved setting; TypeError where only its user knows it. */
export function savedGuide(caller: string, { guide, pairs }: SavedSetting, given?: Guide): Guide {
  if (given) return given;
  if (guide === "mean-field") return meanField();
  if (guide === "full-rank") return fullRank(pairs ? { pairs } : {});
  throw new TypeError(
    `${caller}: guide "${guide}" is not known; got no option \`guide\`, expected the one that was fitted`,
  );
}

/** Throws unless the guide has the parameters that were saved. */
export function requireShape(caller: string, space: GuideSpace, { guide, parameters }: SavedSetting): void {
  const names = parameterNames(space);
  const at = Array.from({ length: Math.max(names.length, parameters.length) }, (_, i) => i).find(
    (i) => names[i] !== parameters[i],
  );
  if (at !== undefined)
    throw new RangeError(
      `${caller}: saved is of another shape; got ${parameters.length} parameters (number ${at} "${parameters[at] ?? "none"}"), expected ${names.length} (number ${at} "${names[at] ?? "none"}")`,
    );
  if (space.name !== guide)
    throw new RangeError(`${caller}: saved is of another guide; got "${guide}", expected "${space.name}"`);
}
