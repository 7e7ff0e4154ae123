/**
 * `nondiff/shards`: gradients on more than one core and more than one machine. A shard is JSON that says which part of a computation is meant, a worker that has
 * the model makes partial sums of it, and these are joined in an order of their own: one shard or a hundred, the bits are the same.
 */
import { requireMethod, requireNoMore } from "../checks/arguments.ts";
import type { EstimateOptions, GradientEstimate } from "../inference/estimate-gradient.ts";
import { count } from "../inference/options.ts";
import { opened } from "../inference/saved/envelope.ts";
import type { Model } from "../program/model.ts";
import { estimateOf, estimateShards } from "./estimate.ts";
import { makeRunner, type RunnerOptions, type ShardRunner } from "./runner.ts";
import { joinedParts, modelNameIn, type Partial, type PartialSums, type Shard, samplesIn, workOf } from "./work.ts";

export type { Saved } from "../inference/saved/envelope.ts";
export { fitAsync, fitAsync as fit, type ShardedFitOptions, type ShardWorkers } from "./fit.ts";
export type { RunnerOptions, ShardRunner } from "./runner.ts";
export type { Partial, Shard } from "./work.ts";

/** Most shards of one estimate. */
const MOST_SHARDS = 100_000;

/**
 * `estimateGradient(model, options)` in shards, at most so many and never more than there are chunks of 1024 samples.
 *
 *     const shards = splitShards(textmsg, { estimator: corrected(), samples: 1e6 }, 8);
 *
 * Throws as `estimateGradient`, without drawing a sample; RangeError unless `shards` is an integer from 1 to 100,000.
 */
export function splitShards(model: Model, options: EstimateOptions, shards: number): Shard[] {
  requireNoMore("splitShards", 3, arguments);
  requireMethod("splitShards", "a model", model, "program", "one made by defineModel()");
  count("splitShards", "shards", shards, 1, MOST_SHARDS);
  return estimateShards(model, options, shards);
}

/**
 * The partial sums of a shard, an object or its JSON text: a function of the shard and the model alone.
 *
 *     const partial = runShard(textmsg, shard);
 *
 * It traces and compiles the model each time; `shardRunner` does so once. Throws TypeError for what is no shard, RangeError, each by name, for a shard that is damaged
 * or of another model, other data, another estimator or version, and where a density is not finite.
 */
export function runShard(model: Model, shard: Shard | string, options?: RunnerOptions): Partial {
  requireNoMore("runShard", 3, arguments);
  return makeRunner("runShard", [model], options).run(shard);
}

/**
 * How many samples a shard takes, at most: by it an endpoint refuses what is too much, before it computes.
 *
 *     if (!(shardSamples(shard) <= 1e6)) return new Response("too many samples", { status: 413 });
 *
 * Throws as `runShard` for what is no shard or damaged; of which model it is, is not looked at.
 */
export function shardSamples(shard: Shard | string): number {
  requireNoMore("shardSamples", 1, arguments);
  const samples = samplesIn(workOf("shardSamples", String(modelNameIn(shard)), shard));
  if (!Number.isFinite(samples))
    throw new RangeError(`shardSamples: shard says no number; got ${samples} samples, expected a count`);
  return samples;
}

/**
 * A runner of shards of one model or several, chosen by name: `run(shard)` is `runShard` without compiling again.
 *
 *     const runner = shardRunner([textmsg, influenza]);
 *     const partials = shards.map(runner.run);
 */
export function shardRunner(models: Model | readonly Model[], options?: RunnerOptions): ShardRunner {
  requireNoMore("shardRunner", 2, arguments);
  const all = Array.isArray(models) ? (models as readonly Model[]) : [models as Model];
  if (all.length === 0) throw new RangeError("shardRunner: no models; got an empty list, expected one or more");
  return makeRunner("shardRunner", all, options);
}

/**
 * The estimate of all partial sums, in any order, objects or JSON texts. Its numbers are those of `estimateGradient` with the same options up to
 * rounding, and the same bits however many shards there were. A shard that was run twice counts once.
 *
 *     const { elbo, gradient } = reduceShards(partials);
 *
 * Throws RangeError where some are missing, overlap, are damaged or of different computations.
 */
export function reduceShards(partials: readonly (Partial | string)[]): GradientEstimate {
  requireNoMore("reduceShards", 1, arguments);
  const caller = "reduceShards";
  if (!Array.isArray(partials) || partials.length === 0)
    throw new RangeError(
      `${caller}: no partial sums; got ${Array.isArray(partials) ? "an empty list" : typeof partials}, expected those of all shards`,
    );
  const model = String(modelNameIn(partials[0]));
  const all = partials.map((partial) => opened(caller, "partial", model, partial).content as PartialSums);
  const [first] = all as [PartialSums];
  return estimateOf(first.together, joinedParts(caller, all, first.of));
}
