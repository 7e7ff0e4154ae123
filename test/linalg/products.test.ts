import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { axpyInto, dot, gemmInto, gemmTransposedInto, gemvInto, gemvTransposedInto } from "../../src/linalg/index.ts";
import { dotError, gammaOf, magnitude, product, transpose, vector, worst } from "../support/dense.ts";

const size = fc.integer({ min: 1, max: 9 });
const sizes = fc.tuple(size, size, size);

// |fl(Σ x_i y_i) − Σ x_i y_i| ≤ γ_n Σ |x_i y_i| in any order of summation (Higham, eq. 3.5). The bound itself is computed
// with relative error γ_n, and the exact error is rounded once: hence n + 2.
function entriesWithin(
  result: Float64Array,
  a: Float64Array,
  b: Float64Array,
  m: number,
  n: number,
  k: number,
): number {
  const columns = transpose(b, k, n);
  const errors = Array.from(result, (value, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    return dotError(value, a.subarray(i * k, i * k + k), columns.subarray(j * k, j * k + k));
  });
  const bounds = product(magnitude(a), magnitude(b), m, n, k).map((x) => gammaOf(k + 2) * x);
  return worst(errors, bounds);
}

describe("products keep their error bounds, measured in exact arithmetic", () => {
  test("dot", () => {
    const pair = fc.integer({ min: 1, max: 70 }).chain((n) => fc.tuple(vector(n), vector(n)));
    fc.assert(
      fc.property(pair, ([x, y]) => {
        expect(entriesWithin(Float64Array.of(dot(x, y)), x, y, 1, 1, x.length)).toBeLessThanOrEqual(1);
      }),
    );
    expect(dot(new Float64Array(0), new Float64Array(0))).toBe(0);
  });

  test("gemv and its transpose", () => {
    const problem = sizes.chain(([m, n]) => fc.tuple(fc.constant([m, n]), vector(m * n), vector(n), vector(m)));
    fc.assert(
      fc.property(problem, ([[m, n], a, x, y]) => {
        const [ax, aty] = [new Float64Array(m!).fill(NaN), new Float64Array(n!).fill(NaN)];
        gemvInto(ax, a, x, m!, n!);
        gemvTransposedInto(aty, a, y, m!, n!);
        expect(entriesWithin(ax, a, x, m!, 1, n!)).toBeLessThanOrEqual(1);
        expect(entriesWithin(aty, transpose(a, m!, n!), y, n!, 1, m!)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("gemm with the second operand as it is and transposed; a changed digit is noticed", () => {
    const problem = sizes.chain(([m, n, k]) => fc.tuple(fc.constant([m, n, k]), vector(m * k), vector(k * n)));
    fc.assert(
      fc.property(problem, fc.nat(), ([[m, n, k], a, b], at) => {
        const out = new Float64Array(m! * n!).fill(NaN);
        gemmInto(out, a, b, m!, n!, k!);
        expect(entriesWithin(out, a, b, m!, n!, k!)).toBeLessThanOrEqual(1);
        const again = new Float64Array(m! * n!).fill(NaN);
        gemmTransposedInto(again, a, transpose(b, k!, n!), m!, n!, k!);
        expect(entriesWithin(again, a, b, m!, n!, k!)).toBeLessThanOrEqual(1);
        // One entry moved by three times its bound, which is many units in its last place.
        const which = at % again.length;
        const [i, j] = [Math.floor(which / n!), which % n!];
        const scale = dot(
          magnitude(a.slice(i * k!, i * k! + k!)),
          magnitude(transpose(b, k!, n!).slice(j * k!, j * k! + k!)),
        );
        fc.pre(scale > 0);
        again[which]! += Math.ceil(3 * gammaOf(k! + 2) * scale * 2 ** 80) / 2 ** 80; // on the grid of exact arithmetic
        expect(entriesWithin(again, a, b, m!, n!, k!)).toBeGreaterThan(1);
      }),
    );
  });

  test("axpy is out + alpha·x, entry by entry", () => {
    const problem = fc.nat(9).chain((n) => fc.tuple(vector(n), fc.double({ noNaN: true }), vector(n)));
    fc.assert(
      fc.property(problem, ([out, alpha, x]) => {
        const expected = Array.from(out, (y, i) => y + alpha * x[i]!);
        axpyInto(out, alpha, x);
        expect([...out]).toEqual(expected);
      }),
    );
  });
});

describe("products refuse what does not fit", () => {
  const four = new Float64Array(4);
  test.each([
    ["dot", () => dot(four, new Float64Array(3)), "dot: y has the wrong length; got 3, expected 4"],
    ["axpy", () => axpyInto(four, 1, new Float64Array(5)), "axpy: x has the wrong length; got 5, expected 4"],
    [
      "gemv",
      () => gemvInto(new Float64Array(2), four, new Float64Array(3), 2, 3),
      "gemv: a has the wrong length; got 4, expected 2 × 3",
    ],
    [
      "a fractional size",
      () => gemvInto(four, four, four, 2.5, 2),
      "gemv: a number of rows is not a size; got 2.5, expected an integer ≥ 0",
    ],
    [
      "gemvTransposed",
      () => gemvTransposedInto(new Float64Array(2), four, new Float64Array(3), 2, 2),
      "gemvTransposed: x has the wrong length; got 3, expected 2",
    ],
    [
      "gemm",
      () => gemmInto(new Float64Array(3), four, new Float64Array(4), 2, 2, 2),
      "gemm: out has the wrong length; got 3, expected 2 × 2",
    ],
    [
      "an operand as result",
      () => gemmTransposedInto(four, four, new Float64Array(4), 2, 2, 2),
      "gemmTransposed: out is also an operand; got one array, expected an array of its own",
    ],
  ])("%s", (_name, call, message) => {
    expect(call).toThrow(new RangeError(message));
  });
});
