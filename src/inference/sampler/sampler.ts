/**
 * A model's gradient under an estimator, ready to be sampled: the model is traced here, the estimator builds its nodes, and they
 * are compiled when they are first asked for. `means.ts` and `moments.ts` draw from it.
 */

import type { Tape } from "../../autodiff/tape/tape.ts";
import { refuseKind } from "../../autodiff/traced.ts";
import { analyseBoundaries, type BoundaryAnalysis } from "../../boundaries/find/boundaries.ts";
import { beyondCore, type Estimator, type EstimatorNodes } from "../../estimators/estimator.ts";
import type { GuideParameters } from "../../guides/guide.ts";
import type { NamedParameters } from "../../guides/named-parameters.ts";
import { inRange, objectiveOf } from "../../objective/objective.ts";
import { once } from "../../pieces/once.ts";
import { finished, type Later, later, type Pieces, piecesOf } from "../../pieces/pieces.ts";
import type { Model } from "../../program/model.ts";
import type { GuidedModel, Profile, SamplerOptions } from "../profile.ts";
import type { MeanGradient } from "./averaging.ts";
import { compileEachSample, type EachSample } from "./each-sample.ts";

export type { SamplerOptions };

export interface GradientSampler extends GuidedModel {
  readonly estimator: Estimator;
  readonly nodes: EstimatorNodes;
  /** Number of components of the gradient. */
  readonly size: number;
  /** Room for a mean of ℓ. */
  readonly elbo: Float64Array;
  /** The boundaries of the model; found on first call. */
  readonly analysis: () => BoundaryAnalysis;
  /** With a gradient and ℓ for every sample; compiled on first call. */
  readonly each: Later<EachSample>;
  /** With their means only, compiled on first call; undefined where estimator or profile ask for every sample. */
  readonly means: Later<MeanGradient> | undefined;
  /** Whether the samples of a gradient belong together. */
  readonly grouped: boolean;
}

/** Traces a model and builds its gradient under an estimator. */
export function makeSampler(
  profile: Profile,
  model: Model,
  estimator: Estimator,
  options?: SamplerOptions,
): GradientSampler {
  return finished(making(profile, model, estimator, options));
}

/** `makeSampler` in pieces. The program of the model is one of them. */
export function* making(
  profile: Profile,
  model: Model,
  estimator: Estimator,
  asked: SamplerOptions = {},
): Pieces<GradientSampler> {
  if (profile.sampler) return yield* profile.sampler(estimator, asked) as Pieces<GradientSampler>;
  const { guide: chosen, collapse = false, standardise, ...options } = asked;
  const { engine, repertoire, trace } = profile;
  const rewriting = collapse || standardise;
  if (rewriting && !profile.collapse) beyondCore("collapse", "collapse", rewriting, false);
  const whole = trace(model, estimator.graphOptions);
  yield;
  const collapsed = yield* profile.collapse?.("collapse", collapse, standardise).pieces(whole) ?? [];
  yield;
  const objective = objectiveOf(collapsed?.trace ?? whole, profile.guideOf?.(whole, chosen) ?? chosen);
  const analysis = once(() => analyseBoundaries(objective));
  yield;
  const nodes = yield* piecesOf(estimator.build, objective, repertoire, analysis);
  if (!Array.isArray(nodes?.gradient))
    refuseKind(`estimator "${estimator.name}"`, "a gradient", nodes?.gradient, "an array of nodes");
  const { gradient, reduction, adaptive, noise } = nodes;
  const value = inRange(objective, nodes.value ?? objective.value);
  const { averaging } = reduction || adaptive ? {} : profile;
  return {
    profile,
    model,
    estimator,
    objective,
    collapse,
    collapsed,
    nodes,
    size: gradient.length,
    elbo: new Float64Array(1),
    analysis,
    each: later(() => compileEachSample(engine, objective, nodes, value, options)),
    means: averaging && later(() => averaging(engine, objective, nodes, [...gradient, value], options)),
    grouped: noise !== undefined || reduction !== undefined,
  };
}

/** Compiles the gradient of a sampler, in pieces, unless it is compiled. */
export function* compiling({ means, each }: GradientSampler): Pieces<Tape> {
  const { tape } = yield* means ? means.pieces() : each.pieces();
  return tape;
}

/** Does what the first gradient at these parameters would do beside the gradient, in pieces. */
export function* preparing({ nodes: { derived = [] } }: GradientSampler, theta: Float64Array): Pieces<void> {
  for (const { prepare } of derived) if (prepare) yield* prepare(theta);
}

/** Parameters of a guide over all latents, by name where the profile knows that, as those of the guide over the latents that are kept. */
export function startOf(
  { objective: { trace, guide }, profile }: GradientSampler,
  params: NamedParameters | undefined,
): GuideParameters | undefined {
  const listed = params && (profile.listed?.(params, guide.space, trace) ?? (params as GuideParameters));
  return listed && (trace.kept?.(listed) ?? listed);
}
