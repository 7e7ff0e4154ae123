/** Least squares by QR, for more equations than unknowns: growth exponents in the benchmarks are fitted by it. */
import { normAt } from "./norm.ts";
import { applyQTransposedInto, qrInto } from "./qr.ts";
import { checkFinite, checkLength } from "./shape.ts";

export interface LeastSquares {
  /** The n coefficients x. */
  readonly coefficients: Float64Array;
  /** ‖A x − b‖₂. */
  readonly residualNorm: number;
}

/**
 * The x that minimises ‖A x − b‖₂, with a: m×n row-major of full column rank, m ≥ n, and b: m.
 *
 * The slope of a line in log-log coordinates, say, is the exponent by which time grows with size:
 *
 *     const design = sizes.flatMap((size) => [1, Math.log(size)]);
 *     const { coefficients } = leastSquares(design, times.map(Math.log), sizes.length, 2);
 *     coefficients[1]; // 1 for time in proportion to size
 *
 * Using Householder QR: x solves exactly a problem whose columns and right-hand side differ by some mn·2⁻⁵³ of their norms
 * (Higham, Theorem 20.3). Throws RangeError if m < n, a length does not fit, an entry is not finite, or naming the pivot
 * if a column is, to rounding, a combination of those before it. Cost: 2mn² multiplications; allocates copies of a and b.
 */
export function leastSquares(a: ArrayLike<number>, b: ArrayLike<number>, m: number, n: number): LeastSquares {
  checkLength("leastSquares", "a", a, m, n);
  checkLength("leastSquares", "b", b, m);
  const matrix = Float64Array.from(a);
  const rhs = Float64Array.from(b);
  for (let i = 0; i < m; i++) checkFinite("leastSquares", "b", rhs[i]!, i);
  const norms = Float64Array.from({ length: n }, (_, j) => normAt(m, matrix, j, n));
  const tau = new Float64Array(n);
  qrInto(matrix, tau, matrix, m, n);
  applyQTransposedInto(rhs, matrix, tau, m, n);
  const coefficients = new Float64Array(n);
  for (let i = n - 1; i >= 0; i--) {
    const pivot = matrix[i * n + i]!;
    const rounding = m * n * Number.EPSILON * norms[i]!;
    if (!(Math.abs(pivot) > rounding))
      throw new RangeError(
        `leastSquares: column ${i} depends on the columns before it; pivot ${i} is ${pivot}, expected beyond ±${rounding}`,
      );
    let sum = rhs[i]!;
    for (let j = i + 1; j < n; j++) sum -= matrix[i * n + j]! * coefficients[j]!;
    coefficients[i] = sum / pivot;
  }
  return { coefficients, residualNorm: normAt(m - n, rhs, n, 1) };
}
