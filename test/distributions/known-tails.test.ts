import { expect, test } from "vitest";
import * as core from "../../src/core.ts";
import { normal, poisson, withTails } from "../../src/distributions/index.ts";

test("tails are made when one is asked for, once", () => {
  let asked = 0;
  const record = core.normal(0, 1);
  const [mean, sd] = record.parameters;
  const counted = {
    name: "mean",
    expected: mean!.expected,
    valid: mean!.valid,
    get value() {
      asked++;
      return mean!.value;
    },
  };
  const complete = withTails({ ...record, parameters: [counted, sd!] });
  expect(complete.logDensity(0)).toBe(record.logDensity(0));
  expect(asked).toBe(0);
  const { cdf, quantile } = complete;
  expect(asked).toBe(1);
  expect(cdf!(0)).toBe(0.5);
  expect(complete.cdf).toBe(cdf);
  expect(quantile!(0.5)).toBe(0);
  expect(withTails(complete)).toBe(complete);
});

test("a copy has its densities, draws and values of its own, and its tails by name", () => {
  const copy = { ...normal(1, 2), logDensity: () => 0 };
  expect(copy.logDensity()).toBe(0);
  expect(copy.initial!()).toEqual({ mean: 1, sd: 2 });
  expect(withTails(copy).cdf!(1)).toBe(0.5);
  const counts = { ...poisson(3) };
  expect(counts.finiteValues!(0.5)).toEqual(poisson(3).finiteValues!(0.5));
  expect(counts.draw(() => 0.5)).toBe(poisson(3).draw(() => 0.5));
});
