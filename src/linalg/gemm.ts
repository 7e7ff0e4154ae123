/** `gemmInto` multiplies two matrices; its like take one of them transposed. */
import { axpyAt } from "./axpy.ts";
import { dotAt } from "./dot.ts";
import { checkDistinct, checkLength } from "./shape.ts";

/**
 * out ← A B, with a: m×k, b: k×n, out: m×n (an array of its own), all row-major.
 *
 * Throws RangeError if a length does not fit. Cost: m·n·k multiplications, no allocation.
 */
export function gemmInto(out: Float64Array, a: Float64Array, b: Float64Array, m: number, n: number, k: number): void {
  checkLength("gemm", "a", a, m, k);
  checkLength("gemm", "b", b, k, n);
  checkLength("gemm", "out", out, m, n);
  checkDistinct("gemm", out, a, b);
  out.fill(0);
  for (let i = 0; i < m; i++) for (let p = 0; p < k; p++) axpyAt(n, out, i * n, a[i * k + p]!, b, p * n);
}

/** out ← A Bᵀ, with a: m×k, b: n×k, out: m×n; a and b may be one array, as in L Lᵀ. Otherwise as `gemmInto`. */
export function gemmTransposedInto(
  out: Float64Array,
  a: Float64Array,
  b: Float64Array,
  m: number,
  n: number,
  k: number,
): void {
  checkLength("gemmTransposed", "a", a, m, k);
  checkLength("gemmTransposed", "b", b, n, k);
  checkLength("gemmTransposed", "out", out, m, n);
  checkDistinct("gemmTransposed", out, a, b);
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) out[i * n + j] = dotAt(k, a, i * k, b, j * k);
}
