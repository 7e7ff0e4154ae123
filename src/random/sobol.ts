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
import type { Mutable, NoiseRequest, PointRow, ScrambledRow } from "./contract.ts";
import { commonBits, NORMAL_TABLE, normalOfRareWordInto, normalOfWordInto } from "./normal-table.ts";
import { digitsBelowTree, FEW_BITS, fewFlips, scramble } from "./scramble.ts";
import {
  type LinearTable,
  linearDigits,
  makeLinearTable,
  pointsIn,
  setProducts,
  smallFieldProduct,
} from "./sobol-points.ts";
import { blockAt, TWO_32 } from "./threefry.ts";

const MAX_BATCH = 65536; // 2^16, of as many binary digits as Sobol points have

// Kinds of counters, above the dimension in the third word; `fillNormals` and `fillUniforms` stay below them.
const DIGITS = 0x10000000;
const FLIPS = 0x20000000;
const ORDER = 0x30000000;
const FACTOR = 0x40000000;
const TAILS = 0x60000000;
/** Of one block for all that scrambles a pair of dimensions of small batches. */
const PAIR = 0x70000000;

// Room that every group or row fills anew.
const PRODUCTS: LinearTable = /* @__PURE__ */ makeLinearTable();
const POINT_ROW: Mutable<PointRow> = {
  at: 0,
  first: 0,
  lanes: 0,
  bits: 0,
  factor: 1,
  order: 0,
  column: 0,
  coins: 0,
};
const SCRAMBLED_ROW: Mutable<ScrambledRow> = {
  at: 0,
  from: 0,
  lanes: 0,
  map: PRODUCTS,
  bits: 0,
  below: 0,
  stream: 0,
  batch: 0,
  kind: 0,
};

/**
 * Fills a request with standard normals whose groups, here batches, each form a low-discrepancy point set, independent of the
 * other batches.
 *
 * Unbiased when: always; each single point is independent normals in all dimensions, so the mean over any samples has
 * the mean of random points. Balance is best when `group` is a power of two (every dimension has one point per interval
 * of probability 1 / group); otherwise a batch is the first points of the next larger power of two.
 * Using: the number for (seed, stream, sample, dimension, group) is a pure function; whole batches per call are fastest.
 * Cost: twice that of `fillNormals`, for batches above 2048 four times; no allocation.
 * Throws: RangeError unless `group` is an integer from 1 to 65536.
 */
export function fillSobolNormals(request: NoiseRequest): void {
  const { firstSample, lanes, group: batch } = request;
  if (!(Number.isInteger(batch) && batch >= 1 && batch <= MAX_BATCH))
    throw new RangeError(
      `fillSobolNormals: batch is out of range; got ${String(batch)}, expected an integer from 1 to ${MAX_BATCH}`,
    );
  const bits = 32 - Math.clz32(batch - 1);
  const end = firstSample + lanes;
  if (bits === 0)
    clear(request); // of a batch of one point all digits are fresh
  else
    for (let from = firstSample; from < end; ) {
      const b = Math.floor(from / batch);
      const to = Math.min(end, (b + 1) * batch);
      if (bits > FEW_BITS) fillLarge(request, b, from, to - from, bits);
      else fillSmall(request, b, from, to - from, bits);
      from = to;
    }
  fillBelow(request, bits);
}

function clear({ out, at, stride, lanes, dimensions }: NoiseRequest): void {
  for (let d = 0; d < dimensions; d++) out.fill(0, at + d * stride, at + d * stride + lanes);
}

/** Dimensions that take the points in the same order. */
function groupOf(bits: number): number {
  return Math.max(2, bits & ~1);
}

/** Leading digits, as integers, of the samples from, from + 1, … of batch b, which has at most 2^FEW_BITS. */
function fillSmall(request: NoiseRequest, b: number, from: number, lanes: number, bits: number): void {
  const { out, stride, generator, dimensions, rowFill } = request;
  const { words } = generator;
  const last = 2 * request.stream;
  const low = b | 0;
  const high = (b / TWO_32) | 0;
  const at = request.at + from - request.firstSample;
  const group = groupOf(bits);
  const row = POINT_ROW;
  row.first = from - b * request.group;
  row.lanes = lanes;
  row.bits = bits;
  // The first group takes the points as they come.
  row.factor = 1;
  row.order = 0;
  for (let d = 0; d < dimensions; d += group) {
    const end = Math.min(d + group, dimensions);
    // Until they are overwritten by digits, the group's last row holds the indices of its points.
    const indices = at + (end - 1) * stride;
    for (let dimension = d; dimension < end; dimension += 2) {
      blockAt(generator, low, high, PAIR + (dimension >>> 1), last);
      const coinsOfNext = words[3]!;
      if (dimension === d && d > 0) {
        row.factor = factorOf(words[1]!, 0, bits);
        row.order = words[0]!;
      }
      row.at = at + dimension * stride;
      row.column = dimension - d;
      row.coins = words[2]!;
      const helped = rowFill?.points(row) === true;
      if (!helped) {
        if (dimension === d) orderIndices(out, indices, row);
        flipDigits(out, indices, row);
      }
      if (dimension + 1 === end) continue;
      row.at += stride;
      row.column++;
      row.coins = coinsOfNext;
      if (helped) rowFill.points(row);
      else flipDigits(out, indices, row);
    }
  }
}

/** `fillSmall` for larger batches. */
function fillLarge(request: NoiseRequest, b: number, from: number, lanes: number, bits: number): void {
  const { out, stride, generator, dimensions, rowFill } = request;
  const { words } = generator;
  const at = request.at + from - request.firstSample;
  const first = from - b * request.group;
  const group = groupOf(bits);
  const row = SCRAMBLED_ROW;
  row.lanes = lanes;
  row.bits = bits;
  row.below = digitsBelowTree(bits);
  row.stream = request.stream;
  row.batch = b;
  for (let d = 0; d < dimensions; d += group) {
    const end = Math.min(d + group, dimensions);
    const indices = at + (end - 1) * stride;
    row.from = indices;
    for (let i = 0; i < lanes; i++) out[indices + i] = first + i;
    if (d > 0) {
      // An order of the group's own. The products permute pairwise uniformly, the flips keep two groups from agreeing in all points.
      blockAt(generator, b | 0, (b / TWO_32) | 0, FACTOR + d, 2 * request.stream);
      setProducts(PRODUCTS, factorOf(words[0]!, words[1]!, bits), bits);
      row.at = indices;
      row.map = PRODUCTS;
      row.kind = ORDER + d;
      scramble(out, generator, row, rowFill);
    }
    for (let e = d; e < end; e++) {
      row.at = at + e * stride;
      row.map = pointsIn(e - d);
      row.kind = FLIPS + e;
      scramble(out, generator, row, rowFill);
    }
  }
}

/** A factor from 1 … 2^bits − 1 for a uniform from [0, 1), given by the words of its digits. */
function factorOf(high: number, low: number, bits: number): number {
  const most = (1 << bits) - 1;
  const uniform = ((high >>> 0) + (low >>> 0) / TWO_32) / TWO_32;
  return Math.min(1 + Math.floor(uniform * most), most);
}

/** Writes the indices of the points of a row in the order of their group, which they keep for its other rows. */
function orderIndices(out: Float64Array, indices: number, row: PointRow): void {
  const { first, lanes, factor, bits, order } = row;
  if (factor === 1 && order === 0) {
    for (let i = 0; i < lanes; i++) out[indices + i] = first + i;
    return;
  }
  for (let i = 0; i < lanes; i++) {
    const k = first + i;
    out[indices + i] = smallFieldProduct(k ^ fewFlips(k, bits, order), factor, bits);
  }
}

/** Writes the digits of a row, given its ordered indices. */
function flipDigits(out: Float64Array, indices: number, row: PointRow): void {
  const { at, lanes, column, bits, coins } = row;
  const points = pointsIn(column);
  for (let i = 0; i < lanes; i++) {
    const x = linearDigits(points, out[indices + i]! | 0, bits); // | 0: a double would be boxed for the call
    out[at + i] = x ^ fewFlips(x, bits, coins);
  }
}

/** Turns leading digits into normals, with fresh digits after them: of a word each, and of another in the tails. */
function fillBelow(request: NoiseRequest, bits: number): void {
  const { out, stride, generator, firstSample, lanes, dimensions, rowFill } = request;
  const last = 2 * request.stream;
  const { words } = generator;
  const table = NORMAL_TABLE;
  const common = commonBits;
  // Shifts count modulo 32: without digits they are 0, and 0 << 32 is 0.
  const shift = 32 - bits;
  for (let d = 0; d < dimensions; d += 4) {
    const row0 = request.at + d * stride;
    const count = Math.min(4, dimensions - d);
    const row1 = count > 1 ? row0 + stride : row0;
    const row2 = count > 2 ? row1 + stride : row0;
    const row3 = count > 3 ? row2 + stride : row0;
    const block = DIGITS + (d >>> 2);
    for (let i = 0, end = lanes; i < lanes; i++) {
      if (rowFill && lanes - i >= 4 && (i === 0 || i === end)) {
        i += rowFill.normals(request, i, d, DIGITS, bits);
        if (i === lanes) break;
        end = i + 4;
      }
      const sample = firstSample + i;
      const low = sample | 0;
      const high = (sample / TWO_32) | 0;
      blockAt(generator, low, high, block, last);
      const w0 = (out[row0 + i]! << shift) | (words[0]! >>> bits);
      const w1 = (out[row1 + i]! << shift) | (words[1]! >>> bits);
      const w2 = (out[row2 + i]! << shift) | (words[2]! >>> bits);
      const w3 = (out[row3 + i]! << shift) | (words[3]! >>> bits);
      // Rows that there are not are the first row, which is written last.
      normalOfWordInto(out, row3 + i, table, w3);
      normalOfWordInto(out, row2 + i, table, w2);
      normalOfWordInto(out, row1 + i, table, w1);
      normalOfWordInto(out, row0 + i, table, w0);
      if (w0 & common && w1 & common && w2 & common && w3 & common) continue;
      blockAt(generator, low, high, TAILS + (d >>> 2), last);
      normalOfRareWordInto(out, row3 + i, w3, words[3]!);
      normalOfRareWordInto(out, row2 + i, w2, words[2]!);
      normalOfRareWordInto(out, row1 + i, w1, words[1]!);
      normalOfRareWordInto(out, row0 + i, w0, words[0]!);
    }
  }
}
