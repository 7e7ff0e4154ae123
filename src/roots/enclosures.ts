/**
 * Intervals are kept by position in two arrays, and every bound is moved outwards by what rounding may have taken: of 1/3 the interval has
 * 0.333… inside.
 */

/** Intervals [lo, hi] in two arrays; `partial` is 1 where the value may be undefined or jump. */
export interface Enclosures {
  readonly lo: Float64Array;
  readonly hi: Float64Array;
  readonly partial: Uint8Array;
}

/** Encloses one op: operands at positions x, y, z, result at position r (none of the operands). */
export type IntervalRule = (v: Enclosures, r: number, x: number, y: number, z: number) => void;

/** Distance from 1 to the next double: |x|·EPSILON is between 1 and 2 ulp of x. */
export const EPSILON = 2.220446049250313e-16;
/** The smallest positive double. */
export const TINY = 5e-324;

/** Room for `size` intervals. */
export function makeEnclosures(size: number): Enclosures {
  return { lo: new Float64Array(size), hi: new Float64Array(size), partial: new Uint8Array(size) };
}

/** x lowered by at least `ulps` ulp (below the normal range: last bits). A computed +∞ may be a finite overflow. */
export function down(x: number, ulps: number): number {
  return x === Infinity ? Number.MAX_VALUE : x - (Math.abs(x) * (ulps * EPSILON) + ulps * TINY);
}

/** x raised by at least `ulps` ulp. */
export function up(x: number, ulps: number): number {
  return x === -Infinity ? -Number.MAX_VALUE : x + (Math.abs(x) * (ulps * EPSILON) + ulps * TINY);
}

export function put(v: Enclosures, r: number, lo: number, hi: number, partial: number): void {
  v.lo[r] = lo;
  v.hi[r] = hi;
  v.partial[r] = partial;
}

/** A result that is undefined everywhere. */
export function putEmpty(v: Enclosures, r: number): void {
  put(v, r, NaN, NaN, 1);
}

/** A result about which nothing is known. */
export function putLine(v: Enclosures, r: number): void {
  put(v, r, -Infinity, Infinity, 1);
}
