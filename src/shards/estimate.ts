/**
 * The estimate of a gradient may be split into shards. Samples 0 … 9999 are ten chunks of 1024, fewer in the last; a shard has some chunks in a row, and the moments of
 * all chunks are joined in a tree that does not change with the number of shards.
 */

import { requireOptions } from "../checks/options.ts";
import { asFitted } from "../full-inference.ts";
import { packParameters } from "../guides/guide.ts";
import {
  ESTIMATE_OPTIONS,
  type EstimateOptions,
  estimatorOf,
  type GradientEstimate,
} from "../inference/estimate-gradient.ts";
import { count } from "../inference/options.ts";

import { makeMoments, momentsInto } from "../inference/sampler/moments.ts";
import { type GradientSampler, makeSampler, startOf } from "../inference/sampler/sampler.ts";
import { pushSubtree, type Subtree, sumOfSubtrees } from "../math/balanced-tree.ts";
import { FULL } from "../profile.ts";
import type { Model } from "../program/model.ts";
import { makeGenerator } from "../random/index.ts";
import { joinedMoments, type Moments, MomentsOfRows } from "./moments.ts";
import { type EstimateWork, makingOf, type PartialSums, rangesOf, type Shard, shardOf, wholeOf } from "./work.ts";

const CHUNK = 1024;

/** An estimate in at most `count` shards. */
export function estimateShards(model: Model, options: EstimateOptions, shards: number): Shard[] {
  const caller = "splitShards";
  requireOptions(caller, options, ESTIMATE_OPTIONS);
  const { estimator, guide, collapse, params } = asFitted(model, options);
  const { samples = 1000, seed = 0, group = Math.min(16, samples), step = 0 } = options;
  count(caller, "samples", samples);
  count(caller, "group", group, 1, samples);
  count(caller, "step", step, 0);
  makeGenerator(seed);
  const sampler = makeSampler(FULL, model, estimatorOf(caller, estimator), { guide, collapse });
  sampler.nodes.reduction?.require(caller, group);
  const theta = packParameters(caller, sampler.objective.guide.space, startOf(sampler, params));
  const together = sampler.grouped ? group : 1;
  const chunk = together * Math.ceil(CHUNK / together);
  const all = samples - (samples % together);
  const making = makingOf(sampler);
  // As JSON has it: -0 is 0.
  const work = {
    kind: "estimate",
    making,
    theta: theta.map((x) => x + 0),
    seed,
    step,
    group,
    samples: all,
    chunk,
  } as const;
  return rangesOf(Math.ceil(all / chunk), shards).map((range) => shardOf(model.name, { ...work, range }));
}

/** The moments over a shard's chunks. */
export function estimatePart(sampler: GradientSampler, work: EstimateWork): PartialSums {
  const { theta, seed, step, group, samples, chunk, range } = work;
  const generator = makeGenerator(seed);
  sampler.profile.pilot?.(sampler, theta, generator, step);
  const unused = makeMoments(sampler);
  const sums: Subtree<Moments>[] = [];
  for (let index = range.from; index < range.to; index++) {
    const firstSample = index * chunk;
    const draw = { generator, stream: 0, firstSample, samples: Math.min(chunk, samples - firstSample), group, step };
    // Of the gradient, ℓ and the gradient's norm.
    const rows = new MomentsOfRows(sampler.size + 2);
    momentsInto(unused, sampler, theta, draw, (row) => rows.add(row));
    pushSubtree(sums, { level: 0, index, value: rows.moments() }, joinedMoments);
  }
  const together = sampler.grouped ? group : 1;
  return { kind: "estimate", of: wholeOf(work), range, together, sums };
}

/** The estimate of all parts, in their order. */
export function estimateOf(together: number, parts: readonly Subtree<Moments>[]): GradientEstimate {
  const sums: Subtree<Moments>[] = [];
  for (const part of parts) pushSubtree(sums, part, joinedMoments);
  const moments = sumOfSubtrees(sums, joinedMoments)!;
  const [groups] = moments as unknown as [number];
  const size = (moments.length - 1) / 2 - 2;
  const spread = (p: number): number => (groups > 1 ? (together * moments[1 + size + 2 + p]!) / (groups - 1) : NaN);
  return {
    elbo: moments[1 + size]!,
    elboVariance: spread(size),
    gradient: moments.slice(1, 1 + size),
    variance: Float64Array.from({ length: size }, (_, p) => spread(p)),
    normVariance: spread(size + 1),
    samples: groups * together,
  };
}
