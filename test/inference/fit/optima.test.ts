/** Two ends of climbs are one optimum where they are near in the noises of a guide, not in the latents one by one. */
import { describe, expect, test } from "vitest";
import { softplusChart } from "../../../src/guides/chart.ts";
import { add, defineModel, fit, halfNormal, mul, normal } from "../../../src/index.ts";
import { same } from "../../../src/inference/fit/optima.ts";
import { sdOf } from "../../../src/inference/posterior/gaussian.ts";

// z₀ = μ₀ + ε₀, z₁ = μ₁ − 100·ε₀ + 0.01·ε₁
const ridge = softplusChart(2, [{ row: 1, column: 0 }]);
const at = (first: number, second: number): Float64Array => Float64Array.of(first, second, 0, Math.log(0.01), -100);

describe("along a ridge", () => {
  test("points far apart in one latent are one optimum, points beside it are not", () => {
    expect(same(at(0, 0), at(0.5, -50), ridge)).toBe(true);
    expect(same(at(0, 0), at(0.5, -49.9), ridge)).toBe(false);
    expect(same(at(0, 0), at(5, -500), ridge)).toBe(false);
  });

  test("a guide without C takes the latents one by one", () => {
    const [p, q] = [at(0, 0), at(0.5, -50)].map((x) => x.slice(0, 4));
    expect(same(p!, q!, softplusChart(2, []))).toBe(false);
  });

  test("sds are those of the latents, whatever the others are", () => {
    const scales = [
      new Map([[0, 1]]),
      new Map([
        [1, 0.01],
        [0, -100],
      ]),
    ];
    const place = { weight: 1, means: Float64Array.of(3, 4), scales };
    expect([sdOf(place, 0), sdOf(place, 1)]).toEqual([1, expect.closeTo(Math.hypot(100, 0.01), 10)]);
  });
});

test("a line over raw years has one optimum", () => {
  const ys = [0.1, -1.2, 0.8, 1.9, 0.6, 2.7, 3.9, 3.1];
  const years = defineModel("years", ({ sample, observe }) => {
    const [a, b] = [sample("a", normal(0, 1000)), sample("b", normal(0, 10))];
    const sd = sample("sd", halfNormal(5));
    ys.forEach((y, i) => {
      observe(normal(add(a, mul(b, 2000 + i)), sd), y);
    });
  });
  const report = fit(years, { seed: 1, onWarning() {} }).report!;
  expect(report.guide).toBe("full-rank");
  expect(report.warnings.map(({ code }) => code)).not.toContain("other-optima");
  expect(report.optima).toHaveLength(1);
});
