import { describe, expect, test } from "vitest";
import { add, mul, type Real, where } from "../../src/autodiff/expr.ts";
import { compile } from "../../src/autodiff/functions.ts";
import { categorical, dirichlet, normal } from "../../src/distributions/index.ts";
import { corrected } from "../../src/estimators/index.ts";
import { estimateGradient, fit } from "../../src/index.ts";
import { defineModel } from "../../src/program/model.ts";
import { eq, pick } from "../../src/program/pick.ts";
import { floor } from "../../src/program/rounding.ts";

describe("pick", () => {
  test("takes entries and rows by known and by traced indices", () => {
    expect(pick([5, 6, 7], 2)).toBe(7);
    expect(
      pick(
        [
          [1, 2],
          [3, 4],
        ],
        1,
      ),
    ).toEqual([3, 4]);
    const f = compile(([k]) => pick([5, 6, 7, 8, 9], k!));
    expect([0, 1, 2, 3, 4].map((k) => f([k]))).toEqual([5, 6, 7, 8, 9]);
    const rows = compile(([k, x]) => {
      const [p, q] = pick(
        [
          [1, x!],
          [mul(2, x!), 3],
        ],
        k!,
      );
      return add(mul(10, p!), q!);
    });
    expect([rows([0, 7]), rows([1, 7])]).toEqual([17, 143]);
  });

  test("knows no entry between or beyond", () => {
    for (const k of [3, -1, 0.5, NaN])
      expect(() => pick([5, 6, 7], k)).toThrow(`pick: index is outside; got ${k}, expected a whole number from 0 to 2`);
    const f = compile(([k]) => pick([5, 6, 7], k!));
    for (const k of [3, -1, 0.5]) expect(f([k])).toBeNaN();
    expect(() => pick([], 0)).toThrow("pick: nothing to pick from");
    expect(() => compile(([k]) => pick([[1], [1, 2]], k!)[0]!)([0])).toThrow("pick: rows differ in length; got 1, 2");
    const model = defineModel("m", ({ sample, observe }) => {
      observe(normal(pick([1, 2], floor(sample("z", normal(0, 1)), { from: -9, to: 9 })), 1), 0);
    });
    expect(() => estimateGradient(model, { estimator: corrected(), samples: 64 })).toThrow(
      "pick: index is outside; got -1, expected a whole number from 0 to 1",
    );
  });

  test("reads discrete latents, which are summed out exactly", () => {
    const means = [-2, 0, 3];
    const weights = [0.2, 0.3, 0.5];
    const logDensity = (x: number, mean: number): number => -0.5 * (x - mean) ** 2 - 0.5 * Math.log(2 * Math.PI);
    const model = defineModel("m", ({ sample, observe, track }) => {
      const k = sample("k", categorical(weights));
      const m = sample("m", normal(0, 0.1));
      track("isLast", where(eq(k, 2), 1, 0));
      observe(normal(add(m, pick(means, k)), 1), 1.8);
    });
    // m only blurs the data: y | k ~ N(mean_k, 1.01).
    const joint = means.map(
      (mean, k) => weights[k]! * Math.exp(logDensity(1.8 / Math.sqrt(1.01), mean / Math.sqrt(1.01))),
    );
    const total = joint.reduce((sum, p) => sum + p, 0);
    const posterior = fit(model, { onWarning: () => {} });
    expect(posterior.mean("isLast")).toBeCloseTo(joint[2]! / total, 1);
    expect(posterior.mean("k")).toBeCloseTo((joint[1]! + 2 * joint[2]!) / total, 1);
  });
});

test("eq is a condition on numbers and traced values", () => {
  expect([eq(1, 1), eq(1, 2)]).toEqual([true, false]);
  const f = compile(([x]): Real => where(eq(x!, 2), 1, 0));
  expect([f([1.9]), f([2]), f([2.1])]).toEqual([0, 1, 0]);
});

test("a simplex by a discrete latent", () => {
  const model = defineModel("m", ({ sample, observe }) => {
    const w = sample("w", dirichlet([1, 1]));
    const k = sample("k", categorical([0.5, 0.5]));
    observe(normal(pick(w, k), 1), 0.3);
  });
  expect(Number.isFinite(estimateGradient(model, { estimator: corrected(), samples: 32 }).elbo)).toBe(true);
});
