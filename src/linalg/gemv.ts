/** These functions multiply a matrix, or its transpose, with a vector. */
import { axpyAt } from "./axpy.ts";
import { dotAt } from "./dot.ts";
import { checkDistinct, checkLength } from "./shape.ts";

/**
 * out ← A x, with a: m×n row-major, x: n, out: m (an array of its own).
 *
 * Throws RangeError if a length does not fit. Cost: m·n multiplications, no allocation.
 */
export function gemvInto(out: Float64Array, a: Float64Array, x: Float64Array, m: number, n: number): void {
  checkLength("gemv", "a", a, m, n);
  checkLength("gemv", "x", x, n);
  checkLength("gemv", "out", out, m);
  checkDistinct("gemv", out, a, x);
  for (let i = 0; i < m; i++) out[i] = dotAt(n, a, i * n, x, 0);
}

/** out ← Aᵀ x, with a: m×n row-major, x: m, out: n; otherwise as `gemvInto`. */
export function gemvTransposedInto(out: Float64Array, a: Float64Array, x: Float64Array, m: number, n: number): void {
  checkLength("gemvTransposed", "a", a, m, n);
  checkLength("gemvTransposed", "x", x, m);
  checkLength("gemvTransposed", "out", out, n);
  checkDistinct("gemvTransposed", out, a, x);
  out.fill(0);
  for (let i = 0; i < m; i++) axpyAt(n, out, 0, x[i]!, a, i * n);
}
