/** Numbers that draws correct a guide by: a rate whose posterior is a gamma, which no normal on the log scale is. */
import { expect, test, vi } from "vitest";
import { defineModel, fit, gamma, poisson } from "../../../src/index.ts";
import { answersBy } from "../../../src/inference/posterior/answers.ts";
import { JointDraws } from "../../../src/inference/posterior/joint-draws.ts";

const rate = defineModel("rate", ({ sample, observe }) => {
  const r = sample("r", gamma(2, 1));
  for (const count of [3, 5, 2]) observe(poisson(r), count);
});
const exact = gamma(12, 4);
const sd = Math.sqrt(12) / 4;

test("mean, sd and quantiles are exact to 0.003 sds, where quantiles of as many draws alone are off by ten times that", () => {
  const posterior = fit(rate, { onWarning: () => undefined });
  expect(posterior.report!.importance!.answers).toBe("weights");
  expect(Math.abs(posterior.mean("r") - 3)).toBeLessThan(0.003 * sd);
  expect(Math.abs(posterior.sd("r") - sd)).toBeLessThan(0.005 * sd);
  const shares = [0.05, 0.25, 0.5, 0.75, 0.95];
  const off = (quantile: (p: number) => number): number =>
    Math.max(...shares.map((p) => Math.abs(quantile(p) - exact.quantile!(p)))) / sd;
  expect(off((p) => posterior.quantile("r", p))).toBeLessThan(0.003);
  const draws = posterior.reweighted({ draws: 4096 });
  expect(off((p) => draws.quantile("r", p))).toBeGreaterThan(0.02);
});

test("by how much weights differ is computed once for all numbers", () => {
  const values = Float64Array.of(1, 2, 3, 4);
  const weights = Float64Array.of(0.1, 0.4, 0.4, 0.1);
  const draws = new JointDraws({
    count: 4,
    names: ["a", "b", "c"],
    values: () => values,
    inputs: () => new Map(),
    summedOut: [],
    completed: () => new Map(),
    averaged: () => new Map(),
    discrete: new Map(),
    weights,
  });
  const differences = vi.spyOn(weights, "map");
  const squares = vi.spyOn(weights, "reduce");
  const answer = answersBy({ draws, guide: Float64Array.of(0.11, 0.4, 0.4, 0.09) });
  const guide = { mean: 2.5, sd: 0.8, quantile: () => 2.5 };
  // 2.5 plus −0.01·(−1.5) plus 0.01·1.5
  for (const name of draws.names) expect(answer(name, () => guide).mean).toBeCloseTo(2.53, 12);
  expect([differences, squares].map(({ mock }) => mock.calls.length)).toEqual([1, 1]);
});
