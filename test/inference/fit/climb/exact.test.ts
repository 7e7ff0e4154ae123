import { expect, test } from "vitest";
import { bernoulli, defineModel, fit, gt, normal, where } from "../../../../src/index.ts";

const density = (y: number): number => Math.exp(-0.5 * y * y) / Math.sqrt(2 * Math.PI);

test("a model of which nothing is kept is not fitted: one sample, the evidence, and no further start", () => {
  const model = defineModel("sides", ({ sample, observe }) => {
    const z = sample("z", normal(0, 1));
    const flag = sample("flag", bernoulli(0.3));
    observe(normal(where(gt(z, 0), 5, where(gt(flag, 0.5), 1, -2)), 1), 0.5, "x");
  });
  const { report, status } = fit(model);
  const evidence = 0.5 * density(4.5) + 0.5 * (0.3 * density(0.5) + 0.7 * density(2.5));
  expect(Math.abs(report!.elbo / Math.log(evidence) - 1)).toBeLessThan(1e-14);
  expect([status, report!.samples, report!.gradients, report!.elboError]).toEqual(["converged", 1, 1, 0]);
  expect(report!.starts.map(({ from, ended }) => [from, ended])).toEqual([["initial", "converged"]]);
});

test("one whose density is nowhere finite is refused by name", () => {
  const model = defineModel("never", ({ sample, observe }) => {
    const z = sample("z", normal(0, 1));
    observe(normal(where(gt(z, 0), 1e300, -1e300), 1), 0, "x");
  });
  expect(() => fit(model)).toThrow(/^observe "x": log density is -Infinity/);
});
