/** The last steps of a first phase that has settled tell the gradient at their mean. */
import { expect, test } from "vitest";
import { softplusChart } from "../../../../../src/guides/chart.ts";
import { keepStep, meanOfSteps, type Step } from "../../../../../src/inference/fit/climb/natural/last-steps.ts";

// One latent: its mean and the logarithm of its scale, which is 0; the gradient is that of −½·(x − 5)².
const CHART = softplusChart(1, []);
const stepsOf = (means: readonly number[]): Step[] => {
  const steps: Step[] = [];
  for (const mean of means) keepStep(steps, Float64Array.of(mean, 0), Float64Array.of(5 - mean, 0));
  return steps;
};

test("steps that are near each other have a mean place and the mean gradient there", () => {
  const mean = meanOfSteps(stepsOf([4.9, 5.1, 5, 5.2]), CHART)!;
  expect(mean.count).toBe(4);
  expect(mean.x[0]).toBeCloseTo(5.05, 12);
  expect(mean.slope[0]).toBeCloseTo(-0.05, 12);
});

test("steps before the last ones, and steps from far away, do not count", () => {
  expect(meanOfSteps(stepsOf([...Array(20).fill(5.2), ...Array(10).fill(5)]), CHART)!.count).toBe(10);
  const mean = meanOfSteps(stepsOf([5, 5, 2, 5.1, 5, 4.9]), CHART)!;
  expect([mean.count, mean.x[0]]).toEqual([3, expect.closeTo(5, 12)]);
});

test("of too few steps nothing is known", () => {
  expect(meanOfSteps(stepsOf([2, 5, 5.1]), CHART)).toBeUndefined();
  expect(meanOfSteps([], CHART)).toBeUndefined();
});
