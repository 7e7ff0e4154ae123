/**
 * Gradient samples: an estimator's nodes compiled to a tape, run over lanes of counter-based noise, summed in sample
 * order so that the result has the same bits for any number of lanes.
 */

import type { NodeId } from "../autodiff/ops.ts";
import { compileTape, runLanes, runUniform, type Tape } from "../autodiff/tape.ts";
import { analyseBoundaries, type BoundaryAnalysis } from "../estimators/boundaries.ts";
import type { Derived, Estimator, EstimatorNodes } from "../estimators/estimator.ts";
import { buildTarget, type Target } from "../estimators/target.ts";
import type { Model } from "../program/model.ts";
import { fillNormals, fillUniforms, type Generator } from "../random/index.ts";
import { nonFiniteError } from "./non-finite.ts";

export interface GradientSampler {
  readonly model: Model;
  readonly estimator: Estimator;
  readonly target: Target;
  readonly nodes: EstimatorNodes;
  readonly tape: Tape;
  /** Number of components of the gradient. */
  readonly size: number;
  /** The boundaries of the model; found on first call. */
  readonly analysis: () => BoundaryAnalysis;
  /** For each uniform input of the tape, the parameter it holds; −1 for a scheduled one. */
  readonly parameterOf: Int32Array;
  /** Derived inputs, with the offsets of what they read and fill. */
  readonly derived: readonly { readonly of: Derived; readonly reads: Int32Array; readonly nodes: Int32Array }[];
}

/** Which noise: the same draw gives the same samples. */
export interface Draw {
  readonly generator: Generator;
  readonly stream: number;
  readonly firstSample: number;
  readonly samples: number;
  /**
   * Samples that belong together (antithetic pairs, the points of one low-discrepancy set), default all of the draw;
   * ignored where the estimator's samples are independent.
   */
  readonly group?: number;
  /** The optimiser's step, from 0 (default 0); only estimators with a schedule look at it. */
  readonly step?: number;
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
  /** Room for the sums. */
  readonly scratch: {
    readonly group: Float64Array;
    readonly first: Float64Array;
    readonly sums: Float64Array;
    readonly squares: Float64Array;
  };
}

export interface SamplerOptions {
  /** Samples per pass over the tape; results do not depend on it. */
  readonly lanes?: number;
}

/** Traces a model and compiles its gradient under an estimator. */
export function makeSampler(model: Model, estimator: Estimator, options: SamplerOptions = {}): GradientSampler {
  const target = buildTarget(model, estimator.graphOptions);
  let found: BoundaryAnalysis | undefined;
  const analysis = (): BoundaryAnalysis => {
    found ??= analyseBoundaries(target);
    return found;
  };
  const nodes = estimator.build(target, analysis);
  const { graph, parameters } = target;
  const value = nodes.value ?? target.value;
  const laneInputs = [
    ...nodes.normals,
    ...nodes.choices.map(({ node }) => node),
    ...(nodes.derived ?? []).flatMap((derived) => derived.nodes),
  ];
  const tape = compileTape(graph, [...nodes.gradient, value], {
    laneInputs,
    ...(options.lanes !== undefined && { lanes: options.lanes }),
  });
  const index = new Map(parameters.map((node, i) => [node, i]));
  const parameterOf = Int32Array.from(tape.uniformInputs, ({ node }) => index.get(node) ?? -1);
  const place = new Map(laneInputs.map((node, i) => [node, tape.noiseOffset + i * tape.lanes]));
  const offsets = (inputs: readonly NodeId[]): Int32Array => Int32Array.from(inputs, (node) => place.get(node)!);
  const derived = (nodes.derived ?? []).map((of) => ({ of, reads: offsets(of.reads), nodes: offsets(of.nodes) }));
  return { model, estimator, target, nodes, tape, size: nodes.gradient.length, analysis, parameterOf, derived };
}

/**
 * Mean gradient over the samples of a draw, into out[0 … size − 1]; returns the mean of ℓ, the ELBO estimate.
 *
 * Throws RangeError naming the site if anything is not finite. Allocates nothing.
 */
export function meanGradientInto(out: Float64Array, sampler: GradientSampler, theta: Float64Array, draw: Draw): number {
  const { tape, size } = sampler;
  const { outputs, slots, lanes } = tape;
  setParameters(sampler, theta, draw.step ?? 0);
  out.fill(0, 0, size);
  let elbo = 0;
  for (let done = 0; done < draw.samples; done += lanes) {
    const n = Math.min(lanes, draw.samples - done);
    fillNoise(sampler, draw, done, n);
    fillDerived(sampler, theta, n);
    runLanes(tape, n);
    for (let p = 0; p < size; p++) {
      const { offset, lane } = outputs[p]!;
      out[p] = lane ? runningSum(out[p]!, slots, offset, n) : slots[offset]! * draw.samples;
    }
    const { offset, lane } = outputs[size]!;
    elbo = lane ? runningSum(elbo, slots, offset, n) : slots[offset]! * draw.samples;
  }
  elbo /= draw.samples;
  let finite = Number.isFinite(elbo);
  for (let p = 0; p < size; p++) {
    out[p] = out[p]! / draw.samples;
    if (!Number.isFinite(out[p]!)) finite = false;
  }
  if (!finite) throw nonFiniteError(sampler, theta, draw);
  return elbo;
}

/** Mean and variance over the samples of a draw. `moments.mean` and `.variance` have size + 1 entries, ℓ last. */
export function momentsInto(moments: Moments, sampler: GradientSampler, theta: Float64Array, draw: Draw): void {
  const { tape, size, estimator } = sampler;
  const { outputs, slots, lanes } = tape;
  const { mean, variance } = moments;
  const { group, first, sums, squares } = moments.scratch;
  const together = estimator.noise === undefined ? 1 : Math.min(draw.group ?? draw.samples, draw.samples);
  const groups = Math.floor(draw.samples / together);
  sums.fill(0);
  squares.fill(0);
  setParameters(sampler, theta, draw.step ?? 0);
  let counted = 0; // groups so far
  let inGroup = 0;
  for (let done = 0; done < groups * together; done += lanes) {
    const n = Math.min(lanes, groups * together - done);
    fillNoise(sampler, draw, done, n);
    fillDerived(sampler, theta, n);
    runLanes(tape, n);
    for (let i = 0; i < n; i++) {
      if (inGroup === 0) group.fill(0);
      for (let p = 0; p <= size; p++) group[p]! += slots[outputs[p]!.offset + (outputs[p]!.lane ? i : 0)]!;
      if (++inGroup < together) continue;
      inGroup = 0;
      let square = 0;
      for (let p = 0; p <= size; p++) {
        group[p]! /= together;
        if (p < size) square += group[p]! ** 2;
      }
      group[size + 1] = Math.sqrt(square);
      // About the first group, so that little cancels.
      if (counted++ === 0) first.set(group);
      for (let p = 0; p < size + 2; p++) {
        const d = group[p]! - first[p]!;
        sums[p]! += d;
        squares[p]! += d * d;
      }
    }
  }
  const spread = (index: number): number =>
    groups > 1 ? (together * Math.max(0, squares[index]! - sums[index]! ** 2 / groups)) / (groups - 1) : NaN;
  for (let p = 0; p <= size; p++) {
    mean[p] = first[p]! + sums[p]! / groups;
    variance[p] = spread(p);
    if (!Number.isFinite(mean[p]!)) throw nonFiniteError(sampler, theta, draw);
  }
  moments.normVariance = spread(size + 1);
}

/** Room for the moments of a sampler. */
export function makeMoments({ size }: GradientSampler): Moments {
  const room = (): Float64Array => new Float64Array(size + 2);
  return {
    mean: new Float64Array(size + 1),
    variance: new Float64Array(size + 1),
    normVariance: 0,
    scratch: { group: room(), first: room(), sums: room(), squares: room() },
  };
}

function setParameters({ tape, nodes, parameterOf }: GradientSampler, theta: Float64Array, step: number): void {
  for (let i = 0; i < parameterOf.length; i++) {
    const { node, offset } = tape.uniformInputs[i]!;
    if (parameterOf[i]! >= 0) tape.slots[offset] = theta[parameterOf[i]!]!;
    else for (const input of nodes.scheduled ?? []) if (input.node === node) tape.slots[offset] = input.at(step);
  }
  runUniform(tape);
}

function fillNoise({ tape, nodes, estimator }: GradientSampler, draw: Draw, done: number, n: number): void {
  const { slots, noiseOffset, lanes } = tape;
  const first = draw.firstSample + done;
  const fill = estimator.noise?.fill ?? fillNormals;
  fill(
    slots,
    noiseOffset,
    lanes,
    draw.generator,
    draw.stream,
    first,
    n,
    nodes.normals.length,
    draw.group ?? draw.samples,
  );
  const offset = noiseOffset + nodes.normals.length * lanes;
  fillUniforms(slots, offset, lanes, draw.generator, draw.stream, first, n, nodes.choices.length);
  for (let c = 0; c < nodes.choices.length; c++) {
    const { count } = nodes.choices[c]!;
    for (let i = 0; i < n; i++) {
      const at = offset + c * lanes + i;
      slots[at] = Math.floor(slots[at]! * count);
    }
  }
}

function fillDerived({ tape, derived }: GradientSampler, theta: Float64Array, n: number): void {
  for (const { of, reads, nodes } of derived)
    for (let lane = 0; lane < n; lane++) of.fill(tape.slots, reads, nodes, lane, theta);
}

function runningSum(from: number, values: Float64Array, offset: number, n: number): number {
  let sum = from;
  for (let i = 0; i < n; i++) sum += values[offset + i]!;
  return sum;
}
