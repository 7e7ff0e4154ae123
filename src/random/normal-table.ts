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
 * The polynomials' coefficients: 12 octaves of 16 pieces of 8, constant term first. Those of a piece are 0 until it is made: a first gradient of 48 normals
 * needs some 30 of the 192 pieces, and to make all of them takes longer than the rest of its noise.
 */
export const NORMAL_TABLE: Float64Array = /* @__PURE__ */ new Float64Array(1536);

/**
 * Bits of which a rare word has none, one for `normalOfRareWordInto`: once all pieces are made it is a word beyond the table, one in 4096, and before that
 * each word is. To look at all words for a piece that is not made would take 4 % of the time of noise for ever.
 */
export let commonBits = 0;

/** The table with all its pieces. */
export function wholeNormalTable(): Float64Array {
  if (!commonBits) for (let at = 0; at < 1536; at += 8) makePiece(at);
  commonBits = COMMON;
  return NORMAL_TABLE;
}

function makePiece(at: number): void {
  const scale = 1 / (4 << (at >> 7)); // least p of the octave
  const middle = scale * (1 + ((at & 120) + 4) / 128);
  const out = NORMAL_TABLE.subarray(at);
  for (let j = 0; j < 8; j++) out[j] = normalQuantile(middle + (POINTS[j]! * scale) / 32);
  // Newton's divided differences at the points, then multiplied out.
  for (let order = 1; order < 8; order++)
    for (let j = 7; j >= order; j--) out[j] = (out[j]! - out[j - 1]!) / (POINTS[j]! - POINTS[j - order]!);
  for (let order = 6; order >= 0; order--) for (let j = order; j < 7; j++) out[j]! -= POINTS[order]! * out[j + 1]!;
}

/** Bits of which a word has none if its tail probability lies below the table's. */
const COMMON = 0x7ff80000;

/** Does the word's tail probability lie below the table's? It does once in 4096 words. */
export function beyondTable(word: number): boolean {
  return (word & COMMON) === 0;
}

/**
 * Puts the normal of a word of 32 random bits at out[at]: the first bit is the sign (set for positive), the others are k. Not for
 * rare words. It returns the place of the piece, and not the normal, which runtimes that do not inline it would box.
 */
export function normalOfWordInto(out: Float64Array, at: number, table: Float64Array, word: number): number {
  const odd = (word << 1) | 1;
  const octave = Math.clz32(odd | 0x100000);
  const fraction = odd << octave; // its first bit is set, the next four are the piece
  const piece = ((octave << 4) | ((fraction >>> 27) & 15)) << 3;
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
  return piece;
}

/**
 * The same for a word whose piece may not be made, and for one beyond the table, of which `low` are 32 bits more: a sign and a tail probability (k + ½)/2⁶⁴, k
 * of 63 bits. The sign mirrors one half of the distribution onto the other, which scrambled digits do not notice.
 */
export function normalOfRareWordInto(out: Float64Array, at: number, word: number, low: number): void {
  if (word & COMMON) {
    const piece = normalOfWordInto(out, at, NORMAL_TABLE, word);
    // One word in 256 falls into the last octaves: then there have been many, and all pieces are made.
    if (piece >= 1024) wholeNormalTable();
    else if (NORMAL_TABLE[piece] === 0) makePiece(piece);
    normalOfWordInto(out, at, NORMAL_TABLE, word);
  } else {
    const tail = ((word & 0x7fffffff) * TWO_32 + (low >>> 0) + 0.5) * TWO_NEG_64;
    out[at] = normalQuantile(tail) * ((word >> 31) | 1);
  }
}
