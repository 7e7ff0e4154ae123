/**
 * A fit whose gradients others compute. It takes the course that it takes alone: what workers give it are gradients that it would compute itself, to the bit, so that
 * a worker that fails or answers late costs time. Two kinds of work go out: large gradients, as sums over chunks of their points, and the first phases of
 * further starts, all at once, while the first start is climbed here.
 */
import { requireMethod, requireNoMore } from "../checks/arguments.ts";
import { requireOptions } from "../checks/options.ts";
import { shown } from "../checks/shown.ts";
import { type FitStage, type Points, streamOf } from "../inference/fit/climb/ascent.ts";
import { FURTHER_STEPS } from "../inference/fit/course.ts";
import { searched, turnsOf, workOf } from "../inference/fit/fit.ts";
import { FIT_OPTIONS, type FitOptions, tell, throwIfAborted, warn } from "../inference/fit/options.ts";
import { type Search, startSearch } from "../inference/fit/setup.ts";
import { count } from "../inference/options.ts";
import { CHUNK } from "../inference/sampler/averaging.ts";
import { opened } from "../inference/saved/envelope.ts";
import { type KnownGradients, keyOf, remembering } from "../inference/saved/search-state.ts";
import { FULL, type Posterior } from "../profile.ts";
import type { Model } from "../program/model.ts";
import { meansOf } from "./gradient.ts";
import {
  joinedParts,
  makingOf,
  type Partial,
  rangesOf,
  type Shard,
  type StartGradients,
  shardOf,
  wholeOf,
} from "./work.ts";

/** Who computes shards: threads, a queue, other machines. */
export interface ShardWorkers {
  /** How many shards are computed at a time. */
  readonly size: number;
  /** What `runShard` gives for a shard. */
  run(shard: Shard): Partial | Promise<Partial>;
  /** Milliseconds that a shard and its answer are on their way (default 1): what takes less than twice as long is computed here. */
  readonly latency?: number | undefined;
}

/** Options of a fit with workers. */
export interface ShardedFitOptions extends Omit<FitOptions, "optimizer" | "steps"> {
  readonly workers: ShardWorkers;
}

const MOST_WORKERS = 10_000;

// One lane of one instruction is 3 to 6 ns.
const WORK_PER_MILLISECOND = 2.5e5;

/**
 * A fit with workers, such as those of piscina: `{ size: 2, run: (shard) => pool.run(shard) }`, where each has `shardRunner(model).run`. This
 * entry has it under two names, as it waits for workers in any case: `fit`, and that which it has in `nondiff`, `fitAsync`.
 *
 *     const posterior = await fit(model, { workers, seed: 1 });
 *
 * The posterior has the bits of `fit(model, { seed: 1 })`, whatever the workers. What fails there is computed here, and told by `onWarning`. Throws and rejects as
 * `fitAsync`; TypeError for a fit that is a loop and for estimators that need every sample or learn on their way.
 */
export async function fitAsync(model: Model, given: ShardedFitOptions): Promise<Posterior> {
  requireNoMore("fitAsync", 2, arguments);
  const caller = "fitAsync";
  requireMethod(caller, "a model", model, "program", "one made by defineModel()");
  const { workers, ...options } = requireOptions<ShardedFitOptions & FitOptions>(caller, given, {
    ...FIT_OPTIONS,
    workers: "object",
  });
  const { size, latency = 1 } = Object(workers) as ShardWorkers;
  count(caller, "workers.size", size, 1, MOST_WORKERS);
  if (typeof workers.run !== "function")
    throw new TypeError(
      `${caller}: workers have no run; got ${typeof workers.run}, expected { size, run(shard) { … } }`,
    );
  if (!(latency >= 0))
    throw new RangeError(`${caller}: workers.latency is no time; got ${shown(latency)}, expected milliseconds`);
  const turns = turnsOf(options, FULL);
  throwIfAborted(options);
  const known: KnownGradients = new Map();
  const [profile, remembered] = remembering(FULL, model, options, known);
  // A fit that waits tells of no gradient twice.
  let told = 0;
  const own: FitOptions = {
    ...remembered,
    onProgress: (step) => {
      if (step.step > told) tell(options, step);
      told = step.step;
    },
  };
  try {
    const run = await turns.between(startSearch(profile, model, own));
    if (!run)
      throw new TypeError(
        `${caller}: workers compute gradients of a fit that chooses its steps; got a loop, as the options \`optimizer\` and \`steps\`, or this estimator or guide, ask for`,
      );
    const isWorthIt = (samples: number): boolean => workOf(run.size, samples) > 2 * latency * WORK_PER_MILLISECOND;
    let failure: unknown;
    const asked = async <T>(shard: Shard): Promise<T> => {
      const partial = await workers.run(shard);
      return opened(caller, "partial", model.name, partial).content as T;
    };
    const failed = (cause: unknown): void => {
      if (failure === undefined)
        warn(options, `${caller}: a worker failed, and what it was to compute is computed here: ${messageOf(cause)}`);
      failure = cause;
    };
    const helped = helpers(run, model, known, size, asked);
    let pending: Promise<unknown> | undefined;
    run.ascent.ahead = function* (x, points): Generator<FitStage, void, void> {
      const large = points.filter(({ count: samples }) => samples > CHUNK && isWorthIt(samples));
      if (large.length === 0) return;
      pending = helped.gradients(x, large).catch(failed);
      yield "polish";
    };
    if (run.restarts > 0 && isWorthIt(FURTHER_STEPS * run.samples)) {
      const starts = Array.from({ length: run.restarts }, (_, j) => helped.start(j + 1).catch(failed));
      run.awaited = function* (k): Generator<FitStage, void, void> {
        pending = starts[k - 1];
        yield "search";
      };
    }
    const answered = async (): Promise<void> => {
      await pending;
      throwIfAborted(options);
      pending = undefined;
    };
    return (await searched(run, turns, () => (pending ? answered() : undefined))) as Posterior;
  } finally {
    turns.end();
  }
}

/** What workers are asked of a fit, whose answers are then known. */
function helpers(
  { sampler, ascent, options, samples, tolerance }: Search,
  model: Model,
  known: KnownGradients,
  size: number,
  asked: <T>(shard: Shard) => Promise<T>,
): {
  readonly gradients: (x: Float64Array, points: readonly Points[]) => Promise<void>;
  readonly start: (k: number) => Promise<void>;
} {
  const means = meansOf("fitAsync", sampler);
  const making = makingOf(sampler);
  const fit = { seed: options.seed ?? 0, samples, tolerance };
  const keep = (key: string, elbo: number, gradient: Float64Array): void => {
    const numbers = new Float64Array(1 + gradient.length);
    numbers[0] = elbo;
    numbers.set(gradient, 1);
    known.set(key, numbers);
  };
  const gradient = async (theta: Float64Array, points: Points, shards: number) => {
    const { batch, count: n } = points;
    const draw = {
      stream: streamOf(points),
      firstSample: batch * n,
      samples: n,
      group: n,
    };
    const key = keyOf(theta, draw);
    if (known.has(key)) return;
    const work = { kind: "gradient", making, fit, theta, draw } as const;
    const ranges = rangesOf(Math.ceil(n / CHUNK), shards);
    const whole = wholeOf({ ...work, range: ranges[0]! });
    const parts = await Promise.all(
      ranges.map((range) => asked<Parameters<typeof joinedParts>[1][number]>(shardOf(model.name, { ...work, range }))),
    );
    const sums = joinedParts("fitAsync", parts, whole);
    const out = new Float64Array(theta.length);
    const elbos = new Float64Array(1);
    means().finishInto(
      out,
      elbos,
      0,
      theta,
      { ...draw, generator: { key: new Int32Array(4), words: new Int32Array(4) } },
      sums,
    );
    keep(key, elbos[0]!, out);
  };
  return {
    async gradients(x, points) {
      const theta = new Float64Array(x.length);
      ascent.chart.thetaInto(theta, x);
      const shards = Math.max(1, Math.ceil(size / points.length));
      await Promise.all(points.map((each) => gradient(theta, each, shards)));
    },
    async start(k) {
      const { keys, gradients } = await asked<StartGradients>(
        shardOf(model.name, { kind: "start", making, fit, start: k }),
      );
      const length = ascent.size + 1;
      keys.forEach((key, j) => {
        if (!known.has(key)) known.set(key, gradients.slice(j * length, (j + 1) * length));
      });
    },
  };
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
