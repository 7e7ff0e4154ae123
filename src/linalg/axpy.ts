/** `axpyInto` is the update out ← out + alpha·x, the inner step of products and of triangular solves. */
import { checkLength } from "./shape.ts";

/**
 * out ← out + alpha·x.
 *
 * Not finite where an operand is not. Throws RangeError if the lengths differ. Cost: n multiplications, no allocation.
 */
export function axpyInto(out: Float64Array, alpha: number, x: Float64Array): void {
  checkLength("axpy", "x", x, out?.length);
  axpyAt(out.length, out, 0, alpha, x, 0);
}

/** Adds alpha times n numbers of x from j on to those of out from i on; unchecked. */
export function axpyAt(n: number, out: Float64Array, i: number, alpha: number, x: Float64Array, j: number): void {
  for (let k = 0; k < n; k++) out[i + k]! += alpha * x[j + k]!;
}
