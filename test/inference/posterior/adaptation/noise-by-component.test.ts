/** Draws are added where they take noise away: to those guides whose draws make it. */
import { expect, test } from "vitest";
import * as n from "../../../../src/index.ts";
import {
  countsLeaving,
  helpfulDifferences,
  noiseByComponent,
} from "../../../../src/inference/posterior/adaptation/noise-by-component.ts";

test("the noise of equal weights is that of independent draws: 1/n in a mean", () => {
  const draws = 4096;
  const kept = Float64Array.from({ length: draws }, (_, d) => n.normal(0, 1).quantile!((d + 0.5) / draws));
  const [first, second] = noiseByComponent(kept, new Float64Array(draws).fill(1 / draws), undefined, [1024, 3072]);
  expect(first! + second!).toBeCloseTo(1 / draws, 9);
  // The quarter below −0.674 has ¼ + 0.674·φ(0.674) of the squares.
  expect(first! * draws).toBeCloseTo(0.25 + 0.6745 * 0.3178, 2);
});

test("weights that equal those of the guide leave none, whatever the numbers", () => {
  const weights = Float64Array.of(0.1, 0.2, 0.3, 0.4);
  expect(noiseByComponent(Float64Array.of(5, 1, 2, 9), weights, weights.slice(), [2, 2])).toEqual([0, 0]);
  expect(helpfulDifferences(weights, Float64Array.of(0.9, 0.05, 0.05, 0))).toBeUndefined();
});

test("as little noise takes few more draws where one component makes it, and as many of each where all do", () => {
  const counts = [3277, 246, 163, 410];
  expect(countsLeaving(0.25e-3, [0, 0, 0, 1e-3], counts)).toEqual([3277, 246, 163, 1640]);
  const even = countsLeaving(
    0.25e-3,
    counts.map((count) => (1e-3 * count) / 4096),
    counts,
  );
  even.forEach((count, c) => {
    expect(Math.abs(count - 4 * counts[c]!)).toBeLessThanOrEqual(1);
  });
});

test("a hidden switch whose levels may change places has its exact moments to 0.03 sd", () => {
  // Two levels, each of which explains either half of the data: a second mode that the guide does not reach.
  const ys = [1.2, 0.7, -0.9, -1.4, 0.1];
  const model = n.defineModel("levels", ({ sample, observe }) => {
    const [a, b] = [sample("a", n.normal(0.6, 1)), sample("b", n.normal(-0.6, 1))];
    for (const y of ys) observe(n.mixture([0.5, 0.5], [n.normal(a, 0.5), n.normal(b, 0.5)]), y);
  });
  const posterior = n.fit(model, { onWarning() {} });
  const density = (x: number, m: number, sd: number): number => Math.exp((-0.5 * (x - m) * (x - m)) / sd / sd);
  let [total, mean, square] = [0, 0, 0];
  for (let a = -5; a <= 5; a += 0.02)
    for (let b = -5; b <= 5; b += 0.02) {
      let p = density(a, 0.6, 1) * density(b, -0.6, 1);
      for (const y of ys) p *= density(y, a, 0.5) + density(y, b, 0.5);
      total += p;
      mean += p * a;
      square += p * a * a;
    }
  mean /= total;
  const sd = Math.sqrt(square / total - mean * mean);
  expect(Math.abs(posterior.mean("a") - mean)).toBeLessThan(0.03 * sd);
  expect(Math.abs(posterior.sd("a") / sd - 1)).toBeLessThan(0.03);
});
