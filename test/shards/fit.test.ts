// Fits with workers: the bits of the fit alone, whatever the workers do.
import { describe, expect, test } from "vitest";
import * as n from "../../src/index.ts";
import { opened, sealedOf } from "../../src/inference/saved/envelope.ts";
import { gmm } from "../../src/models/index.ts";
import * as shards from "../../src/shards/index.ts";
import { fitAsync, type Shard, type ShardWorkers, shardRunner } from "../../src/shards/index.ts";

const jumping = n.defineModel("jumping", ({ sample, observe }) => {
  const u = sample("u", n.normal(0, 1));
  const w = sample("w", n.normal(u, 1));
  for (const y of [0.4, 1.9, 2.2]) observe(n.normal(n.where(n.gt(n.add(u, w), 0.3), n.exp(w), u), 1), y);
});
const smooth = n.defineModel("smooth", ({ sample, observe }) => {
  const [a, b, c] = ["a", "b", "c"].map((name) => sample(name, n.normal(0, 1))) as [n.Real, n.Real, n.Real];
  for (const [i, y] of [0.4, 2.9, 2.2, -1].entries())
    observe(n.normal(n.add(n.mul(a, i), n.mul(b, c)), n.exp(n.mul(0.3, c))), y);
});
// Few points stand for many: at 0.0005 no stage of `jumping` is so large that workers are asked.
const options = { seed: 3, restarts: 2, tolerance: 0.0001, onWarning: () => undefined };

/** The fit alone, made once. */
const alone = new Map<n.Model, string>();
const aloneOf = (model: n.Model): string => {
  const known = alone.get(model) ?? JSON.stringify(n.fit(model, options));
  alone.set(model, known);
  return known;
};

interface Counting extends ShardWorkers {
  readonly kinds: string[];
}

/** Workers of this thread. */
function workersOf(model: n.Model, size: number, spoil: (shard: Shard) => void = () => undefined): Counting {
  const { run } = shardRunner(model);
  const kinds: string[] = [];
  return {
    size,
    latency: 0,
    kinds,
    async run(shard) {
      kinds.push((shard.content as { kind: string }).kind);
      spoil(shard);
      return JSON.parse(JSON.stringify(run(JSON.stringify(shard)))) as Shard;
    },
  };
}

describe("a fit with workers", () => {
  test("has both names in its entry, and fits of `nondiff` say where it is", async () => {
    expect(shards.fit).toBe(fitAsync);
    const workers = workersOf(jumping, 1);
    const there = "fit: nobody waits for workers here; got workers, expected `fit` of nondiff/shards";
    const asked = { ...options, workers } as n.FitOptions;
    expect(() => n.fit(jumping, asked)).toThrow(there);
    expect(() => n.fitSteps(jumping, asked)).toThrow(there);
    await expect(n.fitAsync(jumping, asked)).rejects.toThrow(there);
    const visits = n.defineModel(
      "visits",
      ({ sample, observe }, { y }) => {
        const rate = sample("rate", n.gamma(2, 1));
        for (const count of y) observe(n.poisson(rate), count);
      },
      { data: { y: "counts" } },
    );
    const data = { y: [1] };
    expect(() => n.compile(visits, { y: 1 }).fit({ ...asked, data })).toThrow(there);
    expect(workers.kinds).toEqual([]);
  });

  test.each([jumping, smooth])("has the bits of the fit alone, whatever their number: %s", async (model) => {
    for (const size of [1, 3]) {
      const workers = workersOf(model, size);
      const steps: number[] = [];
      const onProgress = ({ step }: n.FitStep): void => void steps.push(step);
      const posterior = await fitAsync(model, { ...options, workers, onProgress });
      expect(JSON.stringify(posterior)).toBe(aloneOf(model));
      expect(posterior).toBeInstanceOf(n.Posterior);
      expect(workers.kinds.filter((kind) => kind === "start").length).toBe(2);
      expect(workers.kinds.filter((kind) => kind === "gradient").length).toBeGreaterThan(2 * size);
      expect(steps).toEqual(steps.map((_, k) => k + 1));
    }
  });

  test.each(["start", "gradient"])("takes what workers give it: a wrong %s changes the posterior", async (kind) => {
    const { run } = shardRunner(jumping);
    const workers: ShardWorkers = {
      size: 1,
      latency: 0,
      run(shard) {
        const partial = run(shard);
        if ((shard.content as { kind: string }).kind !== kind) return partial;
        const { content } = opened("test", "partial", jumping.name, partial);
        const { gradients, sums } = content as { gradients?: Float64Array; sums?: { value: Float64Array }[] };
        for (const numbers of gradients ? [gradients] : sums!.map(({ value }) => value))
          for (let i = 0; i < numbers.length; i++) numbers[i]! *= 1.01;
        return sealedOf("partial", jumping.name, partial.fingerprint, content);
      },
    };
    const posterior = await fitAsync(jumping, { ...options, workers });
    expect(JSON.stringify(posterior)).not.toBe(aloneOf(jumping));
  });

  test("computes what a worker fails at, tells of it once, and has the same bits", async () => {
    let calls = 0;
    const warnings: string[] = [];
    const workers = workersOf(jumping, 2, () => {
      if (++calls % 3 === 0) throw new Error("the line is dead");
    });
    const onWarning = (text: string): void => void warnings.push(text);
    const posterior = await fitAsync(jumping, { ...options, workers, onWarning });
    expect(calls).toBeGreaterThan(6);
    expect(warnings.filter((text) => text.includes("a worker failed"))).toEqual([
      "fitAsync: a worker failed, and what it was to compute is computed here: the line is dead",
    ]);
    expect(JSON.stringify(posterior)).toBe(aloneOf(jumping));
  });

  test("refuses partial sums of another shard", async () => {
    let first: ReturnType<ShardWorkers["run"]> | undefined;
    const warnings: string[] = [];
    const { run } = shardRunner(jumping);
    const workers: ShardWorkers = {
      size: 1,
      latency: 0,
      run(shard) {
        if ((shard.content as { kind: string }).kind === "start") return run(shard);
        first ??= run(shard);
        return first;
      },
    };
    const posterior = await fitAsync(jumping, { ...options, workers, onWarning: (text) => void warnings.push(text) });
    expect(warnings[0]).toContain("partial sums are of different computations");
    expect(JSON.stringify(posterior)).toBe(aloneOf(jumping));
  });

  test("keeps to itself what is not worth the way", async () => {
    const workers = { ...workersOf(gmm, 2), latency: 1000 };
    await fitAsync(gmm, { ...options, collapse: false, workers });
    expect(workers.kinds).toEqual([]);
  });

  test("is aborted while it waits", async () => {
    const controller = new AbortController();
    const workers: ShardWorkers = {
      ...workersOf(jumping, 2, (shard) => {
        if ((shard.content as { kind: string }).kind === "gradient") controller.abort(new Error("enough"));
      }),
    };
    await expect(fitAsync(jumping, { ...options, workers, signal: controller.signal })).rejects.toThrow("enough");
  });

  test.each<[string, object, RegExp]>([
    ["no workers", {}, /workers.size is not a count; got undefined/],
    ["too many workers", { workers: { size: 10_001, run() {} } }, /workers.size is not a count; got 10001/],
    ["a latency that is none", { workers: { size: 2, run() {}, latency: -1 } }, /workers.latency is no time; got -1/],
    ["no run", { workers: { size: 2 } }, /workers have no run; got undefined/],
    ["a loop", { workers: { size: 2, run() {} }, steps: 10 }, /got a loop/],
    [
      "an estimator that needs every sample",
      { workers: { size: 2, run() {} }, estimator: n.score({ baseline: "leave-one-out" }) },
      /needs every sample/,
    ],
  ])("refuses %s", async (_, own, expected) => {
    await expect(fitAsync(jumping, own as never)).rejects.toThrow(expected);
  });
});
