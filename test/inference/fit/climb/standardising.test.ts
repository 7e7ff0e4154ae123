/** Fits of hierarchical programs: which latents are fitted by their noise, and what that is worth. */
import { describe, expect, test } from "vitest";
import {
  compile,
  corrected,
  defineModel,
  estimateGradient,
  exp,
  type FitOptions,
  fit,
  fullRank,
  halfNormal,
  iid,
  type Model,
  meanField,
  mul,
  normal,
  Posterior,
  predict,
  withData,
} from "../../../../src/index.ts";
import { startSearch } from "../../../../src/inference/fit/setup.ts";
import { finished } from "../../../../src/pieces/pieces.ts";
import { FULL } from "../../../../src/profile.ts";
import { noiseNames } from "../../../../src/program/standardised.ts";
import { type Shard, shardRunner, fitAsync as sharedFit } from "../../../../src/shards/index.ts";
import { climbed } from "../../../support/unweighed.ts";

const quiet = { onWarning: () => undefined } as const;

// Groups of readings around means that lie about mu with sd tau.
const grouped = (groups: readonly (readonly number[])[], width = 10) =>
  defineModel("groups", ({ sample, observe }) => {
    const [mu, tau] = [sample("mu", normal(0, 10)), sample("tau", halfNormal(width))];
    const means = sample("m", iid(normal(mu, tau), groups.length));
    groups.forEach((readings, g) => void observe(iid(normal(means[g]!, 1), readings.length), readings));
  });
const spread = (mean: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => mean + 1.7 * ((2 * i + 1) / count - 1));
const few = grouped([[1.2, 0.1], [2.3], [1.9, 1.1], [0.4]], 1);

describe("a fit of latents whose scale is a latent", () => {
  const funnel = defineModel("funnel", ({ sample }) => {
    const v = sample("v", normal(0, 3));
    for (let i = 0; i < 4; i++) sample(`x${i}`, normal(0, exp(mul(0.5, v))));
  });

  test("is right for a funnel, which no normal guide over its latents follows", () => {
    const posterior = fit(funnel, quiet) as Posterior;
    expect(posterior.standardised).toEqual(["x0", "x1", "x2", "x3"]);
    expect(posterior.status).toBe("converged");
    expect(posterior.warnings).toEqual([]);
    expect(posterior.mean("v")).toBeCloseTo(0, 2);
    expect(posterior.sd("v") / 3).toBeCloseTo(1, 2);
    // x has the sd E[e^v]^½ = e^(9/4), of which draws have seldom seen the tail: its quartile, where |e|·e^(v/2) is 0.67 at v = 0, is near it.
    const x = Array.from(posterior.sample(20_000, { seed: 1 }).x0!, Math.abs).sort((p, q) => p - q);
    expect(x[10_000]).toBeGreaterThan(0.5);
    expect(x[10_000]).toBeLessThan(0.8);
    // The control: latents as they are written.
    const written = climbed(funnel, { ...quiet, standardise: false, restarts: 0 });
    expect(written.report!.elbo).toBeLessThan(posterior.report!.elbo - 0.5);
  });

  // The latents by their noise of a fit that is set up and not begun.
  const chosen = (model: Model, options: FitOptions = {}): string[] =>
    noiseNames(finished(startSearch(FULL, model, { ...quiet, ...options }))!.sampler.objective.trace);

  test("has those by their noise of which the data say little, and others as they are", () => {
    const means = [0.3, -0.4, 0.2, 0.5, -0.2];
    const of = (counts: readonly number[]): string[] =>
      chosen(grouped(counts.map((count, g) => spread(means[g]!, count))));
    expect(of([60, 60, 60])).toEqual([]);
    expect(of([60, 1, 60, 1, 60])).toEqual(["m[1]", "m[3]"]);
  });

  test("has them as they are where the guide or the start is given, and as named", () => {
    expect(chosen(few)).toHaveLength(4);
    expect(chosen(few, { guide: fullRank() })).toEqual([]);
    expect(chosen(few, { guide: meanField() })).toEqual([]);
    expect(chosen(few, { init: { mu: { mu: 1 } } })).toEqual([]);
    expect(chosen(few, { standardise: false })).toEqual([]);
    expect(chosen(few, { standardise: ["m[2]"], guide: meanField() })).toEqual(["m[2]"]);
    expect(() => chosen(few, { standardise: ["tau"] })).toThrow(/standardise: .*got "tau"/);
  });

  test("is saved, predicted from and asked for its gradient like any other", () => {
    const posterior = climbed(few, { ...quiet, restarts: 0 });
    const { standardised: standardise, params, report } = posterior;
    expect(standardise).toHaveLength(4);
    const again = Posterior.from(few, JSON.stringify(posterior)) as Posterior;
    expect(again.standardised).toEqual(standardise);
    expect(again.mean("tau")).toBe(posterior.mean("tau"));
    expect(again.sample(3, { seed: 1 })).toEqual(posterior.sample(3, { seed: 1 }));
    const gradient = { estimator: corrected(), guide: fullRank(), params, samples: 2000 };
    expect(Math.abs(estimateGradient(few, { ...gradient, standardise }).elbo - report!.elbo)).toBeLessThan(0.1);
    // The control: the same parameters for the latents as they are written.
    expect(estimateGradient(few, gradient).elbo).toBeLessThan(report!.elbo - 5);
    // Draws of the mean itself and not of its noise: predicted readings lie about it.
    const [first] = Object.values(predict(few, posterior, { draws: 2000 }).observations);
    expect(Math.abs(first!.reduce((sum, y) => sum + y, 0) / 2000 - posterior.mean("m[0]"))).toBeLessThan(0.15);
  });

  test("has the same bits where it is gone on with, shared with workers, or compiled for its data", async () => {
    const two = defineModel(
      "two",
      ({ sample, observe }, { y }) => {
        const tau = sample("tau", halfNormal(1));
        for (const [g, value] of [...y].entries())
          observe(normal(sample(`m${g}`, normal(0, tau)), 1), value as number, `y${g}`);
      },
      { data: { y: "numbers" } },
    );
    const data = { y: [1.2, -0.3] };
    const own = withData(two, data);
    const options = { ...quiet, seed: 3, restarts: 1 };
    const alone = fit(own, options);
    expect(alone.standardised).toEqual(["m0", "m1"]);
    const bits = JSON.stringify(alone);
    const begun = fit(own, { ...options, maxSamples: 1000 });
    expect(begun.status).toBe("budget");
    expect(JSON.stringify(fit(own, { resume: JSON.stringify(begun.state), maxSamples: 200_000, ...quiet }))).toBe(bits);
    const { run } = shardRunner(own);
    const workers = {
      size: 2,
      latency: 0,
      run: async (shard: Shard) => JSON.parse(JSON.stringify(run(shard))) as Shard,
    };
    expect(JSON.stringify(await sharedFit(own, { ...options, workers }))).toBe(bits);
    const compiled = compile(two, { y: 2 }).fit({ data, ...options });
    expect(compiled.standardised).toEqual(["m0", "m1"]);
    expect(compiled.summary()).toEqual(alone.summary());
  });
});
