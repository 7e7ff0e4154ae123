/** Draws of a part of a posterior drift when they move, draws of all of it stay. */
import { describe, expect, it, test } from "vitest";
import { defineModel, discreteUniform, fit, gt, halfNormal, normal, where } from "../../../../src/index.ts";
import type { Particles } from "../../../../src/inference/posterior/adaptation/particles.ts";
import type { Slopes } from "../../../../src/inference/posterior/adaptation/slopes.ts";
import type { Target } from "../../../../src/inference/posterior/adaptation/target.ts";
import { guideDraws, independent } from "../../../../src/inference/posterior/guide-draws.ts";
import { driftOf, populationOf } from "../../../../src/inference/posterior/moves/drift.ts";
import { finished } from "../../../../src/pieces/pieces.ts";
import { makeGenerator } from "../../../../src/random/index.ts";

const N = 20;
const DRAWS = 4096;

// Independent standard normals.
const target: Target = (kept, draws) =>
  Float64Array.from({ length: draws }, (_, d) => {
    let log = 0;
    for (let i = 0; i < N; i++) log -= 0.5 * kept[i * draws + d]! ** 2;
    return log;
  });
const slopes: Slopes = (kept) => kept.map((x) => -x);
const ones = new Array<number>(N).fill(1);
const prior = independent(new Array<number>(N).fill(0), ones, 1);

/** A population of draws of which latent 7 has another mean and sd. */
const population = (mean: number, sd: number, seed: number): Particles => {
  const drawn = independent(
    ones.map((_, i) => (i === 7 ? mean : 0)),
    ones.map((_, i) => (i === 7 ? sd : 1)),
    1,
  );
  const kept = guideDraws([drawn], DRAWS, makeGenerator(seed), 99);
  const weights = new Float64Array(DRAWS).fill(1 / DRAWS);
  return finished(populationOf(target, slopes, prior, makeGenerator(seed), { kept, weights }, 0))!;
};

describe("draws that move along a posterior", () => {
  it("stay where they are if they are draws of it", () => {
    for (let seed = 0; seed < 6; seed++) expect(finished(driftOf(population(0, 1, seed), N, 600))).toBeUndefined();
  });

  it("drift in the latent of which they have met a part, to where all of it is", () => {
    for (let seed = 0; seed < 3; seed++) {
      expect(finished(driftOf(population(0, 0.5, seed), N, 600))).toBe(7);
      const moved = population(0.6, 1, seed);
      expect(finished(driftOf(moved, N, 600))).toBe(7);
      const own = moved.particles.subarray(7 * 2048, 8 * 2048);
      expect(Math.abs(own.reduce((sum, x) => sum + x, 0) / 2048)).toBeLessThan(0.3);
    }
  });
});

// A walk whose steps become larger on some day, which is summed out: given both scales no normal follows it, and no normal of all latents is narrow where a scale is small.
const READINGS = [
  0.088, 0.031, -0.194, -0.695, -0.562, -0.459, -0.408, -0.58, -0.153, 0.327, 0.223, -0.606, -2.36, -2.043, -1.348,
  -0.791, -2.024,
];
const walk = defineModel("walk", ({ sample, observe }) => {
  const day = sample("day", discreteUniform(1, READINGS.length - 1));
  const [small, large] = [sample("small", halfNormal(1)), sample("large", halfNormal(1))];
  let x = sample("x0", normal(0, 1));
  READINGS.forEach((y, t) => {
    x = sample(`x${t + 1}`, normal(x, where(gt(day, t), small, large)));
    observe(normal(x, 0.3), y);
  });
});

/** Mean and sd of the small scale: given both and the day the levels are those of a Kalman filter. */
function exactSmall(): { readonly mean: number; readonly sd: number } {
  const sums = [0, 0, 0];
  for (let day = 1; day < READINGS.length; day++)
    for (let small = 0.0125; small < 2.5; small += 0.025)
      for (let large = 0.025; large < 3; large += 0.05) {
        let [mean, variance, log] = [0, 1, -0.5 * (small * small + large * large)];
        READINGS.forEach((y, t) => {
          variance += (t < day ? small : large) ** 2;
          const all = variance + 0.09;
          log -= 0.5 * ((y - mean) ** 2 / all + Math.log(all));
          mean += (variance / all) * (y - mean);
          variance *= 0.09 / all;
        });
        const weight = Math.exp(log);
        [1, small, small * small].forEach((power, k) => {
          sums[k]! += weight * power;
        });
      }
  const mean = sums[1]! / sums[0]!;
  return { mean, sd: Math.sqrt(sums[2]! / sums[0]! - mean * mean) };
}
test("a fit whose weighted draws drift is answered by where they settle, and told", () => {
  const posterior = fit(walk, { seed: 4, onWarning() {} });
  const { answers, weighted } = posterior.report!.importance!;
  expect(answers).toBe("particles");
  expect(posterior.report!.warnings.map(({ code, latents }) => [code, latents])).toEqual([["narrow-guide", ["small"]]]);
  // The weights look good.
  expect(weighted!.kHat).toBeLessThan(0.7);
  expect(weighted!.effectiveDraws).toBeGreaterThan(400);
  const exact = exactSmall();
  expect(Math.abs(posterior.mean("small") - exact.mean)).toBeLessThan(0.12 * exact.sd);
  expect(Math.abs(posterior.sd("small") / exact.sd - 1)).toBeLessThan(0.12);
});
