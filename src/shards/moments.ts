/**
 * Means and sums of squares about them, of parts that are joined: of 3 numbers with mean 1 and 5 with mean 2 the mean is 13/8, and to the sums of squares
 * comes 15/8·(2 − 1)².
 *
 * Source: Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", COMPSTAT 1982.
 */

/** [how many, means, sums of squares about the means], of so many components each. */
export type Moments = Float64Array;

/** Moments of rows that come one after the other. */
export class MomentsOfRows {
  readonly #size: number;
  readonly #first: Float64Array;
  readonly #sums: Float64Array;
  readonly #squares: Float64Array;
  #count = 0;

  constructor(size: number) {
    this.#size = size;
    this.#first = new Float64Array(size);
    this.#sums = new Float64Array(size);
    this.#squares = new Float64Array(size);
  }

  /** Sums are about the first row, so that little cancels. */
  add(row: Float64Array): void {
    if (this.#count++ === 0) this.#first.set(row);
    for (let p = 0; p < this.#size; p++) {
      const d = row[p]! - this.#first[p]!;
      this.#sums[p]! += d;
      this.#squares[p]! += d * d;
    }
  }

  moments(): Moments {
    const [size, n] = [this.#size, this.#count];
    const out = new Float64Array(1 + 2 * size);
    out[0] = n;
    for (let p = 0; p < size; p++) {
      out[1 + p] = this.#first[p]! + this.#sums[p]! / n;
      out[1 + size + p] = Math.max(0, this.#squares[p]! - (this.#sums[p]! * this.#sums[p]!) / n);
    }
    return out;
  }
}

/** The moments of two parts together. */
export function joinedMoments(left: Moments, right: Moments): Moments {
  const size = (left.length - 1) / 2;
  const n = left[0]! + right[0]!;
  const out = new Float64Array(left.length);
  out[0] = n;
  for (let p = 0; p < size; p++) {
    const d = right[1 + p]! - left[1 + p]!;
    out[1 + p] = left[1 + p]! + (d * right[0]!) / n;
    out[1 + size + p] = left[1 + size + p]! + right[1 + size + p]! + (d * d * left[0]! * right[0]!) / n;
  }
  return out;
}
