import { describe, expect, test } from "vitest";
import { normalCdf } from "../../src/math/normal.ts";
import { truncatedNormalMoments, truncatedNormalQuantile } from "../../src/math/truncated-normal.ts";

describe("a standard normal number between two ends", () => {
  // Mean and variance by mpmath's quadrature of the density in 50 digits.
  test.each([
    [-Infinity, Infinity, 0, 1],
    [-Infinity, 0, -0.79788456080286536, 0.36338022763241866],
    [-1, 2, 0.22963717909132897, 0.51976253921153394],
    [8, 9, 8.1211889929797971, 0.014148542782748111],
    [-500, -499, -499.00200399191997, 4.0159513597038914e-6],
    [500, Infinity, 500.00199998400032, 3.9999040031998674e-6],
    [-30, 5, -1.4867199409049057e-6, 0.99999256639808514],
    [-0.5, 0.5, 0, 0.080589154600811698],
    [-1e5, Infinity, 0, 1],
  ])("(%f, %f) has mean %f and variance %f, and so has its mirror image", (a, b, mean, variance) => {
    for (const [low, high, sign] of [
      [a, b, 1],
      [-b, -a, -1],
    ] as const) {
      const found = truncatedNormalMoments(low, high);
      expect(Math.abs(sign * found.mean - mean)).toBeLessThan(1e-13 * Math.max(1, Math.abs(mean)));
      expect(Math.abs(found.variance / variance - 1)).toBeLessThan(1e-11);
    }
  });

  test("has the same moments by formulas and by the rule, where one takes over from the other", () => {
    for (const a of [-5.6, -3, -0.4, 0.2, 2, 4.4]) {
      const [narrow, wide] = [truncatedNormalMoments(a, a + 0.5 - 1e-9), truncatedNormalMoments(a, a + 0.5 + 1e-9)];
      expect(wide.mean - narrow.mean).toBeCloseTo(1e-9, 8);
      expect(wide.variance / narrow.variance).toBeCloseTo(1, 7);
    }
    for (const b of [-5, 5]) {
      const sides = [1 - 1e-12, 1 + 1e-12].map((factor) =>
        truncatedNormalMoments(Math.min(b * factor, Math.sign(b) * 7), Math.max(b * factor, Math.sign(b) * 7)),
      );
      expect(sides[0]!.mean).toBeCloseTo(sides[1]!.mean, 10);
      expect(sides[0]!.variance / sides[1]!.variance).toBeCloseTo(1, 10);
    }
  });

  test.each([
    [-Infinity, Infinity],
    [-1, 2],
    [-0.001, 0.001],
    [-4, Infinity],
    [-5, -4],
  ])("(%f, %f) has the quantiles of its distribution function", (a, b) => {
    const [below, above] = [normalCdf(a), normalCdf(b)];
    for (const p of [1e-9, 0.1, 0.5, 0.9, 1 - 1e-9]) {
      const x = truncatedNormalQuantile(a, b, p);
      expect((normalCdf(x) - below) / (above - below)).toBeCloseTo(p, 11);
      expect(-truncatedNormalQuantile(-b, -a, 1 - p)).toBeCloseTo(x, 6);
    }
  });

  test("far out, too, where the distribution function is 1", () => {
    // In (9, ∞) and (500, 501) the distance from the end is nearly exponential: log 2 over the end at the median.
    expect(truncatedNormalQuantile(9, Infinity, 0.5) - 9).toBeCloseTo(Math.log(2) / 9.1, 3);
    expect(truncatedNormalQuantile(500, 501, 0.5) - 500).toBeCloseTo(Math.log(2) / 500, 7);
    expect(truncatedNormalQuantile(-501, -500, 0.5)).toBe(-truncatedNormalQuantile(500, 501, 0.5));
    expect(truncatedNormalQuantile(8, 8 + 1e-9, 0.5) - 8).toBeCloseTo(5e-10, 12);
    for (const [a, b] of [
      [8, 8 + 1e-15],
      [-3, -2],
      [-Infinity, 4],
    ] as const)
      expect([truncatedNormalQuantile(a, b, 0), truncatedNormalQuantile(a, b, 1)]).toEqual([a, b]);
  });
});
