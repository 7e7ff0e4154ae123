/** Draws from which jumps do not come back lack a part of the posterior; where as many come back nothing is missing. */
import { describe, expect, it } from "vitest";
import { defineModel, exp, fit, gamma, hurdle, lt, normal, poisson, uniform, where } from "../../../../src/index.ts";
import type { Target } from "../../../../src/inference/posterior/adaptation/target.ts";
import { guideDraws, independent } from "../../../../src/inference/posterior/guide-draws.ts";
import { unmetPart } from "../../../../src/inference/posterior/moves/jumps.ts";
import { logSumExp } from "../../../../src/math/log-sum-exp.ts";
import { finished } from "../../../../src/pieces/pieces.ts";
import { makeGenerator } from "../../../../src/random/index.ts";

// Of two latents the first is normal; the second is normal too with probability 1 − share, and else anywhere up to `width` sds below.
const plateau =
  (share: number, width: number): Target =>
  (kept, draws) =>
    Float64Array.from({ length: draws }, (_, d) => {
      const [x, y] = [kept[d]!, kept[draws + d]!];
      const normal = Math.log(1 - share) - 0.5 * y * y - 0.5 * Math.log(2 * Math.PI);
      const flat = y < 0 && y > -width ? Math.log(share / width) : -Infinity;
      return -0.5 * x * x + logSumExp([normal, flat]);
    });

const guide = independent([0, 0], [1, 1], 1);
const normals = { kept: guideDraws([guide], 4096, makeGenerator(3)), weights: new Float64Array(4096).fill(1 / 4096) };

describe("a part of the posterior that draws have not met", () => {
  it("is found along its latent, however wide it is, with a normal there", () => {
    for (const width of [30, 1000, 30_000]) {
      const found = finished(unmetPart(plateau(0.5, width), guide, makeGenerator(1), normals));
      expect(found?.latent).toBe(1);
      const mean = found!.normal.means[1]!;
      expect(mean).toBeLessThan(-width / 10);
      expect(mean).toBeGreaterThan(-width);
      expect(found!.normal.scales[1]!.get(1)!).toBeGreaterThan(width / 20);
    }
  });

  it("is none where nothing is missing, or next to nothing", () => {
    for (let seed = 0; seed < 20; seed++) {
      expect(finished(unmetPart(plateau(0, 1), guide, makeGenerator(seed), normals))).toBeUndefined();
      expect(finished(unmetPart(plateau(0.001, 1000), guide, makeGenerator(seed), normals))).toBeUndefined();
    }
  });

  it("is none where rounding alone makes a density infinite", () => {
    const rounded: Target = (kept, draws) =>
      plateau(0, 1)(kept, draws).map((log, d) => (kept[draws + d]! < -700 ? Infinity : log));
    expect(finished(unmetPart(rounded, guide, makeGenerator(1), normals))).toBeUndefined();
    const model = defineModel("visits", ({ sample, observe }) => {
      const rate = exp(sample("c", normal(0, 2)));
      [3, 1, 2, 0, 5].forEach((count) => {
        observe(hurdle(0.4, poisson(rate)), count);
      });
    });
    for (let seed = 0; seed < 3; seed++) expect(fit(model, { seed, onWarning: () => {} }).report?.warnings).toEqual([]);
  });

  it("is looked for in up to 128 latents", () => {
    // All are normal, but for half of the posterior along the last one, which is a plateau.
    const found = (n: number) => {
      const own = plateau(0.5, 1000);
      const target: Target = (kept, draws) => {
        const logs = own(kept.subarray((n - 2) * draws), draws);
        for (let k = 0; k < (n - 2) * draws; k++) logs[k % draws]! -= 0.5 * kept[k]! ** 2;
        return logs;
      };
      const wide = independent(new Array(n).fill(0), new Array(n).fill(1), 1);
      const kept = guideDraws([wide], 512, makeGenerator(3));
      return finished(
        unmetPart(target, wide, makeGenerator(1), { kept, weights: new Float64Array(512).fill(1 / 512) }),
      );
    };
    expect(found(128)?.latent).toBe(127);
    expect(found(129)).toBeUndefined();
  });

  it("is none where draws have it, as often as the posterior does", () => {
    const kept = normals.kept.slice();
    for (let d = 0; d < 4096; d += 2) kept[4096 + d] = (-1000 * (d + 0.5)) / 4096;
    for (let seed = 0; seed < 20; seed++)
      expect(finished(unmetPart(plateau(0.5, 1000), guide, makeGenerator(seed), { ...normals, kept }))).toBeUndefined();
  });
});

// Yearly counts, and a rate that may have changed: the rates have the nearly flat priors of BUGS. If the year is the last one no count has the later rate, and
// all of its prior, of which the mass is 1, stands against what two rates gain.
const counts = [2, 1, 3, 0, 2, 4, 1, 2, 2, 1, 3, 2, 1, 0, 2, 3, 2, 4, 3, 2, 3, 5, 2, 3];

function exact(): { mean: number; sd: number } {
  const lgamma = (x: number): number => {
    let [sum, at] = [0, x];
    for (; at < 20; at++) sum -= Math.log(at);
    return sum + (at - 0.5) * Math.log(at) - at + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * at) - 1 / (360 * at ** 3);
  };
  const mass = (total: number, years: number): number =>
    lgamma(0.001 + total) - (0.001 + total) * Math.log(0.001 + years);
  const all = counts.reduce((sum, count) => sum + count, 0);
  let early = 0;
  const logs = counts.map((count, t) => {
    early += count;
    return mass(early, t + 1) + mass(all - early, counts.length - t - 1);
  });
  const most = Math.max(...logs);
  let [sum, first, second] = [0, 0, 0];
  logs.forEach((log, t) => {
    const weight = Math.exp(log - most);
    sum += weight;
    first += weight * (t + 0.5);
    second += weight * ((t + 0.5) ** 2 + 1 / 12);
  });
  const mean = first / sum;
  return { mean, sd: Math.sqrt(second / sum - mean * mean) };
}

it("a rate without data under a nearly flat prior is part of the posterior", { timeout: 60_000 }, () => {
  const model = defineModel("hurricanes", ({ sample, observe }) => {
    const when = sample("when", uniform(0, counts.length));
    const early = sample("early", gamma(0.001, 0.001));
    const late = sample("late", gamma(0.001, 0.001));
    for (const [t, count] of counts.entries()) observe(poisson(where(lt(t, when), early, late)), count);
  });
  const { mean, sd } = exact();
  const posterior = fit(model, { seed: 1, onWarning() {} });
  expect(Math.abs(posterior.mean("when") - mean)).toBeLessThan(0.05 * sd);
  expect(Math.abs(posterior.sd("when") / sd - 1)).toBeLessThan(0.05);
});

it("of a posterior that is normal nothing is told", { timeout: 60_000 }, () => {
  const model = defineModel("mean", ({ sample, observe }) => {
    const mean = sample("mean", normal(0, 10));
    for (const y of [1, 2, 3]) observe(normal(mean, 1), y);
  });
  expect(fit(model, { onWarning() {} }).warnings).toEqual([]);
});
