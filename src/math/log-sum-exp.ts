/** log Σ exp(xⱼ) for numbers: [1000, 1000] gives 1000.69, where exp(1000) overflows. */
import { balanced } from "./balanced-tree.ts";
import { exp, log } from "./elementary.ts";
import { peak } from "./logistic.ts";

/**
 * log Σ exp(xⱼ) without overflow, as m + log Σ exp(xⱼ − m) with the largest number for m: [1000, 1000] gives 1000 + log 2.
 *
 * Domain: any numbers; −Infinity for none or if all are, +Infinity if one is, NaN if one is. Error below 4 ulp of the largest of
 * |m|, |result| and 1 (the sum is one in pairs).
 */
export function logSumExp(values: readonly number[]): number {
  if (values.length < 2) return values[0] ?? Number.NEGATIVE_INFINITY;
  const largest = values.reduce(peak);
  const exponentials = values.map((x) => exp(x - largest));
  return largest + log(balanced(exponentials, (x, y) => x + y)!);
}

/** Beyond this difference a number adds nothing to a sum that the largest one is part of. */
const NEGLIGIBLE = -40;

/** The same by places: number d is log Σ exp over the d-th numbers of all rows, added in their order. */
export function logSumExpOfRows(rows: readonly Float64Array[], length: number): Float64Array {
  const [first] = rows;
  if (rows.length < 2) return first ? first.slice() : new Float64Array(length).fill(Number.NEGATIVE_INFINITY);
  const largest = new Float64Array(length).fill(Number.NEGATIVE_INFINITY);
  for (const row of rows) raise(largest, row);
  const sums = new Float64Array(length);
  for (const row of rows) addExponentials(sums, row, largest);
  for (let d = 0; d < length; d++) if (sums[d]! !== 1) largest[d]! += log(sums[d]!);
  return largest;
}

// Functions of their own: engines optimise a function as a whole, again for each of its loops that they find hot.

function raise(largest: Float64Array, row: Float64Array): void {
  for (let d = 0; d < largest.length; d++) largest[d] = peak(largest[d]!, row[d]!);
}

function addExponentials(sums: Float64Array, row: Float64Array, largest: Float64Array): void {
  for (let d = 0; d < sums.length; d++) {
    const below = row[d]! === largest[d]! ? 0 : row[d]! - largest[d]!;
    if (!(below < NEGLIGIBLE)) sums[d]! += exp(below);
  }
}
