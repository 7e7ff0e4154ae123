/** Glides are what makes particles draws of a posterior in many latents: they can be undone, keep the energy, and particles that glide have the right moments. */
import { expect, test } from "vitest";
import { glidesOf } from "../../../../src/inference/posterior/adaptation/glide.ts";
import { COUNT, particlesOf } from "../../../../src/inference/posterior/adaptation/particles.ts";
import type { Slopes } from "../../../../src/inference/posterior/adaptation/slopes.ts";
import type { Target } from "../../../../src/inference/posterior/adaptation/target.ts";
import type { Gaussian } from "../../../../src/inference/posterior/gaussian.ts";
import { independent } from "../../../../src/inference/posterior/guide-draws.ts";
import { finished } from "../../../../src/pieces/pieces.ts";
import { fillNormals, makeGenerator, noiseRequest } from "../../../../src/random/index.ts";

/** exp(−x⁴/4 − (y − x²)²/2): y lies about a parabola of x. */
const target: Target = (kept, draws) =>
  Float64Array.from({ length: draws }, (_, d) => -(kept[d]! ** 4) / 4 - (kept[draws + d]! - kept[d]! ** 2) ** 2 / 2);
const slopes: Slopes = (kept, draws) =>
  Float64Array.from({ length: 2 * draws }, (_, k) => {
    const [x, y] = [kept[k % draws]!, kept[draws + (k % draws)]!];
    return k < draws ? -(x ** 3) + 2 * x * (y - x * x) : x * x - y;
  });
const prior = independent([0, 0], [2, 2], 1);
const spread: Gaussian = {
  weight: 1,
  means: new Float64Array(2),
  scales: [new Map([[0, 0.9]]), new Map([[0, 0.3], [1, 1.2]])], // biome-ignore format: rows
};

test("a glide is undone by one with the opposite speeds, and keeps the energy the better the shorter its legs are", () => {
  const count = 64;
  const noise = new Float64Array(2 * count);
  fillNormals(noiseRequest({ out: noise, generator: makeGenerator(1), stream: 0, lanes: count, dimensions: 2 }));
  const from = Float64Array.from({ length: 2 * count }, (_, k) => Math.sin(k));
  const off = [0.2, 0.1].map((length) => {
    const lengths = new Float64Array(count).fill(length);
    const speeds = noise.slice();
    const { reached, energy } = finished(glidesOf(slopes, prior, spread, from, speeds, lengths, 1));
    const back = finished(
      glidesOf(slopes, prior, spread, reached, speeds.map((value) => -value), lengths, 1), // biome-ignore format: one call
    );
    for (let k = 0; k < from.length; k++) expect(Math.abs(back.reached[k]! - from[k]!)).toBeLessThan(1e-9);
    const [before, after] = [target(from, count), target(reached, count)];
    return Math.max(...energy.map((value, d) => Math.abs(value - (after[d]! - before[d]!))));
  });
  // The error is of second order: legs half as long leave a quarter, give or take what of higher order is left.
  expect(off[0]! / off[1]!).toBeGreaterThan(3);
  expect(off[1]).toBeLessThan(0.1);
});

/** E[x²], E[y] and E[y²] by a sum over a grid. */
const exact = (() => {
  const sums = [0, 0, 0, 0];
  for (let x = -5; x <= 5; x += 0.02)
    for (let e = -6; e <= 6; e += 0.1) {
      const [weight, y] = [Math.exp(-(x ** 4) / 4 - (e * e) / 2), x * x + e];
      [1, x * x, y, y * y].forEach((value, i) => {
        sums[i]! += weight * value;
      });
    }
  return sums.slice(1).map((sum) => sum / sums[0]!);
})();

const momentsBy = (along: Slopes): number[] => {
  const population = finished(particlesOf(target, prior, makeGenerator(4), { slopes: along }))!;
  finished(population.walk(8));
  const [x, y] = [population.particles.subarray(0, COUNT), population.particles.subarray(COUNT)];
  const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / COUNT;
  return [mean(x.map((value) => value * value)), mean(y), mean(y.map((value) => value * value))];
};

// Of 2048 independent draws the means have sds of 0.017, 0.031 and 0.066: four of them.
test.each([
  ["the slope", slopes],
  ["half of the slope", (kept: Float64Array, draws: number) => slopes(kept, draws).map((slope) => slope / 2)],
])("particles that glide along %s are draws of the posterior", (_, along) => {
  const found = momentsBy(along);
  [0.07, 0.125, 0.27].forEach((most, i) => {
    expect(Math.abs(found[i]! - exact[i]!)).toBeLessThan(most);
  });
});
