/** Over intervals x ** y is enclosed by the powers of the ends, case by case of their signs. */
import { pow } from "../math/power.ts";
import { down, type Enclosures, type IntervalRule, put, putEmpty, putLine, up } from "./enclosures.ts";

// Powers are less than 1 ulp off; twice that, and one bound is compared with another.
const ULPS = 4;

export const power: IntervalRule = (v, r, x, y) => {
  const { lo, hi } = v;
  const low = lo[x]!;
  const high = hi[x]!;
  const partial = v.partial[x]! | v.partial[y]!;
  if (Number.isNaN(low) || Number.isNaN(lo[y])) return putEmpty(v, r);
  if (lo[y] === -Infinity || hi[y] === Infinity) return putLine(v, r); // 1 ** ∞ is NaN
  if (lo[y] === hi[y] && Number.isInteger(lo[y])) return integerPower(v, r, low, high, lo[y]!, partial);
  // (−∞) ** ½ is +∞, not NaN
  if (low === -Infinity) return putLine(v, r);
  if (low < 0) {
    if (lo[y] !== hi[y]) return putLine(v, r);
    if (high < 0) return putEmpty(v, r);
  }
  const from = Math.max(low, 0);
  if (from === 0 && lo[y]! < 0) return putLine(v, r);
  // y·log x is bilinear in y and log x: the extremes are at the corners.
  const a = pow(from, lo[y]!);
  const b = pow(from, hi[y]!);
  const c = pow(high, lo[y]!);
  const d = pow(high, hi[y]!);
  put(v, r, lowered(Math.min(a, b, c, d)), up(Math.max(a, b, c, d), ULPS), low < 0 ? 1 : partial);
};

function integerPower(v: Enclosures, r: number, low: number, high: number, n: number, partial: number) {
  if (n === 0) return put(v, r, 1, 1, partial);
  const holdsZero = low <= 0 && high >= 0;
  if (n < 0 && holdsZero) return putLine(v, r);
  const a = pow(low, n);
  const b = pow(high, n);
  if (n % 2 === 0) {
    const least = holdsZero ? 0 : lowered(Math.min(a, b));
    put(v, r, least, up(Math.max(a, b), ULPS), partial);
  } else put(v, r, down(Math.min(a, b), ULPS), up(Math.max(a, b), ULPS), partial);
}

const lowered = (x: number): number => Math.max(0, down(x, ULPS));
