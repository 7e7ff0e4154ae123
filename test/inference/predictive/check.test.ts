/** Predictive checks: p-values of data that the model makes, and of data that it does not. */
import { describe, expect, test } from "vitest";
import { defineModel, fit, type Model, normal, predictiveCheck } from "../../../src/index.ts";

const modelOf = (data: readonly number[]): Model =>
  defineModel("readings", ({ sample, observe }) => {
    const z = sample("z", normal(0, 10));
    for (const x of data) observe(normal(z, 1), x);
  });
const spread = [-1.2, -0.6, -0.1, 0.2, 0.7, 1.3];
const checked = (data: readonly number[]) => {
  const model = modelOf(data);
  return predictiveCheck(model, fit(model, { seed: 1 }), undefined, { draws: 2000, seed: 1 });
};

describe("a predictive check", () => {
  test("finds nothing in data as the model makes them", () => {
    for (const { pValue, name } of Object.values(checked(spread))) {
      expect(pValue, name).toBeGreaterThan(0.1);
      expect(pValue, name).toBeLessThan(0.9);
    }
  });

  test("finds an outlier in the largest number and in the sd, but not in the mean, which was fitted", () => {
    const { mean, sd, max } = checked([...spread, 9]);
    expect(max.pValue).toBeLessThan(0.001);
    expect(sd.pValue).toBeLessThan(0.001);
    expect(Math.abs(mean.pValue - 0.5)).toBeLessThan(0.05);
    expect(max.observed).toBe(9);
    expect(max.replicated).toHaveLength(2000);
  });

  test("has the p-value of a conjugate model", () => {
    // One datum 2, prior N(0, 1), sd 1: a new one is N(1, 3/2), and P(y > 2) = 1 − Φ(1/√1.5) = 0.2071.
    const model = defineModel("one", ({ sample, observe }) => observe(normal(sample("z", normal(0, 1)), 1), 2));
    const posterior = fit(model, { seed: 1 });
    const { itself } = predictiveCheck(model, posterior, { itself: ([y]) => y! }, { draws: 20_000, seed: 3 });
    expect(Math.abs(itself.pValue - 0.2071)).toBeLessThan(0.012);
    expect(Math.abs(itself.sd - Math.sqrt(1.5))).toBeLessThan(0.03);
  });

  test("gives a statistic the names of the data and the latents, and compares draw by draw", () => {
    const model = modelOf(spread);
    const seen = new Set<string>();
    const { off } = predictiveCheck(
      model,
      fit(model, { seed: 1 }),
      {
        off(data, { names, quantities }) {
          for (const name of names) seen.add(name);
          return data.reduce((sum, x) => sum + (x - quantities.z!) ** 2, 0);
        },
      },
      { draws: 500 },
    );
    expect([...seen]).toEqual(["y0", "y1", "y2", "y3", "y4", "y5"]);
    expect(off.pValue).toBeGreaterThan(0.1);
    expect(off.mean).toBeGreaterThan(5); // χ² with 6 degrees of freedom
    expect(off.mean).toBeLessThan(7);
  });

  test("refuses what is no statistic and a model without data", () => {
    const model = modelOf(spread);
    const posterior = fit(model, { seed: 1 });
    expect(() => predictiveCheck(model, posterior, { max: 3 as never })).toThrow(
      'predictiveCheck: statistic "max" is no function; got 3, expected (data) => number',
    );
    expect(() => predictiveCheck(model, posterior, { none: (() => undefined) as never })).toThrow(
      'predictiveCheck: statistic "none" gives no number; got undefined',
    );
    const empty = modelOf([]);
    expect(() => predictiveCheck(empty, fit(empty, { seed: 1, onWarning() {} }))).toThrow(
      'predictiveCheck: model "readings" has no data',
    );
  });
});
