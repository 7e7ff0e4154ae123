import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { add, div, exp, mul, type Real, sum } from "../../src/autodiff/expr.ts";
import { grad } from "../../src/autodiff/functions.ts";
import { addDiagonal, cholesky, logDet, type Matrix, matmul, solve, solveLower } from "../../src/autodiff/matrices.ts";
import { defineModel, fit, lognormal, multivariateNormal, normal } from "../../src/index.ts";

const n = 4;
const entries = fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: n * n, maxLength: n * n });
/** B·Bᵀ + I, which is positive definite. */
const positiveOf = (b: readonly number[]): number[][] => {
  const rows = Array.from({ length: n }, (_, i) => b.slice(i * n, i * n + n));
  return rows.map((x, i) => rows.map((y, j) => x.reduce((s, v, k) => s + v * y[k]!, i === j ? 1 : 0)));
};
const transposed = (a: Matrix): Matrix => a[0]!.map((_, j) => a.map((row) => row[j]!));
const near = (found: readonly unknown[], expected: readonly unknown[]): void =>
  (expected.flat() as number[]).forEach((x, i) => {
    expect((found.flat() as number[])[i]).toBeCloseTo(x, 9);
  });

describe("linear algebra on entries", () => {
  test("a Cholesky factor times its transpose is the matrix; solutions solve", () => {
    fc.assert(
      fc.property(entries, (b) => {
        const a = positiveOf(b);
        const lower = cholesky(a);
        near(matmul(lower, transposed(lower)), a);
        expect(lower.every((row, i) => row.every((x, j) => j <= i || x === 0))).toBe(true);
        near(matmul(a, solve(a, [1, -2, 3, 0.5])), [1, -2, 3, 0.5]);
        near(matmul(lower, solveLower(lower, [1, -2, 3, 0.5])), [1, -2, 3, 0.5]);
        expect(logDet(a)).toBeCloseTo(2 * lower.reduce((s, row, i) => s + Math.log(row[i] as number), 0), 12);
      }),
      { seed: 5, numRuns: 50 },
    );
  });

  test("differentiates: d log det(A + d·I)/dd is the trace of the inverse", () => {
    const a = positiveOf(Array.from({ length: n * n }, (_, i) => Math.sin(i)));
    const [slope] = grad(([d]) => logDet(addDiagonal(a, d!)))([0.3]);
    const shifted = addDiagonal(a, 0.3) as number[][];
    const unit = (i: number): number[] => Array.from({ length: n }, (_, j) => Number(i === j));
    expect(slope).toBeCloseTo(
      [0, 1, 2, 3].reduce((s, i) => s + (solve(shifted, unit(i))[i] as number), 0),
      10,
    );
    const [product] = grad(([x]) => sum(matmul([[mul(2, x!), 1]], [x!, 3])))([5]);
    expect(product).toBe(20);
  });

  test("refuses what does not fit", () => {
    expect(() =>
      cholesky([
        [1, 2],
        [2, 1],
      ]),
    ).toThrow("cholesky: matrix is not positive definite; pivot 1 is -3, expected > 0");
    expect(() => cholesky([[1, 2]])).toThrow("cholesky: matrix is not square; got 1 rows of 2");
    expect(() => matmul([[1, 2]], [1])).toThrow("matmul: sizes do not fit; got 2 columns times 1 rows, expected equal");
    expect(() => logDet([[1], [1, 2]])).toThrow("logDet: rows differ in length; got 2 in row 1, expected 1");
    expect(() => solve([[1]], [1, 2])).toThrow("solve: vector does not fit; got 2 entries, expected 1");
    expect(() => matmul([], [])).toThrow("matmul: not a matrix; got an array");
  });
});

describe("a traced matrix", () => {
  const POINTS = [0, 0.5, 1.2, 2];
  const READINGS = [0.1, 0.6, 0.9, 0.4];
  const covarianceOf = (scale: Real): Real[][] =>
    POINTS.map((u) => POINTS.map((v) => add(exp(div(-0.5 * (u - v) ** 2, mul(scale, scale))), u === v ? 0.04 : 0)));
  const process = defineModel("process", ({ sample, observe }) => {
    const scale = sample("scale", lognormal(0, 0.5));
    observe(multivariateNormal(new Array(POINTS.length).fill(0), { covariance: covarianceOf(scale) }), READINGS);
  });

  test("is factored in models: a Gaussian process with an unknown length scale, against a sum over a grid", () => {
    const weights = Array.from({ length: 2000 }, (_, i) => {
      const scale = 0.01 * (i + 0.5) ** 0.95;
      const a = covarianceOf(scale) as number[][];
      const distance = solve(a, READINGS).reduce((s: number, v, j) => s + (v as number) * READINGS[j]!, 0);
      const width = 0.01 * 0.95 * (i + 0.5) ** -0.05;
      const logPrior = -Math.log(scale) - 2 * Math.log(scale) ** 2;
      return [scale, width * Math.exp(logPrior - 0.5 * (logDet(a) as number) - 0.5 * distance)] as const;
    });
    const moment = (power: number): number =>
      weights.reduce((s, [x, w]) => s + w * x ** power, 0) / weights.reduce((s, [, w]) => s + w, 0);
    const posterior = fit(process, { seed: 1 });
    const sd = Math.sqrt(moment(2) - moment(1) ** 2);
    expect(posterior.status).toBe("converged");
    expect(Math.abs(posterior.mean("scale") - moment(1))).toBeLessThan(0.05 * sd);
    expect(posterior.sd("scale") / sd).toBeCloseTo(1, 1);
    // The prior's own spread is another one.
    expect((Math.exp(0.125) * Math.sqrt(Math.expm1(0.25))) / sd).toBeGreaterThan(1.2);
  });

  test("that is not positive definite is told, with the pivot", () => {
    const model = defineModel("correlated", ({ sample, observe }) => {
      const r = sample("r", normal(0, 1));
      observe(
        multivariateNormal([0, 0], {
          covariance: [
            [1, r],
            [r, 1],
          ],
        }),
        [0.5, 0.4],
      );
    });
    expect(() => fit(model)).toThrow(/cholesky: matrix is not positive definite; pivot 1 is -.*, expected > 0/);
  });
});
