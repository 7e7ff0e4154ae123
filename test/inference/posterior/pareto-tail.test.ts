import { describe, expect, test } from "vitest";
import { averagingWeights, paretoSmoothed } from "../../../src/inference/posterior/pareto-tail.ts";
import { makeGenerator, uniformSource } from "../../../src/random/index.ts";

/** Logs of weights whose tail is a Pareto distribution's of this shape. */
function tailed(shape: number, count: number, seed: number): Float64Array {
  const next = uniformSource(makeGenerator(seed));
  return Float64Array.from({ length: count }, () => Math.log(((1 - next()) ** -shape - 1) / shape));
}

describe("weights with a Pareto tail", () => {
  test.each([0.2, 0.5, 0.7, 1, 1.5])("have its shape: %f", (shape) => {
    const found = [1, 2, 3, 4, 5].map((seed) => paretoSmoothed(tailed(shape, 20_000, seed)).kHat);
    const mean = found.reduce((sum, k) => sum + k, 0) / found.length;
    // Of 425 in the tail the shape is known to (1 + k)/√425, of five times as many to 2.2 times less.
    expect(Math.abs(mean - shape)).toBeLessThan((4 * (1 + shape)) / Math.sqrt(5 * 425));
  });

  test("sum to 1, in the order of the raw ones, and averages with them are less noisy", () => {
    const spread = (of: (logs: Float64Array) => readonly number[] | Float64Array): number => {
      // The share of the largest hundredth of the weights.
      const shares = Array.from({ length: 40 }, (_, seed) => {
        const sorted = Float64Array.from(of(tailed(0.6, 2000, seed))).sort();
        return sorted.slice(-20).reduce((sum, w) => sum + w, 0);
      });
      const mean = shares.reduce((sum, share) => sum + share, 0) / 40;
      return Math.sqrt(shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / 40);
    };
    const raw = (logs: Float64Array): number[] => {
      const weights = Array.from(logs, Math.exp);
      const total = weights.reduce((sum, w) => sum + w, 0);
      return weights.map((w) => w / total);
    };
    const logs = tailed(0.6, 2000, 7);
    const { weights } = paretoSmoothed(logs);
    expect(weights.reduce((sum, w) => sum + w, 0)).toBeCloseTo(1, 12);
    const order = [...logs.keys()].sort((i, j) => logs[i]! - logs[j]!);
    for (const [at, i] of order.slice(1).entries()) expect(weights[i]!).toBeGreaterThanOrEqual(weights[order[at]!]!);
    expect(spread((logs) => paretoSmoothed(logs).weights)).toBeLessThan(spread(raw));
  });
});

test("equal weights stay equal", () => {
  const { weights, kHat, effectiveDraws } = paretoSmoothed(new Float64Array(100).fill(-3000));
  expect([...new Set(weights)]).toEqual([0.01]);
  expect(kHat).toBe(-Infinity);
  expect(effectiveDraws).toBeCloseTo(100, 9);
});

test("few weights are normalised and not smoothed; impossible ones are 0", () => {
  const { weights, kHat, effectiveDraws } = paretoSmoothed([Math.log(3), -Infinity, 0]);
  expect(Array.from(weights, (w) => Math.round(1e12 * w) / 1e12)).toEqual([0.75, 0, 0.25]);
  expect(kHat).toBeNaN();
  expect(effectiveDraws).toBeCloseTo(1.6, 12);
});

test.each([[[]], [[0, NaN]], [[0, Infinity]], [[-Infinity, -Infinity]]])("of %j is an error", (logs) => {
  expect(() => paretoSmoothed(logs)).toThrow("paretoSmoothed: weights have no sum; got");
});

test("are averaged with as they are where few draws in a tail weigh far more than all others", () => {
  // 99 of 100 weigh between 1 and 1.05, one of 100 has a Pareto weight of the shape 1.
  const next = uniformSource(makeGenerator(3));
  const logs = Float64Array.from({ length: 16_384 }, () => {
    const u = next();
    return u < 0.99 ? 0.05 * next() : -Math.log(next());
  });
  const { kHat, weights, effectiveDraws } = averagingWeights(logs);
  expect(kHat).toBeGreaterThan(0.7);
  const total = logs.reduce((sum, log) => sum + Math.exp(log), 0);
  for (let d = 0; d < 16_384; d += 7) expect(weights[d]! * total).toBeCloseTo(Math.exp(logs[d]!), 9);
  expect(effectiveDraws).toBeCloseTo(1 / weights.reduce((sum, weight) => sum + weight * weight, 0), 9);
  const raised = paretoSmoothed(logs).weights.map((weight, d) => weight / weights[d]!);
  expect(raised.reduce((most, ratio) => Math.max(most, ratio))).toBeGreaterThan(1.5);
  const light = tailed(0.3, 2000, 7);
  expect(averagingWeights(light)).toEqual(paretoSmoothed(light));
});
