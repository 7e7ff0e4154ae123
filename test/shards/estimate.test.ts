// Estimates of gradients in shards: the bits of one shard, whatever the number of shards, their order and the JSON between.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as n from "../../src/index.ts";
import { gmm, textmsg } from "../../src/models/index.ts";
import {
  type Partial,
  reduceShards,
  runShard,
  type Shard,
  shardRunner,
  shardSamples,
  splitShards,
} from "../../src/shards/index.ts";

const model = n.defineModel("two ifs", ({ sample, observe }) => {
  const u = sample("u", n.normal(0, 1));
  const w = sample("w", n.normal(0, 1));
  observe(n.normal(n.where(n.gt(u, 0.3), w, n.where(n.gt(u, -1), 0, 2)), 1), 0.4);
});
const options = { estimator: n.corrected(), params: { mu: [0.3, -0.2], rho: [-0, 0.4] }, samples: 5000, seed: 3 };

const bitsOf = ({ elbo, elboVariance, gradient, variance, normVariance, samples }: n.GradientEstimate): string =>
  [elbo, elboVariance, ...gradient, ...variance, normVariance, samples]
    .map((x) => (Object.is(x, -0) ? "-0" : x))
    .join();

describe("an estimate in shards", () => {
  const runner = shardRunner([gmm, model]);

  test("has the same bits however it is split, sent, ordered and repeated", () => {
    const [one] = [reduceShards(splitShards(model, options, 1).map(runner.run))];
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 12 }), fc.integer(), fc.nat(3), (count, shuffle, again) => {
        const shards = splitShards(model, options, count);
        expect(shards.length).toBe(Math.min(count, 5));
        const partials = [...shards, ...shards.slice(0, again)].map((shard) =>
          JSON.stringify(runner.run(JSON.stringify(shard))),
        );
        partials.sort((p, q) => Math.sin(p.length * shuffle) - Math.sin(q.length * shuffle));
        expect(bitsOf(reduceShards(partials))).toBe(bitsOf(one));
      }),
      { seed: 1, numRuns: 8 },
    );
  });

  test.each([
    ["corrected", options],
    ["independent samples", { ...options, estimator: n.reparam(), samples: 3001 }],
    ["groups that are no part of a chunk", { ...options, group: 48, samples: 3000 }],
    ["one sample", { ...options, estimator: n.score(), samples: 1 }],
    ["a full guide", { ...options, guide: n.fullRank(), params: undefined }],
  ] as const)("is estimateGradient up to rounding: %s", (_, own) => {
    const got = reduceShards(
      splitShards(model, own, 3).map((shard) => runShard(model, shard, { estimator: own.estimator })),
    );
    const expected = n.estimateGradient(model, own);
    expect(got.samples).toBe(expected.samples);
    const pairs = [
      [got.elbo, expected.elbo],
      [got.elboVariance, expected.elboVariance],
      [got.normVariance, expected.normVariance],
      ...[...got.gradient].map((value, p) => [value, expected.gradient[p]!]),
      ...[...got.variance].map((value, p) => [value, expected.variance[p]!]),
    ] as const;
    expect(pairs.length).toBe(3 + 2 * expected.gradient.length);
    for (const [value, other] of pairs)
      if (!Number.isNaN(other)) expect(Math.abs(value! - other!)).toBeLessThan(1e-12 * (1 + Math.abs(other!)));
      else expect(value).toBeNaN();
  });

  test("of the parameters of a fit has its guide and its latents", () => {
    const own = { estimator: n.corrected(), params: { mu: [0.3], rho: [0.4] }, samples: 64 };
    const { gradient } = reduceShards(splitShards(model, own, 1).map((shard) => runShard(model, shard)));
    expect(gradient.length).toBe(2);
    expect(gradient[0]).toBeCloseTo(n.estimateGradient(model, own).gradient[0]!, 12);
  });
});

describe("a shard that is refused", () => {
  const [shard] = splitShards(model, options, 2) as [Shard];

  test.each<[string, () => unknown, RegExp]>([
    ["is none", () => runShard(model, {} as Shard), /runShard: nothing that was saved/],
    ["is no JSON", () => runShard(model, "{"), /runShard: saved is damaged or cut off/],
    ["was changed", () => runShard(model, { ...shard, fingerprint: "0" }), /damaged or cut off/],
    ["is of another model", () => runShard(gmm, shard), /saved is of another model; got "two ifs", expected "gmm"/],
    [
      "is of none of the models",
      () => shardRunner([gmm, textmsg]).run(shard),
      /no such model; got "two ifs", expected one of "gmm", "textmsg"/,
    ],
    [
      "is of other data",
      () => runShard(n.defineModel("two ifs", gmm.program), shard),
      /of another program or other data/,
    ],
    [
      "is of another estimator",
      () => runShard(model, shard, { estimator: n.reparam() }),
      /of another estimator; got "corrected", expected "reparam"/,
    ],
    [
      "is of other options",
      () => runShard(model, shard, { estimator: n.corrected({ marginalise: false }) }),
      /of another gradient/,
    ],
    ["has partial sums", () => runShard(model, runShard(model, shard)), /got a "partial", expected a "shard"/],
  ])("%s", (_, run, expected) => {
    expect(run).toThrow(expected);
  });

  test.each<[string, () => unknown, RegExp]>([
    ["nothing", () => reduceShards([]), /no partial sums; got an empty list/],
    [
      "one of two",
      () => reduceShards([runShard(model, shard)]),
      /got chunks 0 … 1 without a gap or overlap, expected 0 … 4/,
    ],
    [
      "all but the first",
      () =>
        reduceShards(
          splitShards(model, options, 3)
            .slice(1)
            .map((each): Partial => runShard(model, each)),
        ),
      /got none that begins at chunk 0, expected 0 … 4/,
    ],
    ["shards", () => reduceShards([shard]), /got a "shard", expected a "partial"/],
    ["no JSON", () => reduceShards(["{"]), /damaged or cut off/],
    [
      "two estimates",
      () =>
        reduceShards(
          [{ ...options, seed: 4 }, options].flatMap((own) =>
            splitShards(model, own, 1).map((each): Partial => runShard(model, each)),
          ),
        ),
      /of different computations; got 2, expected one/,
    ],
  ])("and reduceShards refuses %s", (_, run, expected) => {
    expect(run).toThrow(expected);
  });

  test("says how many samples it takes", () => {
    expect([shard, JSON.stringify(shard)].map(shardSamples)).toEqual([2048, 2048]);
    expect(() => shardSamples("{}")).toThrow("shardSamples: nothing that was saved");
  });

  test("so are bad counts and options", () => {
    expect(() => splitShards(model, options, 0)).toThrow("splitShards: shards is not a count; got 0");
    expect(() => splitShards(model, options, 100_001)).toThrow("shards is not a count; got 100001");
    expect(() => splitShards(model, { ...options, samples: 0 }, 1)).toThrow("samples is not a count");
    expect(() => shardRunner([])).toThrow("shardRunner: no models; got an empty list");
    expect(() => runShard(model, shard, { lanes: 3 } as never)).toThrow('unknown option; got "lanes"');
  });
});

test("a runner that has compiled nine gradients compiles the first again, to the same bits", () => {
  const runner = shardRunner([gmm]);
  const shards = Array.from({ length: 9 }, (_, k) =>
    splitShards(
      gmm,
      { estimator: n.corrected(), samples: 8, collapse: false, seed: k, params: { mu: [k], rho: [1] } },
      1,
    ),
  ).flat();
  const texts = shards.map((shard) => JSON.stringify(runner.run(shard)));
  expect(shards.map((shard) => JSON.stringify(runner.run(shard)))).toEqual(texts);
});
