import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { applyQTransposedInto, gemvTransposedInto, leastSquares, qrInto } from "../../src/linalg/index.ts";
import { gammaOf, norm, product, transpose, U, vector } from "../support/dense.ts";

const shape = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.nat(9)).map(([n, extra]): [number, number] => [n + extra, n]);
const column = (a: Float64Array, j: number, m: number, n: number): Float64Array =>
  Float64Array.from({ length: m }, (_, i) => a[i * n + j]!);

// Error of n reflectors of length m, relative to the norm of the column they are applied to. With ε the relative errors of
// the parts: the norm has (m/2 + 3)u, so v and tau about (m/2 + 6)u; H = I − tau v vᵀ with tau ‖v‖² = 2 is then off by
// 2ε_tau + 4ε_v = (3m + 36)u, and applying it by (2m + 7)u: (5m + 43)u, with the second order n(5m + 50)u in all.
const reflectorsError = (m: number, n: number): number => n * (5 * m + 50) * U;

/** Qᵀ as a matrix: row i of the transpose is Qᵀ e_i. */
function qTransposed(qr: Float64Array, tau: Float64Array, m: number, n: number): Float64Array {
  const columns = new Float64Array(m * m);
  for (let i = 0; i < m; i++) {
    const unit = columns.subarray(i * m, i * m + m);
    unit[i] = 1;
    applyQTransposedInto(unit, qr, tau, m, n);
  }
  return transpose(columns, m, m);
}

// ‖Qᵀ Q − I‖ in the Frobenius norm, in units of its bound: Qᵀ is within ε = n(5m + 50)u of an orthogonal matrix in every
// column, so each entry of the product is within 2ε, and γ_m for forming it here; m² entries.
function orthogonalityUnits(qt: Float64Array, m: number, n: number): number {
  const difference = product(qt, transpose(qt, m, m), m, m, m).map((x, at) => x - (at % (m + 1) === 0 ? 1 : 0));
  return norm(difference) / (m * (2.1 * reflectorsError(m, n) + gammaOf(m)));
}

describe("qr", () => {
  const problem = shape.chain(([m, n]) => fc.tuple(fc.constant(m), fc.constant(n), vector(m * n)));

  test("Q is orthogonal and Qᵀ A = R, also in place; a changed reflector is noticed", () => {
    fc.assert(
      fc.property(problem, ([m, n, a]) => {
        const [qr, tau] = [new Float64Array(m * n).fill(NaN), new Float64Array(n).fill(NaN)];
        qrInto(qr, tau, a, m, n);
        const qt = qTransposed(qr, tau, m, n);
        expect(orthogonalityUnits(qt, m, n)).toBeLessThanOrEqual(1);
        const qta = product(qt, a, m, n, m);
        for (let j = 0; j < n; j++) {
          const difference = column(qta, j, m, n).map((x, i) => x - (i <= j ? qr[i * n + j]! : 0));
          // R and Qᵀ both carry the error of the reflectors (the latter in m columns, √m in norm), forming the product γ_m √m.
          const bound = (2.1 * Math.sqrt(m) * reflectorsError(m, n) + gammaOf(m) * m) * norm(column(a, j, m, n));
          expect(norm(difference)).toBeLessThanOrEqual(bound);
        }
        const [same, sameTau] = [a.slice(), new Float64Array(n)];
        qrInto(same, sameTau, same, m, n);
        expect([same, sameTau]).toEqual([qr, tau]);
        // Qᵀ Q changes by about tau ε (tau ‖v‖² − 1) along v, of norm at least ε as 1 ≤ tau ≤ 2; tau = 0 is no reflector.
        fc.pre(tau[0]! > 0);
        tau[0]! *= 1 + 4 * m * (2.1 * reflectorsError(m, n) + gammaOf(m));
        expect(orthogonalityUnits(qTransposed(qr, tau, m, n), m, n)).toBeGreaterThan(1);
      }),
    );
  });

  test("refuses what does not fit or is not finite", () => {
    const [out, tau] = [new Float64Array(6), new Float64Array(2)];
    expect(() => qrInto(out, tau, new Float64Array(5), 3, 2)).toThrow(
      new RangeError("qr: a has the wrong length; got 5, expected 3 × 2"),
    );
    expect(() => qrInto(out, new Float64Array(3), out, 2, 3)).toThrow(
      new RangeError("qr: fewer rows than columns; got 2 × 3, expected m ≥ n"),
    );
    expect(() => qrInto(out, tau, Float64Array.of(1, 2, 3, -Infinity, 5, 6), 3, 2)).toThrow(
      new RangeError("qr: a is not finite; got a[1, 1] = -Infinity, expected finite numbers"),
    );
    expect(() => applyQTransposedInto(tau, out, tau, 3, 2)).toThrow(
      new RangeError("applyQTransposed: out has the wrong length; got 2, expected 3"),
    );
  });

  test("columns near the limits of the range neither overflow nor vanish", () => {
    const a = Float64Array.of(3e300, 3e-300, 4e300, -4e-300);
    const [qr, tau] = [new Float64Array(4), new Float64Array(2)];
    qrInto(qr, tau, a, 2, 2);
    expect(Math.abs(qr[0]!) / 5e300).toBeCloseTo(1, 14);
    expect(Math.abs(qr[3]!) / 4.8e-300).toBeCloseTo(1, 14); // |det A| = 24, over 5e300
  });
});

describe("leastSquares", () => {
  // Columns with entries of the identity's size added on the diagonal, so that few are nearly dependent.
  const problem = shape.chain(([m, n]) =>
    fc.tuple(
      fc.constant(m),
      fc.constant(n),
      vector(m * n).map((a) => a.map((x, at) => x + (Math.floor(at / n) === at % n ? 100 : 0))),
      vector(m),
    ),
  );

  // x solves exactly a problem with columns within ε‖a_j‖ and a right-hand side within ε‖b‖ (Higham, Theorem 20.3), ε the
  // error of the reflectors plus γ_n of the triangular solve. With size = ‖b‖ + Σ ‖a_j‖|x_j|, the residual r of the exact
  // normal equations of that problem gives |a_jᵀ r| ≤ ε‖a_j‖(‖r‖ + size); computing r and the product here adds
  // γ_{n+2}‖a_j‖ size + γ_m ‖a_j‖‖r‖.
  function normalEquationUnits(a: Float64Array, b: Float64Array, x: Float64Array, m: number, n: number): number {
    const r = product(a, x, m, 1, n).map((y, i) => b[i]! - y);
    const gradient = new Float64Array(n);
    gemvTransposedInto(gradient, a, r, m, n);
    const epsilon = reflectorsError(m, n) + gammaOf(n);
    const size = x.reduce((sum, y, j) => sum + norm(column(a, j, m, n)) * Math.abs(y), norm(b));
    const bound = (1.01 * epsilon + gammaOf(m + n + 2)) * (norm(r) + size);
    return Math.max(...gradient.map((g, j) => (g === 0 ? 0 : Math.abs(g) / (norm(column(a, j, m, n)) * bound))));
  }

  test("the residual is orthogonal to the columns, and its norm is the one returned; a changed digit is noticed", () => {
    fc.assert(
      fc.property(problem, fc.nat(), ([m, n, a, b], at) => {
        const { coefficients: x, residualNorm } = leastSquares(a, b, m, n);
        expect(normalEquationUnits(a, b, x, m, n)).toBeLessThanOrEqual(1);
        // The returned norm is that of the perturbed problem: within ε·size of ‖b − A x‖, once for A x and once for b; γ as above.
        const size = x.reduce((sum, y, j) => sum + norm(column(a, j, m, n)) * Math.abs(y), norm(b));
        const r = norm(product(a, x, m, 1, n).map((y, i) => b[i]! - y));
        const bound = (2 * (reflectorsError(m, n) + gammaOf(n)) + gammaOf(m + n + 4)) * size;
        expect(Math.abs(residualNorm - r)).toBeLessThanOrEqual(bound);
        // x_k moved by δ changes a_kᵀ r by δ‖a_k‖²: δ is three times the bound of that, in which size and ‖r‖ ≤ size hardly grow.
        const k = at % n;
        const wrong = x.slice();
        const unit = 1.01 * (reflectorsError(m, n) + gammaOf(n)) + gammaOf(m + n + 2);
        fc.pre(size > 0);
        wrong[k]! += (3 * unit * 2 * size) / norm(column(a, k, m, n));
        expect(normalEquationUnits(a, b, wrong, m, n)).toBeGreaterThan(1);
      }),
    );
  });

  test("finds the exponent of growth from times", () => {
    const sizes = [200, 2000, 20000];
    const times = sizes.map((size) => 3e-6 * size ** 1.25);
    const design = sizes.flatMap((size) => [1, Math.log(size)]);
    const { coefficients, residualNorm } = leastSquares(design, times.map(Math.log), sizes.length, 2);
    // Backward error 2(5·3 + 50)u times the condition of this design, about 50: 1e-12 is 1.4 times that.
    expect(Math.abs(coefficients[1]! - 1.25)).toBeLessThan(1e-12);
    expect(Math.abs(coefficients[0]! - Math.log(3e-6))).toBeLessThan(1e-11);
    expect(residualNorm).toBeLessThan(1e-12);
  });

  test("names the column that depends on those before it, and what does not fit", () => {
    expect(() => leastSquares([1, 2, 2, 4, 3, 6], [1, 2, 3], 3, 2)).toThrow(
      /^leastSquares: column 1 depends on the columns before it; pivot 1 is \S+, expected beyond ±\S+$/,
    );
    expect(() => leastSquares([0, 0], [1, 2], 2, 1)).toThrow(
      new RangeError("leastSquares: column 0 depends on the columns before it; pivot 0 is 0, expected beyond ±0"),
    );
    expect(() => leastSquares([1, 2], [1, NaN], 2, 1)).toThrow(
      new RangeError("leastSquares: b is not finite; got b[1] = NaN, expected finite numbers"),
    );
    expect(() => leastSquares([1, 2], [1], 1, 2)).toThrow(
      new RangeError("qr: fewer rows than columns; got 1 × 2, expected m ≥ n"),
    );
  });
});
