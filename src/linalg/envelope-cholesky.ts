/**
 * Cholesky factors of many matrices whose entries are 0 at the same places, as of the curvature of a walk, of which each step knows two others: rows are
 * kept from their first entry on, which is called envelope storage (George and Liu, "Computer solution of large sparse positive definite systems", 1981, chapter 4).
 */
import { log } from "../math/elementary.ts";

/** The least pivot, as a share of its entry of the diagonal, of a matrix that is not positive. */
const LEAST = 0.01;

/** L·Lᵀ = −H, of n rows. */
export class EnvelopeFactor {
  readonly #n: number;
  readonly #first: Uint32Array;
  readonly #rows: Float64Array;
  readonly #places: readonly { readonly row: number; readonly column: number }[];

  constructor(n: number, places: readonly { readonly row: number; readonly column: number }[]) {
    this.#n = n;
    this.#places = places;
    this.#first = Uint32Array.from({ length: n }, (_, i) => i);
    for (const { row, column } of places) this.#first[row] = Math.min(this.#first[row]!, column);
    this.#rows = new Float64Array(n * n);
  }

  /** Products that a factor takes: n³/6 of n rows that are full. */
  get products(): number {
    const first = this.#first;
    let sum = 0;
    for (let i = 0; i < this.#n; i++)
      for (let j = first[i]!; j <= i; j++) sum += j - Math.min(j, Math.max(first[i]!, first[j]!));
    return sum;
  }

  /** The factor for the entries of H, by their number; false where −H is not positive: then that of a matrix near it that is. */
  fill(entry: (k: number) => number): boolean {
    const [l, first, n] = [this.#rows, this.#first, this.#n];
    l.fill(0);
    this.#places.forEach(({ row, column }, k) => {
      l[row * n + column] = -entry(k);
    });
    let isPositive = true;
    for (let i = 0; i < n; i++) {
      for (let j = first[i]!; j <= i; j++) {
        let sum = l[i * n + j]!;
        for (let k = Math.max(first[i]!, first[j]!); k < j; k++) sum -= l[i * n + k]! * l[j * n + k]!;
        if (j < i) l[i * n + j] = sum / l[j * n + j]!;
        else {
          const least = LEAST * Math.abs(l[i * (n + 1)]!) + Number.EPSILON;
          if (!(sum > 0)) isPositive = false;
          l[i * (n + 1)] = Math.sqrt(sum > 0 ? sum : Math.max(least, Math.abs(sum)));
        }
      }
    }
    return isPositive && Number.isFinite(this.logDiagonal());
  }

  /** ½ log det(−H). */
  logDiagonal(): number {
    let sum = 0;
    for (let i = 0; i < this.#n; i++) sum += log(this.#rows[i * (this.#n + 1)]!);
    return sum;
  }

  /** x ← L⁻¹x. */
  forward(x: Float64Array): void {
    const [l, first, n] = [this.#rows, this.#first, this.#n];
    for (let i = 0; i < n; i++) {
      let sum = x[i]!;
      for (let k = first[i]!; k < i; k++) sum -= l[i * n + k]! * x[k]!;
      x[i] = sum / l[i * (n + 1)]!;
    }
  }

  /** x ← L⁻ᵀx. */
  backward(x: Float64Array): void {
    const [l, first, n] = [this.#rows, this.#first, this.#n];
    for (let i = n - 1; i >= 0; i--) {
      const own = x[i]! / l[i * (n + 1)]!;
      x[i] = own;
      for (let k = first[i]!; k < i; k++) x[k]! -= l[i * n + k]! * own;
    }
  }
}
