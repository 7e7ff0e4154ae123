/**
 * These functions solve triangular systems by substitution. The computed x solves a system whose matrix differs from the given one by at
 * most γ_n of each entry (Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., Theorem 8.5).
 *
 * Shapes: the matrix n×n row-major, of which only the named triangle is read; b and out of length n, out may be b.
 * A b that is not finite gives a result that is not. Throw RangeError if a length does not fit, or naming the pivot if
 * a diagonal entry is 0 or not finite. Cost: n²/2 multiplications and n divisions, no allocation.
 */
import { axpyAt } from "./axpy.ts";
import { dotAt } from "./dot.ts";
import { checkLength } from "./shape.ts";

/** Solves L x = b, L lower triangular. */
export function solveLowerInto(out: Float64Array, l: Float64Array, b: Float64Array, n: number): void {
  check("solveLower", out, l, b, n);
  for (let i = 0; i < n; i++) out[i] = (b[i]! - dotAt(i, l, i * n, out, 0)) / l[i * n + i]!;
}

/** Solves Lᵀ x = b, L lower triangular. */
export function solveLowerTransposedInto(out: Float64Array, l: Float64Array, b: Float64Array, n: number): void {
  check("solveLowerTransposed", out, l, b, n);
  if (out !== b) out.set(b);
  for (let i = n - 1; i >= 0; i--) {
    out[i] = out[i]! / l[i * n + i]!;
    axpyAt(i, out, 0, -out[i]!, l, i * n);
  }
}

/** Solves U x = b, U upper triangular. */
export function solveUpperInto(out: Float64Array, u: Float64Array, b: Float64Array, n: number): void {
  check("solveUpper", out, u, b, n);
  for (let i = n - 1; i >= 0; i--) out[i] = (b[i]! - dotAt(n - 1 - i, u, i * n + i + 1, out, i + 1)) / u[i * n + i]!;
}

/** Solves Uᵀ x = b, U upper triangular. */
export function solveUpperTransposedInto(out: Float64Array, u: Float64Array, b: Float64Array, n: number): void {
  check("solveUpperTransposed", out, u, b, n);
  if (out !== b) out.set(b);
  for (let i = 0; i < n; i++) {
    out[i] = out[i]! / u[i * n + i]!;
    axpyAt(n - 1 - i, out, i + 1, -out[i]!, u, i * n + i + 1);
  }
}

function check(caller: string, out: Float64Array, matrix: Float64Array, b: Float64Array, n: number): void {
  checkLength(caller, "the matrix", matrix, n, n);
  checkLength(caller, "b", b, n);
  checkLength(caller, "out", out, n);
  for (let i = 0; i < n; i++) {
    const pivot = matrix[i * n + i]!;
    if (pivot === 0) throw new RangeError(`${caller}: matrix is singular; pivot ${i} is 0, expected ≠ 0`);
    if (!Number.isFinite(pivot))
      throw new RangeError(`${caller}: matrix is not finite; pivot ${i} is ${pivot}, expected a finite number ≠ 0`);
  }
}
