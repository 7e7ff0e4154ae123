import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  choleskyDowndateInto,
  choleskyInto,
  choleskyInverseInto,
  choleskyLogDeterminant,
  choleskySolveInto,
  choleskyUpdateInto,
  solveLowerInto,
  solveLowerTransposedInto,
  solveUpperInto,
  solveUpperTransposedInto,
} from "../../src/linalg/index.ts";
import {
  gammaOf,
  magnitude,
  norm,
  positiveDefinite,
  product,
  trace,
  transpose,
  U,
  vector,
  worst,
} from "../support/dense.ts";

const dimension = fc.integer({ min: 1, max: 9 });

function factorOf(a: Float64Array, n: number): Float64Array {
  const l = new Float64Array(n * n).fill(NaN);
  choleskyInto(l, a, n);
  return l;
}

const times = (l: Float64Array, n: number): Float64Array => product(l, transpose(l, n, n), n, n, n);
const minus = (a: Float64Array, b: Float64Array): Float64Array => a.map((x, i) => x - b[i]!);
const identity = (n: number): Float64Array =>
  Float64Array.from({ length: n * n }, (_, at) => (at % (n + 1) === 0 ? 1 : 0));

// |A − L Lᵀ| ≤ γ_{n+1} |L||Lᵀ| (Higham, Theorem 10.3); forming L Lᵀ and the difference here adds as much again.
function factorUnits(a: Float64Array, l: Float64Array, n: number): number {
  return worst(
    minus(a, times(l, n)),
    times(magnitude(l), n).map((x) => 2 * gammaOf(n + 3) * x),
  );
}

// |b − T x| ≤ γ_n |T||x| (Higham, Theorem 8.5); computing it here adds γ_{n+1}(|T||x| + |b|) with |b| ≤ (1 + γ_n)|T||x|.
function solveUnits(t: Float64Array, x: Float64Array, b: Float64Array, n: number): number {
  const bound = product(magnitude(t), magnitude(x), n, 1, n).map((y) => 3 * gammaOf(n + 3) * y);
  return worst(minus(b, product(t, x, n, 1, n)), bound);
}

describe("triangular solves", () => {
  const SOLVES = [
    ["solveLower", solveLowerInto, true, false],
    ["solveLowerTransposed", solveLowerTransposedInto, true, true],
    ["solveUpper", solveUpperInto, false, false],
    ["solveUpperTransposed", solveUpperTransposedInto, false, true],
  ] as const;

  // Entries off the diagonal may be anything; a diagonal of 1 to 33 keeps the solution below overflow.
  const problem = dimension.chain((n) => fc.tuple(fc.constant(n), vector(n * n), vector(n)));

  test.each(SOLVES)("%s leaves a residual within its bound, also in place; a changed digit is noticed", (...row) => {
    const [, solve, lower, transposed] = row;
    fc.assert(
      fc.property(problem, fc.nat(), ([n, values, b], at) => {
        const whole = values.map((x, i) => (i % (n + 1) === 0 ? Math.abs(x) + 1 : x));
        const triangle = whole.map((x, i) => {
          const below = Math.floor(i / n) - (i % n);
          return (lower ? below >= 0 : below <= 0) ? x : 0;
        });
        const matrix = transposed ? transpose(triangle, n, n) : triangle;
        const x = new Float64Array(n).fill(NaN);
        solve(x, whole, b, n); // the other triangle is full and not read
        expect(solveUnits(matrix, x, b, n)).toBeLessThanOrEqual(1);
        const same = b.slice();
        solve(same, whole, same, n);
        expect(same).toEqual(x);
        const k = at % n;
        fc.pre(x[k] !== 0);
        // In row k the change is |t_kk x_k|·2ε, and the bound ε·(|T||x|)_k: the factor of the two is measured.
        const share = product(magnitude(matrix), magnitude(x), n, 1, n)[k]! / Math.abs(matrix[k * n + k]! * x[k]!);
        x[k] = x[k]! * (1 + 8 * gammaOf(n + 3) * share);
        expect(solveUnits(matrix, x, b, n)).toBeGreaterThan(1);
      }),
    );
  });

  test.each(SOLVES)("%s names the pivot that is zero or not finite", (name, solve) => {
    const b = new Float64Array(2);
    expect(() => solve(b, Float64Array.of(1, 0, 0, 0), b, 2)).toThrow(
      new RangeError(`${name}: matrix is singular; pivot 1 is 0, expected ≠ 0`),
    );
    expect(() => solve(b, Float64Array.of(1, 0, 0, NaN), b, 2)).toThrow(
      new RangeError(`${name}: matrix is not finite; pivot 1 is NaN, expected a finite number ≠ 0`),
    );
    expect(() => solve(b, new Float64Array(4), new Float64Array(3), 2)).toThrow(
      new RangeError(`${name}: b has the wrong length; got 3, expected 2`),
    );
  });
});

describe("cholesky", () => {
  const matrix = dimension.chain((n) => fc.tuple(fc.constant(n), positiveDefinite(n)));

  test("A = L Lᵀ within the bound, also in place and badly scaled; a changed digit is noticed", () => {
    fc.assert(
      fc.property(matrix, fc.nat(), ([n, a], at) => {
        const l = factorOf(a, n);
        expect(factorUnits(a, l, n)).toBeLessThanOrEqual(1);
        for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) expect(l[i * n + j]).toBe(0);
        const same = a.slice();
        choleskyInto(same, same, n);
        expect(same).toEqual(l);
        // The largest entry of a row has at least 1/n of (L Lᵀ)_ii: a relative change of 2nγ moves that by 4γ, twice the bound.
        const i = at % n;
        const row = magnitude(l.subarray(i * n, i * n + n));
        const j = row.indexOf(Math.max(...row));
        l[i * n + j]! *= 1 + 2 * n * gammaOf(n + 3);
        expect(factorUnits(a, l, n)).toBeGreaterThan(1);
      }),
    );
  });

  test("solves A x = b with a residual within γ_{3n+1} |L||Lᵀ||x|", () => {
    const problem = dimension.chain((n) => fc.tuple(fc.constant(n), positiveDefinite(n, 4), vector(n)));
    fc.assert(
      fc.property(problem, ([n, a, b]) => {
        const l = factorOf(a, n);
        const x = new Float64Array(n);
        choleskySolveInto(x, l, b, n);
        // Higham, Theorem 10.4; computing the residual adds γ_{n+1}(|A||x| + |b|), and both are at most (1 + …)|L||Lᵀ||x|.
        const bound = product(times(magnitude(l), n), magnitude(x), n, 1, n).map((y) => gammaOf(5 * n + 6) * y);
        const residual = (y: Float64Array): Float64Array => minus(b, product(a, y, n, 1, n));
        expect(worst(residual(x), bound)).toBeLessThanOrEqual(1);
        fc.pre(b.some((y) => y !== 0));
        // A relative change δ of all of x leaves δ·b; δ large enough for the largest entry of b against its bound.
        const k = magnitude(b).indexOf(Math.max(...magnitude(b)));
        const delta = (3 * bound[k]!) / Math.abs(b[k]!);
        const wrong = x.map((y) => y * (1 + delta));
        expect(worst(residual(wrong), bound)).toBeGreaterThan(1);
      }),
    );
  });

  test("log-determinant is that of the product of the pivots", () => {
    fc.assert(
      fc.property(
        dimension.chain((n) => fc.tuple(fc.constant(n), positiveDefinite(n, 8))),
        ([n, a]) => {
          const l = factorOf(a, n);
          const pivots = Array.from({ length: n }, (_, i) => l[i * n + i]!);
          const expected = Math.log(pivots.reduce((p, x) => p * x * x, 1));
          // Each log is within 1 ulp (2u); the sum adds γ_n Σ|log|. The product has relative error γ_{2n}, which log turns absolute.
          const logs = pivots.reduce((sum, x) => sum + Math.abs(Math.log(x)), 0);
          const bound = 2 * gammaOf(n + 3) * logs + gammaOf(2 * n) + 2 * U * Math.abs(expected);
          expect(Math.abs(choleskyLogDeterminant(l, n) - expected)).toBeLessThanOrEqual(bound);
          l[0]! *= 1 + 4 * bound;
          expect(Math.abs(choleskyLogDeterminant(l, n) - expected)).toBeGreaterThan(bound);
        },
      ),
    );
    // det = 2^(−4000) underflows, its logarithm does not.
    const tiny = identity(20).map((x) => x * 2 ** -100);
    expect(choleskyLogDeterminant(tiny, 20)).toBeCloseTo(-4000 * Math.LN2, 9);
  });

  test("inverse: ‖A·A⁻¹ − I‖ within 6γ tr(A) tr(A⁻¹), symmetric, also in place; a changed entry is noticed", () => {
    fc.assert(
      fc.property(
        dimension.chain((n) => fc.tuple(fc.constant(n), positiveDefinite(n, 2))),
        fc.nat(),
        ([n, a], at) => {
          const l = factorOf(a, n);
          const x = new Float64Array(n * n).fill(NaN);
          choleskyInverseInto(x, l, n);
          // With W L = I + S, |S| ≤ γ_n |W||L| (each row of W is a triangular solve), X = fl(Wᵀ W), A = L Lᵀ + E:
          // A X − I = E X + L Lᵀ (X − Wᵀ W) + L S L⁻¹ + L Sᵀ W + second order. In Frobenius norms, where ‖L‖² = tr A and
          // ‖W‖² = tr X, each of the four is at most γ_{n+1} tr(A) tr(X); computing A X adds one more, the sixth is slack for
          // the second order, which 6γ tr(A) tr(X) < 0.01 keeps below it.
          const bound = 6 * gammaOf(n + 2) * trace(a, n) * trace(x, n);
          expect(bound).toBeLessThan(0.01);
          const residual = (y: Float64Array): number => norm(minus(product(a, y, n, n, n), identity(n)));
          expect(residual(x)).toBeLessThanOrEqual(bound);
          expect(x).toEqual(transpose(x, n, n));
          choleskyInverseInto(l, l, n);
          expect(l).toEqual(x);
          // A change e of one entry in row i of X adds e times column i of A, whose norm is at least a_ii.
          const i = at % n;
          x[i * n + ((at % 3) % n)]! += (3 * bound) / a[i * n + i]!;
          expect(residual(x)).toBeGreaterThan(bound);
        },
      ),
    );
  });

  test("names the pivot that is not positive, and what else is wrong", () => {
    const out = new Float64Array(4);
    const failing = (call: () => void): string => {
      try {
        call();
      } catch (error) {
        return error instanceof RangeError ? error.message : String(error);
      }
      return "no error";
    };
    // 1 − 2⁻⁵³ − 1² is exact: a pivot of −2⁻⁵³.
    const a = Float64Array.of(4, 0, 0, 0, 1, 1, 0, 1, 1 - 2 ** -53);
    expect(failing(() => choleskyInto(new Float64Array(9), a, 3))).toBe(
      "cholesky: matrix is not positive definite; pivot 2 is -1.1102230246251565e-16, expected > 0",
    );
    expect(failing(() => choleskyInto(out, new Float64Array(4), 2))).toBe(
      "cholesky: matrix is not positive definite; pivot 0 is 0, expected > 0",
    );
    expect(failing(() => choleskyInto(out, Float64Array.of(1, NaN, NaN, 1), 2))).toBe(
      "cholesky: a is not finite; got a[1, 0] = NaN, expected finite numbers",
    );
    expect(failing(() => choleskyInto(out, Float64Array.of(Infinity, 0, 0, 1), 2))).toBe(
      "cholesky: a is not finite; got a[0, 0] = Infinity, expected finite numbers",
    );
    expect(failing(() => choleskyInto(out, new Float64Array(6), 2))).toBe(
      "cholesky: a has the wrong length; got 6, expected 2 × 2",
    );
    for (const [name, call] of [
      ["choleskyLogDeterminant", () => choleskyLogDeterminant(Float64Array.of(1, 0, 0, -1), 2)],
      ["choleskyInverse", () => choleskyInverseInto(out, Float64Array.of(1, 0, 0, -1), 2)],
      ["choleskyUpdate", () => choleskyUpdateInto(Float64Array.of(1, 0, 0, -1), Float64Array.of(0, 1), 2)],
    ] as const)
      expect(failing(call)).toBe(`${name}: matrix is not positive definite; pivot 1 is -1, expected > 0`);
    expect(failing(() => choleskyDowndateInto(Float64Array.of(1, 0, 0, 1), Float64Array.of(0, 2), 2))).toBe(
      "choleskyDowndate: matrix is not positive definite; pivot 1 is -3, expected > 0",
    );
    expect(failing(() => choleskyUpdateInto(Float64Array.of(1, 0, 0, 1), Float64Array.of(0, Infinity), 2))).toBe(
      "choleskyUpdate: x is not finite; got x[1] = Infinity, expected finite numbers",
    );
  });
});

describe("rank-one changes of a Cholesky factor", () => {
  const problem = dimension.chain((n) => fc.tuple(fc.constant(n), positiveDefinite(n, 2), vector(n)));

  // Each rotation of two columns errs by at most √2 γ_6 of a row's norm (Higham, Lemma 19.7), n of them by 8.5 n u, to which
  // the two rows of a product contribute 17 n u; forming the products here adds 2(n + 3)u. `rows` is [L x], whose rows keep
  // their norms under rotations: entry (i, j) may be off by (19 n + 6) u ‖row i‖ ‖row j‖, slack for second order included in 20 n.
  function changeUnits(difference: Float64Array, rows: (i: number) => number, n: number): number {
    const bounds = difference.map((_, at) => (20 * n + 6) * U * rows(Math.floor(at / n)) * rows(at % n));
    return worst(difference, bounds);
  }
  const rowNorms = (l: Float64Array, x: Float64Array, n: number) => (i: number) =>
    norm([...l.subarray(i * n, i * n + n), x[i]!]);
  const withSquare = (a: Float64Array, x: Float64Array, n: number): Float64Array =>
    a.map((y, at) => y + x[Math.floor(at / n)]! * x[at % n]!);

  test("the update is the factor of L Lᵀ + x xᵀ, as refactorisation finds it; a changed digit is noticed", () => {
    fc.assert(
      fc.property(problem, ([n, a, x]) => {
        const l = factorOf(a, n);
        const rows = rowNorms(l, x, n);
        const objective = withSquare(times(l, n), x, n);
        const updated = l.slice();
        choleskyUpdateInto(updated, x.slice(), n);
        expect(changeUnits(minus(objective, times(updated, n)), rows, n)).toBeLessThanOrEqual(1);
        for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) expect(updated[i * n + j]).toBe(0);
        // Factors of matrices E apart differ by at most ‖L‖ ‖L⁻¹ E L⁻ᵀ‖ ≤ √tr(A) ‖E‖ tr(A⁻¹) to first order, where E is
        // both backward errors: (20 n + 6)u from above and (2n + 4)u from Cholesky, each times Σ ‖row‖² = tr(A).
        const again = factorOf(objective, n);
        const inverse = new Float64Array(n * n);
        choleskyInverseInto(inverse, again, n);
        const total = trace(objective, n);
        const forward = (22 * n + 10) * U * total * Math.sqrt(total) * trace(inverse, n);
        expect(norm(minus(updated, again))).toBeLessThanOrEqual(forward);
        updated[0]! *= 1 + 2 * (20 * n + 6) * U;
        expect(changeUnits(minus(objective, times(updated, n)), rows, n)).toBeGreaterThan(1);
      }),
    );
  });

  test("the downdate is the factor of L Lᵀ − x xᵀ; a changed digit is noticed", () => {
    fc.assert(
      fc.property(problem, ([n, a, x]) => {
        const l = factorOf(withSquare(a, x, n), n);
        const down = l.slice();
        choleskyDowndateInto(down, x.slice(), n);
        // The old factor is, up to the same errors, [new x] rotated: the mixed form computes each new entry so that the
        // rotation back gives the old one within three roundings. Hence the same bound, with rows of the old factor.
        const rows = rowNorms(l, new Float64Array(n), n);
        const difference = (): Float64Array => minus(times(l, n), withSquare(times(down, n), x, n));
        expect(changeUnits(difference(), rows, n)).toBeLessThanOrEqual(1);
        const share = (l[0]! / down[0]!) ** 2; // of the old diagonal entry that the new one still has
        down[0]! *= 1 + 2 * (20 * n + 6) * U * share;
        expect(changeUnits(difference(), rows, n)).toBeGreaterThan(1);
      }),
    );
  });
});
