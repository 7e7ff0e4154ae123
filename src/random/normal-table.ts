/**
 * A random word becomes a normal by the inverse normal distribution function. A word of 32 bits holds a sign and a tail
 * probability p = (2k + 1)/2³³, k of 31 bits: for k = 2³⁰ − 1, p is just below ¼ and the normal is ±0.674.
 *
 * The table holds a polynomial of degree 7 in p for each sixteenth of each octave of p, down to 2⁻¹³: no branch, no logarithm, and
 * an absolute error below 5e-15. Smaller p, one word in 4096, take a second word and the function itself.
 */

import { normalQuantile } from "../math/normal.ts";
import { TWO_32 } from "./threefry.ts";

const TWO_NEG_64 = 5.421010862427522e-20;
/** Chebyshev's points in [−1, 1], cos((2j + 1)π/16). */
// biome-ignore format: one row
const POINTS = [
  0.9807852804032304, 0.8314696123025452, 0.5555702330196022, 0.19509032201612825,
  -0.19509032201612825, -0.5555702330196022, -0.8314696123025452, -0.9807852804032304,
];

/**
 * The polynomials' coefficients: 12 octaves of 16 pieces of 8, constant term first. Those of a piece are 0 until a word falls into it: a first gradient
 * of 48 normals needs some 30 of the 192 pieces, and to make all of them takes longer than the rest of its noise.
 */
export const NORMAL_TABLE: Float64Array = /* @__PURE__ */ new Float64Array(1536);

/** The table with all its pieces, for those that copy it. */
export function wholeNormalTable(): Float64Array {
  for (let at = 0; at < NORMAL_TABLE.length; at += 8) if (NORMAL_TABLE[at] === 0) makePiece(at);
  return NORMAL_TABLE;
}

function makePiece(at: number): void {
  const scale = 1 / (4 << (at >> 7)); // least p of the octave
  const middle = scale * (1 + (((at >> 3) & 15) + 0.5) / 16);
  const out = NORMAL_TABLE.subarray(at);
  POINTS.forEach((t, j) => {
    out[j] = normalQuantile(middle + (t * scale) / 32);
  });
  // Newton's divided differences at the points, then multiplied out.
  for (let order = 1; order < 8; order++)
    for (let j = 7; j >= order; j--) out[j] = (out[j]! - out[j - 1]!) / (POINTS[j]! - POINTS[j - order]!);
  for (let order = 6; order >= 0; order--) for (let j = order; j < 7; j++) out[j]! -= POINTS[order]! * out[j + 1]!;
}

/** Does the word's tail probability lie below the table's? It does once in 4096 words. */
export function beyondTable(word: number): boolean {
  return (word & 0x7ff80000) === 0;
}

/**
 * Puts the normal of a word of 32 random bits at out[at]: the first bit is the sign (set for positive), the others are k. Not for
 * words beyond the table. It returns nothing, as runtimes that do not inline it would box a number.
 */
export function normalOfWordInto(out: Float64Array, at: number, table: Float64Array, word: number): void {
  const odd = (word << 1) | 1;
  const octave = Math.clz32(odd | 0x100000);
  const fraction = odd << octave; // its first bit is set, the next four are the piece
  const piece = ((octave << 4) | ((fraction >>> 27) & 15)) << 3;
  if (table[piece] === 0) makePiece(piece);
  const t = ((fraction << 5) ^ -2147483648) * 4.656612873077393e-10; // 2⁻³¹: −1 to 1 over the piece
  const x =
    ((((((table[piece + 7]! * t + table[piece + 6]!) * t + table[piece + 5]!) * t + table[piece + 4]!) * t +
      table[piece + 3]!) *
      t +
      table[piece + 2]!) *
      t +
      table[piece + 1]!) *
      t +
    table[piece]!;
  out[at] = x * ((word >> 31) | 1);
}

/**
 * The normal of a word beyond the table and of 32 random bits more: a sign and a tail probability (k + ½)/2⁶⁴, k of 63 bits. The
 * sign mirrors one half of the distribution onto the other, which scrambled digits do not notice.
 */
export function normalBeyondTable(high: number, low: number): number {
  const tail = ((high & 0x7fffffff) * TWO_32 + (low >>> 0) + 0.5) * TWO_NEG_64;
  const x = normalQuantile(tail);
  return high < 0 ? -x : x;
}
