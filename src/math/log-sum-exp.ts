/** log Σ exp(xⱼ) for numbers: [1000, 1000] gives 1000.69, where exp(1000) overflows. */
import { exp, log } from "./elementary.ts";
import { peak } from "./logistic.ts";

/**
 * log Σ exp(xⱼ) without overflow, as m + log Σ exp(xⱼ − m) with the largest number for m: [1000, 1000] gives 1000 + log 2.
 *
 * Domain: any numbers; −Infinity for none or if all are, +Infinity if one is, NaN if one is. Error below 4 ulp of the largest of
 * |m|, |result| and 1 (the sum is one in pairs).
 */
export function logSumExp(values: ArrayLike<number>): number {
  const { length } = values;
  if (length < 2) return values[0] ?? Number.NEGATIVE_INFINITY;
  let largest = values[0]!;
  for (let j = 1; j < length; j++) largest = peak(largest, values[j]!);
  const sums = new Float64Array(length);
  for (let j = 0; j < length; j++) sums[j] = exp(values[j]! - largest);
  // The tree of `balanced`, whose functions take longer than the additions.
  for (let size = length; size > 1; size = (size + 1) >> 1) {
    for (let j = 0; j + 1 < size; j += 2) sums[j >> 1] = sums[j]! + sums[j + 1]!;
    if (size % 2 === 1) sums[size >> 1] = sums[size - 1]!;
  }
  return largest + log(sums[0]!);
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
