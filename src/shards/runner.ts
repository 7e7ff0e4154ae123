/**
 * Who computes shards: holds models, makes the gradient that a shard asks for when it first meets one, and keeps it for the next.
 */
import type { Backend } from "../autodiff/tape/executable.ts";
import { type OptionTable, requireOptions } from "../checks/options.ts";
import { corrected } from "../estimators/corrected.ts";
import type { Estimator } from "../estimators/estimator.ts";
import type { Guide } from "../guides/guide.ts";
import { type GradientSampler, makeSampler } from "../inference/sampler/sampler.ts";
import { sealedOf } from "../inference/saved/envelope.ts";
import { savedGuide } from "../inference/saved/saved-posterior.ts";
import { FULL } from "../profile.ts";
import type { Model } from "../program/model.ts";
import { estimatePart } from "./estimate.ts";
import {
  type EstimateWork,
  type Making,
  makingOf,
  modelNameIn,
  type Partial,
  requireEstimator,
  type Shard,
  workOf,
} from "./work.ts";

/** What a worker has beside its models. */
export interface RunnerOptions {
  /** The estimator of the shards (default `corrected()`); its options are to be those that were split, its name is compared. */
  readonly estimator?: Estimator | undefined;
  /** The guide of the shards, if it is one of your own. */
  readonly guide?: Guide | undefined;
  /** What computes the gradient, such as wasm() of nondiff/wasm; changes speed only. */
  readonly backend?: Backend | undefined;
}

const RUNNER_OPTIONS: OptionTable<RunnerOptions> = { estimator: "object", guide: "object", backend: "object" };

/** Gradients that a runner keeps compiled; one more is made anew when it is met again. */
const KEPT = 8;

/** Runs shards of some models, as `runShard`, and compiles a gradient once for all shards of it. */
export interface ShardRunner {
  readonly run: (shard: Shard | string) => Partial;
}

/** A runner of these models; `shardRunner` documents it. */
export function makeRunner(models: readonly Model[], options: RunnerOptions = {}): ShardRunner {
  const caller = "runShard";
  const { estimator = corrected(), guide, backend } = requireOptions(caller, options, RUNNER_OPTIONS);
  const kept = new Map<string, GradientSampler>();
  const samplerOf = (model: Model, making: Making): GradientSampler => {
    const key = JSON.stringify([model.name, making]);
    const known = kept.get(key);
    if (known) return known;
    requireEstimator(caller, making, estimator);
    const { setting } = making;
    const made = makeSampler(FULL, model, estimator, {
      guide: savedGuide(caller, setting, guide),
      collapse: setting.collapse,
      backend,
    });
    requireSame(model, makingOf(made), making);
    // What has learned on its way would bring that into the next shard.
    if (made.nodes.adaptive) return made;
    if (kept.size >= KEPT) kept.delete(kept.keys().next().value!);
    kept.set(key, made);
    return made;
  };
  return {
    run(shard) {
      const model = modelOf(models, shard);
      const work: EstimateWork = workOf(caller, model.name, shard);
      const sums = estimatePart(samplerOf(model, work.making), work);
      return sealedOf("partial", model.name, work.making.program, sums);
    },
  };

  function requireSame(model: Model, own: Making, { program, gradient, setting }: Making): void {
    const shape = (making: Making["setting"]): string => JSON.stringify([making.guide, making.parameters]);
    if (own.program !== program)
      throw new RangeError(
        `${caller}: shard is of another program or other data of model "${model.name}"; got fingerprint ${program}, expected ${own.program}`,
      );
    if (own.gradient !== gradient || shape(own.setting) !== shape(setting))
      throw new RangeError(
        `${caller}: shard is of another gradient of model "${model.name}", as that of an estimator with other options or of another version; got fingerprint ${gradient}, expected ${own.gradient}`,
      );
  }
}

// The model that a shard names; what is no shard is told by who opens it.
function modelOf(models: readonly Model[], shard: Shard | string): Model {
  const name = modelNameIn(shard);
  const found = models.find((model) => model.name === name);
  if (!found && models.length > 1 && name !== undefined)
    throw new RangeError(
      `runShard: no such model; got ${JSON.stringify(name)}, expected one of ${models.map((model) => `"${model.name}"`).join(", ")}`,
    );
  return found ?? models[0]!;
}
