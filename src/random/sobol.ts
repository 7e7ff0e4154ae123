/**
 * Randomised quasi-Monte Carlo: normals whose samples come in batches, each an independently scrambled Sobol point set.
 *
 * s = sample, b = ⌊s / batch⌋, k = s mod batch, m = ⌈log₂ batch⌉ binary digits. The m leading digits of a coordinate are
 * those of a Sobol point after nested uniform scrambling: every digit is flipped by a coin of its own for (b, dimension,
 * digits before it). The digits after them are fresh. In distribution this is Owen's scrambling to full depth, because
 * the points of a batch differ in their m leading digits.
 *
 * Dimensions are taken in groups of m (m − 1 if m is odd, at least 2), since among more dimensions of a Sobol set so
 * small some pairs share their leading digits: with 16 points the worst pair in 32 dimensions varies 16 times as much as
 * random points do. Each further group visits the points in an order of its own, random and pairwise uniform: a pair
 * of dimensions of two groups is a Latin hypercube sample, its interactions vary by batch / (batch − 1) of what they do
 * with random points when the batch is a power of two.
 *
 * Source: A. B. Owen, "Randomly permuted (t,m,s)-nets and (t,s)-sequences", 1995; groups with orders of their own after
 * B. Burley, "Practical hash-based Owen scrambling", JCGT 9 (2020) 4.
 */
import { normalQuantile } from "../autodiff/special/normal.ts";
import { beyondTable, NORMAL_TABLE, normalOfWordInto } from "./normal-table.ts";
import type { RowFill } from "./row-fill.ts";
import { fieldProduct, smallFieldProduct, sobolDigits } from "./sobol-points.ts";
import { blockAt, type Generator } from "./threefry.ts";

const TWO_32 = 4294967296;
const TWO_NEG_64 = 5.421010862427522e-20;
const MAX_BATCH = 65536; // 2^16, of as many binary digits as Sobol points have

// Kinds of counters, above the dimension in the third word; `fillNormals` and `fillUniforms` stay below them.
const DIGITS = 0x10000000;
const FLIPS = 0x20000000;
const ORDER = 0x30000000;
const FACTOR = 0x40000000;
const TAILS = 0x60000000;
/** Of one block for all that scrambles a pair of dimensions, where a tree of coins fits into one word. */
const PAIR = 0x70000000;
const FEW_BITS = 5;

/** Levels of the tree of coins that one block holds: 127 coins, bit h of its words for node h (root 1, children 2h and 2h + 1). */
const LEVELS = 7;

/**
 * Standard normals: out[offset + d·stride + i] for dimension d < dimensions and sample firstSample + i, i < lanes, where the
 * samples of one batch (s with the same ⌊s / batch⌋) form a low-discrepancy point set, independent of other batches.
 *
 * Unbiased when: always; each single point is independent normals in all dimensions, so the mean over any samples has
 * the mean of random points. Balance is best when `batch` is a power of two (every dimension has one point per interval
 * of probability 1 / batch); otherwise a batch is the first points of the next larger power of two.
 * Using: the number for (seed, stream, sample, dimension, batch) is a pure function; whole batches per call are fastest.
 * Cost: twice that of `fillNormals` for batches up to 32, four times above; no allocation. Dimensions below 2²⁸, samples below 2⁵³.
 * Throws: RangeError unless `batch` is an integer from 1 to 65536.
 */
export function fillSobolNormals(
  out: Float64Array,
  offset: number,
  stride: number,
  generator: Generator,
  stream: number,
  firstSample: number,
  lanes: number,
  dimensions: number,
  batch: number,
  rowFill?: RowFill,
): void {
  if (!(Number.isInteger(batch) && batch >= 1 && batch <= MAX_BATCH))
    throw new RangeError(
      `fillSobolNormals: batch is out of range; got ${String(batch)}, expected an integer from 1 to ${MAX_BATCH}`,
    );
  const bits = 32 - Math.clz32(batch - 1);
  const group = Math.max(2, bits & ~1);
  const end = firstSample + lanes;
  const { words } = generator;
  // Of a batch of one point all digits are fresh.
  if (bits === 0) for (let d = 0; d < dimensions; d++) for (let i = 0; i < lanes; i++) out[offset + d * stride + i] = 0;
  for (let from = bits === 0 ? end : firstSample; from < end; ) {
    const b = Math.floor(from / batch);
    const to = Math.min(end, (b + 1) * batch);
    const [low, high] = [b | 0, (b / TWO_32) | 0];
    for (let d = 0; d < dimensions; d += group) {
      const last = Math.min(d + group, dimensions);
      const at = offset + from - firstSample;
      // Until they are overwritten by digits, the group's last row holds the indices of its points.
      const indices = at + (last - 1) * stride;
      if (bits > FEW_BITS) fillIndices(out, indices, generator, stream, from - b * batch, to - from, b, d, bits);
      // The first group takes the points as they come.
      let factor = 1;
      let order = 0;
      for (let dimension = d; dimension < last; dimension += 2) {
        const row = at + dimension * stride;
        if (bits > FEW_BITS) {
          for (let e = dimension; e < Math.min(dimension + 2, last); e++)
            fillDigits(out, at + e * stride, indices, generator, stream, to - from, b, e, e - d, bits, rowFill);
          continue;
        }
        blockAt(generator, low, high, PAIR + (dimension >>> 1), 2 * stream);
        const flipsOf = words[2]!;
        const flipsOfNext = words[3]!;
        if (dimension === d && d > 0) {
          factor = factorOf(words[1]!, 0, bits);
          order = words[0]!;
        }
        const first = from - b * batch;
        const column = dimension - d;
        if (rowFill?.points(row, first, to - from, bits, factor, order, column, flipsOf)) {
          if (dimension + 1 < last)
            rowFill.points(row + stride, first, to - from, bits, factor, order, column + 1, flipsOfNext);
          continue;
        }
        if (dimension === d) orderIndices(out, indices, first, to - from, factor, bits, order);
        flipDigits(out, row, indices, to - from, column, bits, flipsOf);
        if (dimension + 1 < last) flipDigits(out, row + stride, indices, to - from, column + 1, bits, flipsOfNext);
      }
    }
    from = to;
  }
  fillBelow(out, offset, stride, generator, stream, firstSample, lanes, dimensions, bits, rowFill);
}

/** A factor from 1 … 2^bits − 1 for a uniform from [0, 1), given by the words of its digits. */
function factorOf(high: number, low: number, bits: number): number {
  const most = (1 << bits) - 1;
  const uniform = ((high >>> 0) + (low >>> 0) / TWO_32) / TWO_32;
  return Math.min(1 + Math.floor(uniform * most), most);
}

/** `fillIndices` for at most `FEW_BITS` digits, given its factor and its coins, 1 and 0 for the first group. */
function orderIndices(
  out: Float64Array,
  at: number,
  first: number,
  lanes: number,
  factor: number,
  bits: number,
  coins: number,
): void {
  if ((factor === 1 && coins === 0) || bits === 0) {
    for (let i = 0; i < lanes; i++) out[at + i] = first + i;
    return;
  }
  for (let i = 0; i < lanes; i++) {
    const k = first + i;
    out[at + i] = smallFieldProduct(k ^ fewFlips(k, bits, coins), factor, bits);
  }
}

/** `fillDigits` for at most `FEW_BITS` digits, given its coins. */
function flipDigits(
  out: Float64Array,
  row: number,
  indices: number,
  lanes: number,
  column: number,
  bits: number,
  coins: number,
): void {
  for (let i = 0; i < lanes; i++) {
    const x = sobolDigits(column, out[indices + i]! | 0, bits); // | 0: a double would be boxed for the call
    out[row + i] = x ^ fewFlips(x, bits, coins);
  }
}

/** Indices of points first, first + 1, … of batch b, in the order that belongs to the group which begins with dimension d. */
function fillIndices(
  out: Float64Array,
  at: number,
  generator: Generator,
  stream: number,
  first: number,
  lanes: number,
  b: number,
  d: number,
  bits: number,
): void {
  if (d === 0) {
    for (let i = 0; i < lanes; i++) out[at + i] = first + i;
    return;
  }
  const { words } = generator;
  blockAt(generator, b | 0, (b / TWO_32) | 0, FACTOR + d, 2 * stream);
  const factor = factorOf(words[0]!, words[1]!, bits);
  // The products alone permute pairwise uniformly. The flips before keep two groups from ever agreeing in all points.
  blockAt(generator, b | 0, (b / TWO_32) | 0, ORDER + d, 2 * stream);
  const w0 = words[0]!;
  const w1 = words[1]!;
  const w2 = words[2]!;
  const w3 = words[3]!;
  const levels = Math.min(bits, LEVELS);
  const below = bits - levels;
  for (let i = 0; i < lanes; i++) {
    const k = first + i;
    const flipped = k ^ (flips((1 << levels) | (k >>> below), levels, w0, w1, w2, w3) << below);
    out[at + i] = fieldProduct(flipped, factor, bits);
  }
}

/** Scrambled leading digits, as integers, of dimension d of batch b: coordinate `column` of the points with the given indices. */
function fillDigits(
  out: Float64Array,
  row: number,
  indices: number,
  generator: Generator,
  stream: number,
  lanes: number,
  b: number,
  d: number,
  column: number,
  bits: number,
  rowFill: RowFill | undefined,
): void {
  const { words } = generator;
  blockAt(generator, b | 0, (b / TWO_32) | 0, FLIPS + d, 2 * stream);
  const w0 = words[0]!;
  const w1 = words[1]!;
  const w2 = words[2]!;
  const w3 = words[3]!;
  const levels = Math.min(bits, LEVELS);
  const below = bits - levels;
  // | 0: a double would be boxed for the call
  for (let i = 0; i < lanes; i++) out[row + i] = sobolDigits(column, out[indices + i]! | 0, bits);
  // The deepest first: which coins flip a digit depends on those before it as they were.
  let helped = 0;
  if (rowFill)
    for (let done = LEVELS * Math.ceil(below / LEVELS); done > 0; done -= LEVELS)
      helped = rowFill.flips(row, generator.key, b, FLIPS + d, 2 * stream, lanes, bits, done);
  for (let i = 0; i < lanes; i++) {
    const x = out[row + i]! | 0;
    const coins = flips((1 << levels) | (x >>> below), levels, w0, w1, w2, w3) << below;
    out[row + i] = x ^ (below === 0 || i < helped ? coins : coins | deepFlips(generator, stream, b, d, x, bits));
  }
}

/** Turns leading digits into normals, with fresh digits after them: of a word each, and of another in the tails. */
function fillBelow(
  out: Float64Array,
  offset: number,
  stride: number,
  generator: Generator,
  stream: number,
  firstSample: number,
  lanes: number,
  dimensions: number,
  bits: number,
  rowFill: RowFill | undefined,
): void {
  const { words } = generator;
  const table = NORMAL_TABLE;
  // Shifts count modulo 32: without digits they are 0, and 0 << 32 is 0.
  const shift = 32 - bits;
  for (let d = 0; d < dimensions; d += 4) {
    const row0 = offset + d * stride;
    const count = Math.min(4, dimensions - d);
    const row1 = count > 1 ? row0 + stride : row0;
    const row2 = count > 2 ? row1 + stride : row0;
    const row3 = count > 3 ? row2 + stride : row0;
    const block = DIGITS + (d >>> 2);
    for (let i = 0, end = lanes; i < lanes; i++) {
      if (rowFill && lanes - i >= 4 && (i === 0 || i === end)) {
        i += rowFill.normals(
          row0 + i,
          stride,
          count,
          generator.key,
          firstSample + i,
          block,
          2 * stream,
          lanes - i,
          bits,
        );
        if (i === lanes) break;
        end = i + 4;
      }
      const sample = firstSample + i;
      const low = sample | 0;
      const high = (sample / TWO_32) | 0;
      blockAt(generator, low, high, block, 2 * stream);
      const w0 = (out[row0 + i]! << shift) | (words[0]! >>> bits);
      const w1 = (out[row1 + i]! << shift) | (words[1]! >>> bits);
      const w2 = (out[row2 + i]! << shift) | (words[2]! >>> bits);
      const w3 = (out[row3 + i]! << shift) | (words[3]! >>> bits);
      // Rows that there are not are the first row, which is written last.
      normalOfWordInto(out, row3 + i, table, w3);
      normalOfWordInto(out, row2 + i, table, w2);
      normalOfWordInto(out, row1 + i, table, w1);
      normalOfWordInto(out, row0 + i, table, w0);
      if (!(beyondTable(w0) || beyondTable(w1) || beyondTable(w2) || beyondTable(w3))) continue;
      blockAt(generator, low, high, TAILS + (d >>> 2), 2 * stream);
      for (let j = 0; j < count; j++) {
        const word = j === 0 ? w0 : j === 1 ? w1 : j === 2 ? w2 : w3;
        if (beyondTable(word)) out[row0 + j * stride + i] = tailNormalOf(word, words[j]!);
      }
    }
  }
}

/** The first three coins on the path to each eighth of the leaves, for each setting of coins 1 … 7. */
const THREE_COINS: Uint8Array = /* @__PURE__ */ Uint8Array.from({ length: 1024 }, (_, i) => {
  const [setting, x] = [i >>> 2, i & 7];
  const coin = (node: number): number => (setting >>> node) & 1;
  return (coin(1) << 2) | (coin(2 | (x >>> 2)) << 1) | coin(4 | (x >>> 1));
});

/** The coins on the path from the root to `leaf` ≥ 2^levels, that of the root first, as digits of an integer. */
function flips(leaf: number, levels: number, w0: number, w1: number, w2: number, w3: number): number {
  // All seven, then those that count. The nodes of the first five levels lie in the first word; shifts count modulo 32.
  const path = leaf << (LEVELS - levels);
  const coins =
    (THREE_COINS[((w0 & 254) << 2) | ((path >>> 4) & 7)]! << 4) |
    (((w0 >>> (path >>> 4)) & 1) << 3) |
    (((w0 >>> (path >>> 3)) & 1) << 2) |
    (((w1 >>> (path >>> 2)) & 1) << 1) |
    ((((path & 64) === 0 ? w2 : w3) >>> (path >>> 1)) & 1);
  return coins >>> (LEVELS - levels);
}

/** `flips` to leaf 2^levels + x for at most five levels, whose coins lie in one word. */
function fewFlips(x: number, levels: number, word: number): number {
  const setting = (word & 254) << 2;
  if (levels <= 3) return THREE_COINS[setting | (x << (3 - levels))]! >>> (3 - levels);
  let coins = THREE_COINS[setting | (x >>> (levels - 3))]!;
  const leaf = (1 << levels) | x;
  for (let above = levels - 3; above > 0; above--) coins = (coins << 1) | ((word >>> (leaf >>> above)) & 1);
  return coins;
}

/** The coins of the digits of x after the first seven, a block for every seven, found by the digits before them. */
function deepFlips(generator: Generator, stream: number, b: number, d: number, x: number, bits: number): number {
  const { words } = generator;
  let coins = 0;
  for (let done = LEVELS; done < bits; done += LEVELS) {
    const levels = Math.min(LEVELS, bits - done);
    const below = bits - done - levels;
    // Below 2³¹: a batch of more than 2⁷ samples has a number below 2⁴⁶.
    const node = (1 << done) | (x >>> (bits - done));
    blockAt(generator, b | 0, (b / TWO_32) | 0 | (node << 16), FLIPS + d, 2 * stream);
    const leaf = (1 << levels) | ((x >>> below) & ((1 << levels) - 1));
    coins |= flips(leaf, levels, words[0]!, words[1]!, words[2]!, words[3]!) << below;
  }
  return coins;
}

// As in `fillNormals`: a sign and a tail probability (k + ½)/2⁶⁴. It mirrors one half, which scrambled digits do not notice.
function tailNormalOf(high: number, low: number): number {
  const tail = ((high & 0x7fffffff) * TWO_32 + (low >>> 0) + 0.5) * TWO_NEG_64;
  const x = normalQuantile(tail);
  return high < 0 ? -x : x;
}
