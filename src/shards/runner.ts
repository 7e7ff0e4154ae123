/**
 * Who computes shards: holds models, makes the gradient that a shard asks for when it first meets one, and keeps it for the next.
 */

import type { Backend } from "../autodiff/tape/executable.ts";
import { requireMethod } from "../checks/arguments.ts";
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
import { gradientPart, type Standing, standingOf, startPart } from "./gradient.ts";
import {
  type Making,
  makingOf,
  modelNameIn,
  type Partial,
  type PartialSums,
  requireEstimator,
  type Shard,
  type StartGradients,
  type Work,
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
export function makeRunner(caller: string, models: readonly Model[], options: RunnerOptions = {}): ShardRunner {
  for (const model of models) requireMethod(caller, "a model", model, "program", "one made by defineModel()");
  const { estimator = corrected(), guide, backend } = requireOptions(caller, options, RUNNER_OPTIONS);
  const kept = new Map<string, GradientSampler | Standing>();
  // What is made for a key, now or before.
  const keeping = <T extends GradientSampler | Standing>(key: unknown, make: () => T): T => {
    const text = JSON.stringify(key);
    const known = kept.get(text) as T | undefined;
    if (known) return known;
    const made = make();
    const { nodes } = "search" in made ? made.search.sampler : made;
    // What has learned on its way would bring that into the next shard.
    if (nodes.adaptive) return made;
    if (kept.size >= KEPT) kept.delete(kept.keys().next().value!);
    kept.set(text, made);
    return made;
  };
  const partOf = (model: Model, work: Work): PartialSums | StartGradients => {
    const { making } = work;
    const { setting } = making;
    requireEstimator(caller, making, estimator);
    if (work.kind !== "start" && work.theta.length !== setting.parameters.length)
      throw new RangeError(
        `${caller}: shard has other parameters; got ${work.theta.length}, expected ${setting.parameters.length}`,
      );
    const own = savedGuide(caller, setting, guide);
    const { collapse, standardise = [] } = setting;
    if (work.kind === "estimate") {
      const sampler = keeping([model.name, making], () => {
        const made = makeSampler(FULL, model, estimator, { guide: own, collapse, standardise, backend });
        requireSame(model, makingOf(made), making);
        return made;
      });
      return estimatePart(sampler, work);
    }
    const standing = keeping([model.name, making, work.fit], () => {
      const made = standingOf(model, estimator, own, work.fit, { collapse, standardise, backend });
      requireSame(model, makingOf(made.search.sampler), making);
      return made;
    });
    return work.kind === "gradient" ? gradientPart(standing, work) : startPart(standing, work);
  };
  return {
    run(shard) {
      const model = modelOf(models, shard);
      const work = workOf(caller, model.name, shard);
      return sealedOf("partial", model.name, work.making.program, partOf(model, work));
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
