/**
 * Work goes to a worker as JSON, and its result comes back as such: which model it is of, by name and fingerprint, what is to be computed, and a checksum. Both
 * survive `JSON.stringify` and `structuredClone` to the bit.
 */
import type { Estimator } from "../estimators/estimator.ts";
import { FURTHER_STEPS } from "../inference/fit/course.ts";
import { CHUNK } from "../inference/sampler/averaging.ts";
import type { Draw } from "../inference/sampler/draw.ts";
import type { GradientSampler } from "../inference/sampler/sampler.ts";
import { canonical, encoded } from "../inference/saved/encoding.ts";
import { opened, type Saved, sealedOf } from "../inference/saved/envelope.ts";
import { fingerprintOf, modelFingerprint, nodesFingerprint } from "../inference/saved/fingerprint.ts";
import { programOf, type SavedSetting, settingOf } from "../inference/saved/saved-posterior.ts";
import type { Subtree } from "../math/balanced-tree.ts";

/**
 * A part of a computation, which whoever has the model can do. `model` is its name and `fingerprint` another one after any change of its
 * program or data; what is in `content` is for `runShard`.
 */
export type Shard = Saved;

/** What came of a shard: sums over its part of the samples. */
export type Partial = Saved;

/** By what a worker makes the gradient that is meant, and sees whether it has. */
export interface Making {
  readonly setting: SavedSetting;
  readonly estimator: string;
  /** Of the model, and of the gradient that the estimator has built. */
  readonly program: string;
  readonly gradient: string;
}

/** Chunks from … to − 1 of all `chunks`. */
export interface Range {
  readonly from: number;
  readonly to: number;
  readonly chunks: number;
}

/** Samples of an estimate, in chunks of `chunk` samples. */
export interface EstimateWork {
  readonly kind: "estimate";
  readonly making: Making;
  readonly theta: Float64Array;
  readonly seed: number;
  readonly step: number;
  readonly group: number;
  readonly samples: number;
  readonly chunk: number;
  readonly range: Range;
}

/** What of a fit's options its gradients and further starts depend on. */
interface FitSetting {
  readonly seed: number;
  readonly samples: number;
  readonly tolerance: number;
}

/** Points of a gradient of a fit, in chunks. */
export interface GradientWork {
  readonly kind: "gradient";
  readonly making: Making;
  readonly fit: FitSetting;
  readonly theta: Float64Array;
  readonly draw: Required<Pick<Draw, "stream" | "firstSample" | "samples" | "group">>;
  readonly range: Range;
}

/** The first phase of a further start of a fit. */
export interface StartWork {
  readonly kind: "start";
  readonly making: Making;
  readonly fit: FitSetting;
  readonly start: number;
}

export type Work = EstimateWork | GradientWork | StartWork;

/** Gradients by their points and parameters, each an ELBO and a gradient. */
export interface StartGradients {
  readonly kind: "start";
  readonly keys: readonly string[];
  readonly gradients: Float64Array;
}

/** The sums over a range of chunks, as whole subtrees. */
export interface PartialSums {
  readonly kind: "estimate" | "gradient";
  /** The fingerprint of what was asked, less the range: those of one computation have one. */
  readonly of: string;
  readonly range: Range;
  /** Samples that count as one: those of a group. */
  readonly together: number;
  readonly sums: readonly Subtree<Float64Array>[];
}

/** What a worker is to make. */
export function makingOf(sampler: GradientSampler): Making {
  const { objective, estimator, nodes } = sampler;
  return {
    setting: settingOf(sampler),
    estimator: estimator.name,
    program: modelFingerprint(programOf(sampler)),
    gradient: nodesFingerprint(objective.graph, nodes.gradient),
  };
}

/** Throws unless an estimator goes by the name of the one that is meant. */
export function requireEstimator(caller: string, { estimator }: Making, { name }: Estimator): void {
  if (name !== estimator)
    throw new RangeError(`${caller}: shard is of another estimator; got "${estimator}", expected "${name}"`);
}

/** A shard of a model. */
export function shardOf(model: string, work: Work): Shard {
  return sealedOf("shard", model, work.making.program, work);
}

/** What a shard asks for; TypeError or RangeError, each by name, for what is none, damaged or of another model. */
export function workOf(caller: string, model: string, shard: unknown): Work {
  return opened(caller, "shard", model, shard).content as Work;
}

/** The name of the model that a shard or partial sums, or their text, are of; undefined where there is none. */
export function modelNameIn(given: unknown): unknown {
  if (typeof given !== "string") return (Object(given) as { readonly model?: unknown }).model;
  const found = /"model"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(given)?.[1];
  return found === undefined ? undefined : JSON.parse(found);
}

/** How many samples a shard takes to compute, as far as its text says. */
export function samplesIn(work: Work): number {
  if (work.kind === "start") return FURTHER_STEPS * 2 * work.fit.samples;
  const { from, to } = work.range;
  // The points of a fit's gradient are drawn as one set.
  return work.kind === "gradient" ? Math.max(work.draw.samples, (to - from) * CHUNK) : (to - from) * work.chunk;
}

/** What a shard is a part of. */
export function wholeOf({ range, ...whole }: EstimateWork | GradientWork): string {
  return fingerprintOf(canonical(encoded({ ...whole, chunks: range.chunks })));
}

/** Ranges of nearly the same length, at most `count` of them and none empty. */
export function rangesOf(chunks: number, count: number): Range[] {
  const parts = Math.min(count, chunks);
  return Array.from({ length: parts }, (_, k) => ({
    from: Math.floor((k * chunks) / parts),
    to: Math.floor(((k + 1) * chunks) / parts),
    chunks,
  }));
}

/** The subtrees of all parts of a whole, in their order; RangeError where some are missing, overlap or are of another whole. */
export function joinedParts(caller: string, all: readonly PartialSums[], whole: string): PartialSums["sums"][number][] {
  if (all.some(({ of }) => of !== whole))
    throw new RangeError(
      `${caller}: partial sums are of different computations; got ${new Set(all.map(({ of }) => of)).size}, expected one`,
    );
  const { chunks } = all[0]!.range;
  const parts: PartialSums["sums"][number][] = [];
  let next = 0;
  for (const { range, sums } of [...all].sort((p, q) => p.range.from - q.range.from)) {
    if (range.to <= next && range.from < next) continue;
    if (range.from !== next) break;
    parts.push(...sums);
    next = range.to;
  }
  if (next !== chunks)
    throw new RangeError(
      `${caller}: not the parts of a whole; got ${next === 0 ? "none that begins at chunk 0" : `chunks 0 … ${next - 1} without a gap or overlap`}, expected 0 … ${chunks - 1}`,
    );
  return parts;
}
