/**
 * Gradient samples: an estimator's nodes compiled to a tape, run over lanes of counter-based noise, summed in sample
 * order so that the result has the same bits for any number of lanes.
 */

import type { Backend, Place } from "../autodiff/lanes/interpreter/interpreter.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import { addOutputsInto, compileTape, runLanes, runUniform, type Tape } from "../autodiff/tape/tape.ts";
import { analyseBoundaries, type BoundaryAnalysis } from "../boundaries/find/boundaries.ts";
import type { Derived, Estimator, EstimatorNodes, GroupSums } from "../estimators/estimator.ts";
import { buildTarget, inRange, type Target } from "../objective/objective.ts";
import type { Model } from "../program/model.ts";
import { fillNormals, type Generator } from "../random/index.ts";
import type { MeanGradient } from "./averaging.ts";

export interface GradientSampler {
  readonly model: Model;
  readonly estimator: Estimator;
  readonly target: Target;
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

/** A tape, and what fills its inputs. */
export interface Engine {
  readonly tape: Tape;
  /** Derived inputs, with the offsets of what they read and fill. */
  readonly derived: readonly { readonly of: Derived; readonly reads: Int32Array; readonly nodes: Int32Array }[];
}

interface EachSample extends Engine {
  /** Sums over a group of the gradient and ℓ, and those of the estimator's own reduction. */
  readonly sums: Float64Array;
  readonly groupSums: GroupSums | undefined;
  /** Where an estimator that adapts finds what it learns from. */
  readonly learned: readonly Place[];
}

/** Which noise: the same draw gives the same samples. */
export interface Draw {
  readonly generator: Generator;
  readonly stream: number;
  readonly firstSample: number;
  readonly samples: number;
  /**
   * Samples that belong together (antithetic pairs, the points of one low-discrepancy set, samples that are each other's
   * baseline), default all of the draw; ignored where the estimator's samples are independent.
   */
  readonly group?: number;
  /** The optimiser's step, from 0 (default 0); only estimators with a schedule look at it. */
  readonly step?: number;
  /** Whether an estimator that adapts learns from these samples for later draws (default false). */
  readonly adapt?: boolean;
}

/** Mean and variance over samples of the gradient and, last, of ℓ. */
export interface Moments {
  readonly mean: Float64Array;
  /**
   * Per component, the unbiased variance of a single sample; for samples in groups, the size of a group times the
   * variance of a group's mean: what a single independent sample would need to have.
   */
  readonly variance: Float64Array;
  /** The same for the Euclidean norm of the gradient. */
  normVariance: number;
}

export interface SamplerOptions {
  /** Samples per pass over the tape; results do not depend on it. */
  readonly lanes?: number | undefined;
  /** What runs the tape; results do not depend on it. */
  readonly backend?: Backend | undefined;
  /** How many samples are to be run, if known; changes speed only. */
  readonly expectedSamples?: number;
}

/** Traces a model and compiles its gradient under an estimator. */
export function makeSampler(model: Model, estimator: Estimator, options: SamplerOptions = {}): GradientSampler {
  const target = buildTarget(model, estimator.graphOptions);
  const analysis = once(() => analyseBoundaries(target));
  const nodes = estimator.build(target, analysis);
  const { graph } = target;
  const value = inRange(target, nodes.value ?? target.value);
  const { gradient, normals, reduction, adaptive, derived = [] } = nodes;
  const size = gradient.length;
  const laneInputs = [...normals, ...derived.flatMap((filled) => filled.nodes)];
  const each = once((): EachSample => {
    const reads = reduction?.reads ?? [];
    const tape = compileTape(graph, [...gradient, value, ...reads, ...(adaptive?.reads ?? [])], {
      laneInputs,
      parameters: target.parameters,
      ...options,
    });
    const { slots, outputs } = tape;
    const afterReads = size + 1 + reads.length;
    return {
      ...engineOf(tape, laneInputs, derived),
      sums: new Float64Array(size + 1),
      groupSums: reduction?.over(slots, outputs, outputs.slice(size + 1, afterReads)),
      learned: outputs.slice(afterReads),
    };
  });
  const averaging = reduction || adaptive ? undefined : model.averaging;
  const means = averaging && once(() => averaging(target, [...gradient, value], laneInputs, derived, options));
  return {
    model,
    estimator,
    target,
    nodes,
    size,
    elbo: new Float64Array(1),
    analysis,
    each,
    means,
    grouped: estimator.noise !== undefined || reduction !== undefined,
  };
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

/** A tape with what fills its inputs, given the lane inputs that it was compiled with. */
export function engineOf(tape: Tape, laneInputs: readonly NodeId[] = [], derived: readonly Derived[] = []): Engine {
  const place = new Map(laneInputs.map((node, i) => [node, tape.noiseOffset + i * tape.stride]));
  const offsets = (inputs: readonly NodeId[]): Int32Array => Int32Array.from(inputs, (node) => place.get(node)!);
  return {
    tape,
    derived: derived.map((of) => ({ of, reads: offsets(of.reads), nodes: offsets(of.nodes) })),
  };
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

/**
 * Mean and variance over the samples of a draw. `moments.mean` and `.variance` have size + 1 entries, ℓ last. `onGroup` sees
 * the mean gradient of each group, or sample, in turn; the array changes with the next one.
 */
export function momentsInto(
  moments: Moments,
  sampler: GradientSampler,
  theta: Float64Array,
  draw: Draw,
  onGroup?: (gradient: Float64Array) => void,
): void {
  const { size, nodes } = sampler;
  const each = sampler.each();
  const { lanes } = each.tape;
  const { mean, variance } = moments;
  const together = sampler.grouped ? Math.min(draw.group ?? draw.samples, draw.samples) : 1;
  nodes.reduction?.require("momentsInto", together);
  const groups = Math.floor(draw.samples / together);
  // The gradient, ℓ and the gradient's norm: of a group, and sums about the first group, so that little cancels.
  const room = (): Float64Array => new Float64Array(size + 2);
  const [group, first, sums, squares] = [room(), room(), room(), room()];
  setParameters(each, nodes, theta, draw.step ?? 0);
  let inGroup = 0; // samples of the present group so far
  for (let done = 0; done < groups * together; done += lanes) {
    const n = Math.min(lanes, groups * together - done);
    runSamples(each, sampler, theta, draw, draw.firstSample + done, n);
    for (let i = 0; i < n; ) {
      const end = Math.min(n, i + together - inGroup);
      addLanes(each, size, i, end, inGroup === 0);
      inGroup += end - i;
      i = end;
      if (inGroup < together) continue;
      inGroup = 0;
      group[size] = finishInto(group, each, size, together);
      let square = 0;
      for (let p = 0; p < size; p++) square += group[p]! * group[p]!;
      group[size + 1] = Math.sqrt(square);
      onGroup?.(group);
      if (done + i === together) first.set(group);
      for (let p = 0; p < size + 2; p++) {
        const d = group[p]! - first[p]!;
        sums[p]! += d;
        squares[p]! += d * d;
      }
    }
  }
  for (let p = 0; p < size + 2; p++) {
    const sumOfSquares = Math.max(0, squares[p]! - (sums[p]! * sums[p]!) / groups);
    const spread = groups > 1 ? (together * sumOfSquares) / (groups - 1) : NaN;
    if (p > size) moments.normVariance = spread;
    else {
      mean[p] = first[p]! + sums[p]! / groups;
      variance[p] = spread;
      if (!Number.isFinite(mean[p]!)) throw nonFiniteError(sampler, theta, draw);
    }
  }
}

/** Room for the moments of a sampler. */
export function makeMoments({ size }: GradientSampler): Moments {
  return { mean: new Float64Array(size + 1), variance: new Float64Array(size + 1), normVariance: 0 };
}

/** Sets the uniform inputs that are parameters or follow a schedule, and computes the uniform values. */
export function setParameters({ tape }: Engine, nodes: EstimatorNodes, theta: Float64Array, step: number): void {
  const { slots, uniformInputs } = tape;
  slots.set(theta, uniformInputs[0]?.offset);
  if (nodes.scheduled)
    for (const { node, at } of nodes.scheduled)
      for (const input of uniformInputs) if (input.node === node) slots[input.offset] = at(step);
  runUniform(tape);
}

/** Runs n ≤ lanes samples of a draw, from `first` on. */
export function runSamples(
  { tape, derived }: Engine,
  { nodes, estimator }: GradientSampler,
  theta: Float64Array,
  draw: Draw,
  first: number,
  n: number,
): void {
  const { slots, noiseOffset, stride, executable } = tape;
  const { generator, stream, group = draw.samples } = draw;
  const { rowFill, fillNormals: ownFill = fillNormals } = executable;
  (estimator.noise?.fill ?? ownFill)(
    slots,
    noiseOffset,
    stride,
    generator,
    stream,
    first,
    n,
    nodes.normals.length,
    group,
    rowFill,
  );
  for (let j = 0; j < derived.length; j++) {
    const { of, reads, nodes } = derived[j]!;
    of.fill(slots, reads, nodes, n, theta, generator, stream, first);
  }
  runLanes(tape, n);
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
function addLanes({ tape, sums, groupSums }: EachSample, size: number, from: number, to: number, first: boolean): void {
  if (first) sums.fill(0);
  addOutputsInto(sums, tape, from, to, size + 1);
  groupSums?.add(from, to, first);
}

// The gradient of a group of n samples from its sums; returns its mean of ℓ.
function finishInto(out: Float64Array, each: EachSample, size: number, n: number): number {
  for (let p = 0; p < size; p++) out[p] = meanOf(each, p, n);
  each.groupSums?.finish(out, n);
  return meanOf(each, size, n);
}

function nonFiniteError({ model, estimator, target, nodes }: GradientSampler, theta: Float64Array, draw: Draw): Error {
  const dimensions = nodes.normals.length;
  return new RangeError(
    model.diagnosis?.(target, { ...draw, theta, estimator, dimensions }) ??
      `model "${model.name}": ELBO or gradient by ${estimator.name} is not finite; a model of nondiff instead of nondiff/core names the site`,
  );
}

function meanOf({ tape, sums }: EachSample, p: number, n: number): number {
  const { offset, lane } = tape.outputs[p]!;
  return lane ? sums[p]! / n : tape.slots[offset]!;
}
