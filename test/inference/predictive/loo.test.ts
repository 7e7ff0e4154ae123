/** Leave-one-out cross validation against exact values of conjugate models, and the table of models. */
import { describe, expect, test } from "vitest";
import {
  add,
  bernoulli,
  compareModels,
  defineModel,
  fit,
  flat,
  gt,
  iid,
  loo,
  type Model,
  meanField,
  mul,
  multivariateNormal,
  normal,
  where,
} from "../../../src/index.ts";
import { paretoSmoothed } from "../../../src/inference/posterior/pareto-tail.ts";

/*
 * From R's loo 2.5.1, by psis(ratios, r_eff = 1) and weights(…, log = FALSE):
 *   ratios <- function(k, n) { i <- 0:(n-1); k * -log(1 - ((i * 0.618033988749895) %% 1 * 0.999 + 0.0005)) + 0.3 * sin(i) }
 */
test.each([
  [0.3, 400, 0.243474953451, 0.011676561144, 0.003044952445],
  [0.6, 400, 0.528068787714, 0.047888573981, 0.007148131496],
  [0.9, 1000, 0.759784147698, 0.106869349376, 0.018106614292],
  [1.4, 1000, 1.248004679649, 0.419561273238, 0.19656774763],
])("weights with a tail of %f are smoothed as by R's loo", (shape, n, k, largest, squares) => {
  const ratios = Float64Array.from(
    { length: n },
    (_, i) => shape * -Math.log(1 - (((i * 0.618033988749895) % 1) * 0.999 + 0.0005)) + 0.3 * Math.sin(i),
  );
  const { kHat, weights, effectiveDraws } = paretoSmoothed(ratios);
  expect(Math.abs(kHat - k)).toBeLessThan(1e-10);
  expect(Math.abs(Math.max(...weights) - largest)).toBeLessThan(1e-10);
  expect(Math.abs(1 / effectiveDraws - squares)).toBeLessThan(1e-10);
});

const data = [0.3, -1.1, 0.8, 2.2, 0.1, 1.4, -0.5, 0.9];
const readings = (sd: number, values: readonly number[] = data): Model =>
  defineModel("readings", ({ sample, observe }) => {
    const z = sample("z", normal(0, 2));
    for (const x of values) observe(normal(z, sd), x);
  });

/** log p(datum | the others) for z ~ N(0, 2²) and data of a known sd, by the normal's own algebra. */
function exact(values: readonly number[], sd: number): number[] {
  return values.map((x, i) => {
    const others = values.filter((_, j) => j !== i);
    const precision = 1 / 4 + others.length / (sd * sd);
    const mean = others.reduce((sum, y) => sum + y, 0) / (sd * sd) / precision;
    const variance = 1 / precision + sd * sd;
    return -0.5 * ((x - mean) ** 2 / variance + Math.log(2 * Math.PI * variance));
  });
}
const total = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0);

describe("leaving one datum out", () => {
  test("gives the exact log densities of a conjugate model", () => {
    const model = readings(1);
    const { pointwise, elpd, se, pLoo, warnings } = loo(model, fit(model, { seed: 1 }), { seed: 2 });
    const expected = exact(data, 1);
    // Of 8192 draws a log density is known to about 0.3/√8192 = 0.003.
    pointwise.forEach((point, i) => {
      expect(Math.abs(point.elpd - expected[i]!), point.name).toBeLessThan(0.015);
      expect(point.kHat).toBeLessThan(0.5);
    });
    expect(Math.abs(elpd - total(expected))).toBeLessThan(0.03);
    const mean = total(expected) / 8;
    expect(Math.abs(se - Math.sqrt((8 / 7) * total(expected.map((x) => (x - mean) ** 2))))).toBeLessThan(0.02);
    // log p(y | all) by hand: N(m, v + 1), minus the above.
    const [v, m] = [1 / (8 + 1 / 4), total(data) / (8 + 1 / 4)];
    const within = total(data.map((x) => -0.5 * ((x - m) ** 2 / (1 + v) + Math.log(2 * Math.PI * (1 + v)))));
    expect(Math.abs(pLoo - (within - total(expected)))).toBeLessThan(0.03);
    expect(warnings).toEqual([]);
  });

  test("is right where the guide is too narrow, by its weights", () => {
    // Mean field of two latents that only their sum is known of.
    const model = defineModel("sum", ({ sample, observe }) => {
      const [a, b] = [sample("a", normal(0, Math.SQRT2)), sample("b", normal(0, Math.SQRT2))];
      for (const x of data) observe(normal(add(a, b), 1), x);
    });
    const { elpd } = loo(model, fit(model, { seed: 1, guide: meanField(), onWarning() {} }), { seed: 1 });
    expect(Math.abs(elpd - total(exact(data, 1)))).toBeLessThan(0.06);
  });

  test("leaves out vectors as a whole and independent entries one by one, and joins what both arms observe", () => {
    const model = defineModel("kinds", ({ sample, observe, branch }) => {
      const z = sample("z", normal(0, 1));
      const k = sample("k", bernoulli(0.5));
      observe(iid(normal(z, 1), 2), [0.1, 0.2], "pair");
      observe(
        multivariateNormal([z, 0], {
          covariance: [
            [1, 0],
            [0, 1],
          ],
        }),
        [0.3, 0.4],
        "both",
      );
      branch(
        gt(k, 0.5),
        () => observe(normal(0, 1), 0.5, "arm"),
        () => observe(normal(0, 1), 0.5, "arm"),
      );
      observe(normal(where(gt(k, 0.5), 5, 0), 1), 5);
    });
    const { pointwise } = loo(model, fit(model, { seed: 1 }));
    expect(pointwise.map(({ name }) => name)).toEqual(["pair[0]", "pair[1]", "both", "arm", "y0"]);
    // The arms say the same of it: log N(0.5; 0, 1).
    expect(pointwise[3]!.elpd).toBeCloseTo(-0.125 - 0.5 * Math.log(2 * Math.PI), 9);
  });

  test("warns of a datum that alone decides a latent", () => {
    const model = defineModel("own", ({ sample, observe }) => {
      data.forEach((x, i) => void observe(normal(sample(`z${i}`, normal(0, 30)), 0.1), x));
    });
    const { warnings, pointwise } = loo(model, fit(model, { seed: 1, onWarning() {} }));
    expect(Math.max(...pointwise.map(({ kHat }) => kHat))).toBeGreaterThan(0.7);
    expect(warnings.at(-1)).toMatch(/of 8 observations have a k-hat above 0.7 and may be predicted too well: y\d \(/);
  });

  test("refuses frozen sites, models without data and posteriors of other models", () => {
    const noisy = defineModel("noisy", ({ sample, observe, frozen }) =>
      observe(normal(add(sample("z", normal(0, 1)), frozen("e", normal(0, 1))), 1), 1),
    );
    expect(() => loo(noisy, fit(noisy, { steps: 10 }))).toThrow(
      'loo: the density of "noisy" is random; got frozen site "e", expected none',
    );
    const empty = readings(1, []);
    const posterior = fit(empty, { steps: 10 });
    expect(() => loo(empty, posterior)).toThrow('loo: model "readings" has no data');
    expect(() => loo(noisy, posterior)).toThrow("loo: the density");
    const other = defineModel("other", ({ sample, observe }) => observe(normal(sample("b", flat()), 1), 1));
    expect(() => loo(other, posterior)).toThrow('loo: posterior has no draws of "b"; got z, expected one of model');
    expect(() => loo(empty, posterior, { draws: 10 })).toThrow("loo: draws is not a count; got 10");
  });
});

describe("a comparison of models", () => {
  const x = [-1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2];
  const y = [-2.6, -2.3, -0.7, 0.4, 0.6, 2.2, 3.3, 3.5];
  const line = (slope: boolean): Model =>
    defineModel("line", ({ sample, observe }) => {
      const a = sample("a", normal(0, 3));
      const b = slope ? sample("b", normal(0, 3)) : 0;
      y.forEach((value, i) => void observe(normal(add(a, mul(b, x[i]!)), 0.5), value));
    });
  const looOf = (slope: boolean) => loo(line(slope), fit(line(slope), { seed: 1 }), { seed: 1 });

  test("puts the model first that predicts best, with differences datum by datum", () => {
    const [with_, without] = [looOf(true), looOf(false)];
    const { models, text } = compareModels({ constant: without, line: with_ });
    expect(models.map(({ name }) => name)).toEqual(["line", "constant"]);
    const differences = without.pointwise.map(({ elpd }, i) => elpd - with_.pointwise[i]!.elpd);
    expect(models[1]!.difference).toBeCloseTo(total(differences), 9);
    const mean = total(differences) / 8;
    expect(models[1]!.differenceSe).toBeCloseTo(Math.sqrt((8 / 7) * total(differences.map((d) => (d - mean) ** 2))), 9);
    expect([models[0]!.difference, models[0]!.differenceSe]).toEqual([0, 0]);
    expect(text.split("\n")).toHaveLength(3);
    expect(text).toMatch(/^model +elpd +se +difference +se +p_loo +k-hat\nline +-\d/);
  });

  test("refuses models of other data, and one alone", () => {
    const short = readings(1, data.slice(1));
    const one = loo(short, fit(short, { seed: 1 }));
    expect(() => compareModels({ a: looOf(true), b: one })).toThrow(
      'compareModels: models have other observations; got 7 in "b", expected the 8 of "a" by the same names',
    );
    expect(() => compareModels({ a: one })).toThrow("compareModels: too few models; got 1");
  });
});
