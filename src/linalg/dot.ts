/** These functions sum products. They keep four sums, so that a processor need not wait for one addition before it begins the next. */
import { checkLength } from "./shape.ts";

/**
 * Inner product Σ x_i y_i of two vectors of one length.
 *
 * Error at most γ_n Σ |x_i y_i|, γ_n = n·2⁻⁵³/(1 − n·2⁻⁵³). Not finite where an operand is not. Throws RangeError if the
 * lengths differ. Cost: n multiplications, no allocation.
 */
export function dot(x: Float64Array, y: Float64Array): number {
  checkLength("dot", "y", y, x?.length);
  return dotAt(x.length, x, 0, y, 0);
}

/** Inner product of n numbers of x from i on and of y from j on; unchecked. Four sums, so that additions overlap. */
export function dotAt(n: number, x: Float64Array, i: number, y: Float64Array, j: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let k = 0;
  for (; k + 3 < n; k += 4) {
    s0 += x[i + k]! * y[j + k]!;
    s1 += x[i + k + 1]! * y[j + k + 1]!;
    s2 += x[i + k + 2]! * y[j + k + 2]!;
    s3 += x[i + k + 3]! * y[j + k + 3]!;
  }
  for (; k < n; k++) s0 += x[i + k]! * y[j + k]!;
  return s0 + s1 + (s2 + s3);
}
