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
import { normalQuantile } from "../math/normal.ts";
import { beyondTable, NORMAL_TABLE, normalOfWordInto } from "./normal-table.ts";
import type { RowFill } from "./row-fill.ts";
import { FEW_BITS, fewFlips, scramble } from "./scramble.ts";
import {
  type LinearTable,
  linearDigits,
  makeLinearTable,
  POINTS,
  setProducts,
  smallFieldProduct,
} from "./sobol-points.ts";
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
/** Of one block for all that scrambles a pair of dimensions of small batches. */
const PAIR = 0x70000000;

const PRODUCTS: LinearTable = /* @__PURE__ */ makeLinearTable(); // room that every group fills anew

/**
 * Standard normals: out[offset + d·stride + i] for dimension d < dimensions and sample firstSample + i, i < lanes, where the
 * samples of one batch (s with the same ⌊s / batch⌋) form a low-discrepancy point set, independent of other batches.
 *
 * Unbiased when: always; each single point is independent normals in all dimensions, so the mean over any samples has
 * the mean of random points. Balance is best when `batch` is a power of two (every dimension has one point per interval
 * of probability 1 / batch); otherwise a batch is the first points of the next larger power of two.
 * Using: the number for (seed, stream, sample, dimension, batch) is a pure function; whole batches per call are fastest.
 * Cost: twice that of `fillNormals`, for batches above 2048 four times; no allocation. Dimensions below 2²⁸, samples below 2⁵³.
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
  const end = firstSample + lanes;
  // Of a batch of one point all digits are fresh.
  if (bits === 0) for (let d = 0; d < dimensions; d++) for (let i = 0; i < lanes; i++) out[offset + d * stride + i] = 0;
  for (let from = bits === 0 ? end : firstSample; from < end; ) {
    const b = Math.floor(from / batch);
    const to = Math.min(end, (b + 1) * batch);
    const fill = bits > FEW_BITS ? fillLarge : fillSmall;
    const at = offset + from - firstSample;
    fill(out, at, stride, generator, stream, from - b * batch, to - from, dimensions, b, bits, rowFill);
    from = to;
  }
  fillBelow(out, offset, stride, generator, stream, firstSample, lanes, dimensions, bits, rowFill);
}

/** Dimensions that take the points in the same order. */
function groupOf(bits: number): number {
  return Math.max(2, bits & ~1);
}

/** Leading digits, as integers, of points first, first + 1, … of batch b of at most 2^FEW_BITS. */
function fillSmall(
  out: Float64Array,
  at: number,
  stride: number,
  generator: Generator,
  stream: number,
  first: number,
  lanes: number,
  dimensions: number,
  b: number,
  bits: number,
  rowFill: RowFill | undefined,
): void {
  const { words } = generator;
  const low = b | 0;
  const high = (b / TWO_32) | 0;
  const group = groupOf(bits);
  for (let d = 0; d < dimensions; d += group) {
    const last = Math.min(d + group, dimensions);
    // Until they are overwritten by digits, the group's last row holds the indices of its points.
    const indices = at + (last - 1) * stride;
    // The first group takes the points as they come.
    let factor = 1;
    let order = 0;
    for (let dimension = d; dimension < last; dimension += 2) {
      const row = at + dimension * stride;
      blockAt(generator, low, high, PAIR + (dimension >>> 1), 2 * stream);
      const flipsOf = words[2]!;
      const flipsOfNext = words[3]!;
      if (dimension === d && d > 0) {
        factor = factorOf(words[1]!, 0, bits);
        order = words[0]!;
      }
      const column = dimension - d;
      if (rowFill?.points(row, first, lanes, bits, factor, order, column, flipsOf)) {
        if (dimension + 1 < last)
          rowFill.points(row + stride, first, lanes, bits, factor, order, column + 1, flipsOfNext);
        continue;
      }
      if (dimension === d) orderIndices(out, indices, first, lanes, factor, bits, order);
      flipDigits(out, row, indices, lanes, column, bits, flipsOf);
      if (dimension + 1 < last) flipDigits(out, row + stride, indices, lanes, column + 1, bits, flipsOfNext);
    }
  }
}

/** `fillSmall` for larger batches. */
function fillLarge(
  out: Float64Array,
  at: number,
  stride: number,
  generator: Generator,
  stream: number,
  first: number,
  lanes: number,
  dimensions: number,
  b: number,
  bits: number,
  rowFill: RowFill | undefined,
): void {
  const { words } = generator;
  const group = groupOf(bits);
  for (let d = 0; d < dimensions; d += group) {
    const last = Math.min(d + group, dimensions);
    const indices = at + (last - 1) * stride;
    for (let i = 0; i < lanes; i++) out[indices + i] = first + i;
    if (d > 0) {
      // An order of the group's own. The products permute pairwise uniformly, the flips keep two groups from agreeing in all points.
      blockAt(generator, b | 0, (b / TWO_32) | 0, FACTOR + d, 2 * stream);
      setProducts(PRODUCTS, factorOf(words[0]!, words[1]!, bits), bits);
      scramble(out, indices, indices, lanes, PRODUCTS, generator, stream, b, ORDER + d, bits, rowFill);
    }
    for (let e = d; e < last; e++)
      scramble(out, at + e * stride, indices, lanes, POINTS[e - d]!, generator, stream, b, FLIPS + e, bits, rowFill);
  }
}

/** A factor from 1 … 2^bits − 1 for a uniform from [0, 1), given by the words of its digits. */
function factorOf(high: number, low: number, bits: number): number {
  const most = (1 << bits) - 1;
  const uniform = ((high >>> 0) + (low >>> 0) / TWO_32) / TWO_32;
  return Math.min(1 + Math.floor(uniform * most), most);
}

/** Indices of points first, first + 1, … in the order of a group, given its factor and its coins, 1 and 0 for the first group. */
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

/** `scramble` for at most `FEW_BITS` digits, given its coins. */
function flipDigits(
  out: Float64Array,
  row: number,
  indices: number,
  lanes: number,
  column: number,
  bits: number,
  coins: number,
): void {
  const points = POINTS[column]!;
  for (let i = 0; i < lanes; i++) {
    const x = linearDigits(points, out[indices + i]! | 0, bits); // | 0: a double would be boxed for the call
    out[row + i] = x ^ fewFlips(x, bits, coins);
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

// As in `fillNormals`: a sign and a tail probability (k + ½)/2⁶⁴. It mirrors one half, which scrambled digits do not notice.
function tailNormalOf(high: number, low: number): number {
  const tail = ((high & 0x7fffffff) * TWO_32 + (low >>> 0) + 0.5) * TWO_NEG_64;
  const x = normalQuantile(tail);
  return high < 0 ? -x : x;
}
