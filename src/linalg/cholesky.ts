/** Cholesky factors of symmetric positive definite matrices, such as covariances, and what they give: solutions, log det, inverses. */
import { log } from "../math/elementary.ts";
import { axpyAt } from "./axpy.ts";
import { dotAt } from "./dot.ts";
import { checkFinite, checkLength } from "./shape.ts";
import { solveLowerInto, solveLowerTransposedInto } from "./triangular.ts";

/**
 * Cholesky factor of a symmetric positive definite matrix: out ← L, lower triangular with A = L Lᵀ, zeros above.
 *
 * Shapes: a and out n×n row-major; only the lower triangle of a is read, out may be a. |A − L Lᵀ| ≤ γ_{n+1} |L||Lᵀ|
 * entry by entry (Higham, Theorem 10.3). Throws RangeError if a length does not fit, if an entry is not finite, or naming
 * the first pivot that is not positive (counted from 0; out then holds the rows before it).
 * Cost: n³/6 multiplications and n²/2 divisions, no allocation.
 *
 *     const l = new Float64Array(4);
 *     choleskyInto(l, Float64Array.of(4, 2, 2, 10), 2); // l = [2, 0, 1, 3]
 */
export function choleskyInto(out: Float64Array, a: Float64Array, n: number): void {
  checkLength("cholesky", "a", a, n, n);
  checkLength("cholesky", "out", out, n, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) checkFinite("cholesky", "a", a[i * n + j]!, i, j);
    for (let j = 0; j < i; j++) out[i * n + j] = (a[i * n + j]! - dotAt(j, out, i * n, out, j * n)) / out[j * n + j]!;
    const pivot = a[i * n + i]! - dotAt(i, out, i * n, out, i * n);
    if (!(pivot > 0)) throw notPositive("cholesky", i, pivot);
    out[i * n + i] = Math.sqrt(pivot);
    out.fill(0, i * n + i + 1, (i + 1) * n);
  }
}

/**
 * Solves A x = b, l being the Cholesky factor of A; b and out of length n, out may be b.
 *
 * (A + E) x = b with |E| ≤ γ_{3n+1} |L||Lᵀ| (Higham, Theorem 10.4). Throws as the triangular solves do.
 * Cost: n² multiplications, no allocation.
 */
export function choleskySolveInto(out: Float64Array, l: Float64Array, b: Float64Array, n: number): void {
  solveLowerInto(out, l, b, n);
  solveLowerTransposedInto(out, l, out, n);
}

/** log det A = 2 Σ log l_ii, l being the Cholesky factor of A (n×n); neither overflows nor underflows as det A may. */
export function choleskyLogDeterminant(l: Float64Array, n: number): number {
  checkPivots("choleskyLogDeterminant", l, n);
  let sum = 0;
  for (let i = 0; i < n; i++) sum += log(l[i * n + i]!);
  return 2 * sum;
}

/**
 * out ← A⁻¹, symmetric and full, l being the Cholesky factor of A; both n×n, out may be l.
 *
 * Using: W = L⁻¹ row by row from W L = I, whose residual is small on the side that A⁻¹ = Wᵀ W needs:
 * ‖A·out − I‖ ≤ 4γ_{n+1} tr(A) tr(A⁻¹) in the Frobenius norm, up to squares of that. To solve a system, `choleskySolveInto`
 * is cheaper and more accurate. Throws RangeError if a length does not fit or naming a pivot that is not positive.
 * Cost: n³/3 multiplications, no allocation.
 */
export function choleskyInverseInto(out: Float64Array, l: Float64Array, n: number): void {
  checkLength("choleskyInverse", "out", out, n, n);
  checkPivots("choleskyInverse", l, n);
  // Row i of W needs rows 0 … i of L: from the last row up, W can take the place of L.
  for (let i = n - 1; i >= 0; i--) {
    const row = i * n;
    const pivot = l[row + i]!;
    for (let k = 0; k < i; k++) out[row + k] = -l[row + k]! / pivot;
    out[row + i] = 1 / pivot;
    for (let j = i - 1; j >= 0; j--) {
      out[row + j] = out[row + j]! / l[j * n + j]!;
      axpyAt(j, out, row, -out[row + j]!, l, j * n);
    }
  }
  // Row i of the lower triangle of Wᵀ W needs rows i … n − 1 of W.
  for (let i = 0; i < n; i++) {
    const row = i * n;
    const own = out[row + i]!;
    for (let j = 0; j <= i; j++) out[row + j] = own * out[row + j]!;
    for (let k = i + 1; k < n; k++) axpyAt(i + 1, out, row, out[k * n + i]!, out, k * n);
  }
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) out[j * n + i] = out[i * n + j]!;
}

function checkPivots(caller: string, l: Float64Array, n: number): void {
  checkLength(caller, "l", l, n, n);
  for (let i = 0; i < n; i++) if (!(l[i * n + i]! > 0)) throw notPositive(caller, i, l[i * n + i]!);
}

/** The error for a pivot that is not positive. */
export function notPositive(caller: string, index: number, pivot: number): RangeError {
  return new RangeError(`${caller}: matrix is not positive definite; pivot ${index} is ${pivot}, expected > 0`);
}
