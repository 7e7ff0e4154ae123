import type { Place } from "../autodiff/tape/executable.ts";
import { addOutputsInto, compileTape } from "../autodiff/tape/tape.ts";
import { analyseBoundaries, type BoundaryAnalysis } from "../boundaries/find/boundaries.ts";
import type { Estimator, EstimatorNodes, GroupSums } from "../estimators/estimator.ts";
import { laneInputsOf } from "../objective/noise.ts";
import { buildObjective, inRange, type Objective } from "../objective/objective.ts";
import type { Model } from "../program/model.ts";
import type { Generator } from "../random/index.ts";
import type { MeanGradient, SamplerOptions } from "./averaging.ts";
import type { Profile } from "./profile.ts";
import { type Draw, runSamples, type SampleTape, sampleTapeOf, setParameters } from "./sample-run.ts";

export interface GradientSampler {
  readonly profile: Profile;
  readonly model: Model;
  readonly estimator: Estimator;
  readonly objective: Objective;
  readonly nodes: EstimatorNodes;
  /** Number of components of the gradient. */
  readonly size: number;
  /** Room for a mean of ℓ. */
  readonly elbo: Float64Array;
  /** The boundaries of the model; found on first call. */
  readonly analysis: () => BoundaryAnalysis;
  /** With a gradient and ℓ for every sample; compiled on first call. */
  readonly each: () => EachSample;
  /** With their means only, compiled on first call; undefined where estimator or model ask for every sample. */
  readonly means: (() => MeanGradient) | undefined;
  /** Whether the samples of a gradient belong together. */
  readonly grouped: boolean;
}

export interface EachSample extends SampleTape {
  /** Sums over a group of the gradient and ℓ, and those of the estimator's own reduction. */
  readonly sums: Float64Array;
  readonly groupSums: GroupSums | undefined;
  /** Where an estimator that adapts finds what it learns from. */
  readonly learned: readonly Place[];
}

/** Traces a model and compiles its gradient under an estimator. */
export function makeSampler(
  profile: Profile,
  model: Model,
  estimator: Estimator,
  { guide, ...options }: SamplerOptions = {},
): GradientSampler {
  const { engine, repertoire } = profile;
  const objective = buildObjective(model, estimator.graphOptions, guide);
  const analysis = once(() => analyseBoundaries(objective));
  const nodes = estimator.build(objective, repertoire, analysis);
  const { graph } = objective;
  const value = inRange(objective, nodes.value ?? objective.value);
  const { gradient, reduction, adaptive } = nodes;
  const size = gradient.length;
  const each = once((): EachSample => {
    const reads = reduction?.reads ?? [];
    const tape = compileTape(graph, [...gradient, value, ...reads, ...(adaptive?.reads ?? [])], {
      laneInputs: laneInputsOf(nodes),
      parameters: objective.parameters,
      engine,
      ...options,
    });
    const { slots, outputs } = tape;
    const afterReads = size + 1 + reads.length;
    return {
      ...sampleTapeOf(tape, nodes),
      sums: new Float64Array(size + 1),
      groupSums: reduction?.over(slots, outputs, outputs.slice(size + 1, afterReads)),
      learned: outputs.slice(afterReads),
    };
  });
  const { averaging } = reduction || adaptive ? {} : profile;
  const means = averaging && once(() => averaging(engine, objective, nodes, [...gradient, value], options));
  return {
    profile,
    model,
    estimator,
    objective,
    nodes,
    size,
    elbo: new Float64Array(1),
    analysis,
    each,
    means,
    grouped: nodes.noise !== undefined || reduction !== undefined,
  };
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

/**
 * Mean gradient over the samples of a draw, into out[0 … size − 1]; returns the mean of ℓ, the ELBO estimate.
 *
 * Throws RangeError naming the site if anything is not finite. Allocates nothing.
 */
export function meanGradientInto(out: Float64Array, sampler: GradientSampler, theta: Float64Array, draw: Draw): number {
  meansInto(out, sampler.elbo, 0, sampler, theta, draw);
  return sampler.elbo[0]!;
}

/** `meanGradientInto` with the mean of ℓ to elbos[at]: an engine that does not inline a function boxes the number it returns. */
export function meansInto(
  out: Float64Array,
  elbos: Float64Array,
  at: number,
  sampler: GradientSampler,
  theta: Float64Array,
  draw: Draw,
): void {
  const { size, nodes, means } = sampler;
  nodes.reduction?.require("meanGradientInto", draw.samples);
  if (means) means().into(out, elbos, at, sampler, theta, draw);
  else elbos[at] = meanOfEach(out, sampler, theta, draw);
  let finite = Number.isFinite(elbos[at]);
  for (let p = 0; p < size; p++) if (!Number.isFinite(out[p]!)) finite = false;
  if (!finite) throw nonFiniteError(sampler, theta, draw);
}

function meanOfEach(out: Float64Array, sampler: GradientSampler, theta: Float64Array, draw: Draw): number {
  const { nodes, size } = sampler;
  const each = sampler.each();
  const { tape, learned } = each;
  setParameters(each, nodes, theta, draw.step ?? 0);
  for (let done = 0; done < draw.samples; done += tape.lanes) {
    const n = Math.min(tape.lanes, draw.samples - done);
    runSamples(each, sampler, theta, draw, draw.firstSample + done, n);
    addLanes(each, size, 0, n, done === 0);
    if (draw.adapt) nodes.adaptive?.learn(tape.slots, learned, n);
  }
  if (draw.adapt) nodes.adaptive?.update();
  return finishInto(out, each, size, draw.samples);
}

/** Lets an estimator that adapts learn at theta; does nothing for others. Not finite: left to the gradient to report. */
export function pilot(sampler: GradientSampler, theta: Float64Array, generator: Generator, step: number): void {
  const { nodes } = sampler;
  if (!nodes.adaptive) return;
  const each = sampler.each();
  setParameters(each, nodes, theta, step);
  nodes.adaptive.pilot(each.tape, each.learned, (stream, samples, first, n) => {
    runSamples(each, sampler, theta, { generator, stream, firstSample: 0, samples }, first, n);
  });
}

// Adds lanes from … to − 1 to the sums of a group, which they begin if `first`.
export function addLanes(
  { tape, sums, groupSums }: EachSample,
  size: number,
  from: number,
  to: number,
  first: boolean,
): void {
  if (first) sums.fill(0);
  addOutputsInto(sums, tape, from, to, size + 1);
  groupSums?.add(from, to, first);
}

// The gradient of a group of n samples from its sums; returns its mean of ℓ.
export function finishInto(out: Float64Array, each: EachSample, size: number, n: number): number {
  for (let p = 0; p < size; p++) out[p] = meanOf(each, p, n);
  each.groupSums?.finish(out, n);
  return meanOf(each, size, n);
}

export function nonFiniteError(
  { profile, model, estimator, objective, nodes }: GradientSampler,
  theta: Float64Array,
  draw: Draw,
): Error {
  const dimensions = nodes.normals.length;
  return new RangeError(
    profile.diagnosis?.(objective, { ...draw, theta, estimator, noise: nodes.noise, dimensions }) ??
      `model "${model.name}": ELBO or gradient by ${estimator.name} is not finite; fitted by nondiff instead of nondiff/core, the message names the site`,
  );
}

function meanOf({ tape, sums }: EachSample, p: number, n: number): number {
  const { offset, lane } = tape.outputs[p]!;
  return lane ? sums[p]! / n : tape.slots[offset]!;
}
