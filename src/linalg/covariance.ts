/**
 * Covariance of samples that come in batches of lanes, such as the outputs of a tape: sums of products about the first
 * sample, added in the order of the samples, so that the result has the same bits for any split into batches.
 */
import { refuse, requireList } from "../checks/arguments.ts";
import { checkLength, checkSize } from "./shape.ts";

/** Running sums over the samples so far. */
export interface CovarianceSums {
  /** Number of variables. */
  readonly size: number;
  /** Number of samples; set it to 0 to start afresh. */
  count: number;
  /** The first sample, about which the sums are taken. */
  readonly shift: Float64Array;
  readonly sums: Float64Array;
  /** size×size, the lower triangle. */
  readonly products: Float64Array;
}

/** Where the values of a variable lie: lanes from `offset` on, or, if not `lane`, one number for all samples. */
export interface LaneRow {
  readonly offset: number;
  readonly lane: boolean;
}

/** Room for the sums of a number of variables. */
export function makeCovarianceSums(size: number): CovarianceSums {
  checkSize("makeCovarianceSums", "size", size, 1);
  return {
    size,
    count: 0,
    shift: new Float64Array(size),
    sums: new Float64Array(size),
    products: new Float64Array(size * size),
  };
}

/**
 * Adds a batch of n samples of which variable p lies at rows[p], p < size; later rows are ignored. A row that is not `lane`
 * must hold the same number in every batch.
 *
 * A value that is not finite makes its variances NaN, for the caller to report in its own words. Throws RangeError if a row
 * does not lie inside `values`. Cost: size²·n/2 multiplications for the `lane` rows, no allocation.
 */
export function accumulateCovariance(
  state: CovarianceSums,
  values: Float64Array,
  rows: readonly LaneRow[],
  n: number,
): void {
  const { size, shift, sums, products } = requireSums("accumulateCovariance", state);
  checkRows(values, rows, size, n);
  if (state.count === 0) {
    for (let p = 0; p < size; p++) shift[p] = values[rows[p]!.offset]!;
    sums.fill(0);
    products.fill(0);
  }
  state.count += n;
  for (let p = 0; p < size; p++) {
    if (!rows[p]!.lane) continue;
    const x = rows[p]!.offset;
    const about = shift[p]!;
    let sum = sums[p]!;
    for (let i = 0; i < n; i++) sum += values[x + i]! - about;
    sums[p] = sum;
    for (let q = 0; q <= p; q++)
      if (rows[q]!.lane)
        products[p * size + q] = addProducts(products[p * size + q]!, values, x, about, rows[q]!.offset, shift[q]!, n);
  }
}

/**
 * out ← the covariance of the samples so far, size×size, full, divisor count − 1; NaN for fewer than two samples.
 *
 * With d the distances to the first sample, the error of an entry is at most about n·2⁻⁵³·(Σ|d_p d_q| + 2 Σ|d_p| Σ|d_q|/n)
 * divided by n − 1: some n·2⁻⁵³ standard deviations squared, unless the first sample is far out. A variance that
 * rounding would make negative is 0. Throws RangeError if the length of out does not fit. No allocation.
 */
export function covarianceInto(out: Float64Array, state: CovarianceSums): void {
  const { size, count, sums, products } = requireSums("covariance", state);
  checkLength("covariance", "out", out, size, size);
  for (let p = 0; p < size; p++)
    for (let q = 0; q <= p; q++) {
      const spread = products[p * size + q]! - (sums[p]! * sums[q]!) / count;
      const value = count > 1 ? (p === q ? Math.max(0, spread) : spread) / (count - 1) : NaN;
      out[p * size + q] = value;
      out[q * size + p] = value;
    }
}

function requireSums(caller: string, state: CovarianceSums): CovarianceSums {
  if (!(state?.products instanceof Float64Array)) refuse(caller, "running sums", state, "those of makeCovarianceSums");
  return state;
}

function addProducts(
  from: number,
  values: Float64Array,
  x: number,
  aboutX: number,
  y: number,
  aboutY: number,
  n: number,
): number {
  let sum = from;
  for (let i = 0; i < n; i++) sum += (values[x + i]! - aboutX) * (values[y + i]! - aboutY);
  return sum;
}

function checkRows(values: Float64Array, rows: readonly LaneRow[], size: number, n: number): void {
  checkSize("accumulateCovariance", "n", n, 1);
  requireList("accumulateCovariance", "a list of rows", rows, "an array of rows");
  requireList("accumulateCovariance", "a list of values", values, "an array of numbers");
  if (rows.length < size)
    throw new RangeError(`accumulateCovariance: too few rows; got ${rows.length}, expected ${size}`);
  for (let p = 0; p < size; p++) {
    const { offset, lane } = rows[p]!;
    const end = offset + (lane ? n : 1);
    if (!(offset >= 0 && end <= values.length))
      throw new RangeError(
        `accumulateCovariance: row ${p} does not lie inside values; got ${offset} to ${end}, expected 0 to at most ${values.length}`,
      );
  }
}
