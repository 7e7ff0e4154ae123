/**
 * Filling lanes with random numbers. The number for (seed, stream, sample, dimension) is a pure function of these four,
 * so the same seed gives the same numbers however the samples are split into lanes or calls.
 */
import { normalQuantile } from "../math/normal.ts";
import { beyondTable, NORMAL_TABLE, normalOfWordInto } from "./normal-table.ts";
import type { RowFill } from "./row-fill.ts";
import { blockAt, type Generator } from "./threefry.ts";

const TWO_32 = 4294967296;
const TWO_NEG_64 = 5.421010862427522e-20;
/** Kind of counter of the further bits in the tails, above the dimension in the third word, as those in `sobol.ts`. */
const TAILS = 0x50000000;
const TWO_NEG_53 = 1.1102230246251565e-16;

/**
 * Fills lanes with standard normals, as `fillNormals` does; samples of one group, s with the same ⌊s / group⌋, may depend on
 * each other. `rowFill`: of the back end whose memory `out` is; the numbers do not depend on it.
 */
export type NormalFill = (
  out: Float64Array,
  offset: number,
  stride: number,
  generator: Generator,
  stream: number,
  firstSample: number,
  lanes: number,
  dimensions: number,
  group: number,
  rowFill?: RowFill,
) => void;

/**
 * Standard normals: out[offset + d·stride + i] for dimension d < dimensions and sample firstSample + i, i < lanes.
 *
 * Using: 32 random bits a number, a sign and a tail probability of 31 bits, through the inverse distribution function; in
 * the tails beyond 3.7 sd 32 bits more, so that they reach beyond 9 sd. Cost: about 10 ns a number; allocates nothing.
 */
export function fillNormals(
  out: Float64Array,
  offset: number,
  stride: number,
  generator: Generator,
  stream: number,
  firstSample: number,
  lanes: number,
  dimensions: number,
): void {
  for (let d = 0; d < dimensions; d += 4)
    fillRows(out, offset + d * stride, stride, generator, stream, firstSample, lanes, d >>> 2, dimensions - d);
}

/** The first four of `rows` dimensions, or all, made of the words of one block for each sample. */
export function fillRows(
  out: Float64Array,
  offset: number,
  stride: number,
  generator: Generator,
  stream: number,
  firstSample: number,
  lanes: number,
  block: number,
  rows: number,
): void {
  const { words } = generator;
  const table = NORMAL_TABLE;
  const count = Math.min(4, rows);
  for (let i = 0; i < lanes; i++) {
    const sample = firstSample + i;
    const low = sample | 0;
    const high = (sample / TWO_32) | 0;
    blockAt(generator, low, high, block, 2 * stream);
    let tails = 0; // which words lie beyond the table, as bits
    for (let j = 0; j < count; j++) {
      const word = words[j]!;
      const at = offset + j * stride + i;
      if (beyondTable(word)) {
        out[at] = word; // until its further bits are known
        tails |= 1 << j;
      } else normalOfWordInto(out, at, table, word);
    }
    if (tails === 0) continue;
    blockAt(generator, low, high, TAILS + block, 2 * stream);
    for (let j = 0; j < count; j++) {
      const at = offset + j * stride + i;
      if ((tails >> j) & 1) out[at] = normalOf(out[at]!, words[j]!);
    }
  }
}

/** Uniforms in (0, 1), 53 bits, addressed as in `fillNormals` and independent of them. */
export function fillUniforms(
  out: Float64Array,
  offset: number,
  stride: number,
  generator: Generator,
  stream: number,
  firstSample: number,
  lanes: number,
  dimensions: number,
): void {
  const { words } = generator;
  for (let d = 0; d < dimensions; d += 2) {
    const first = offset + d * stride;
    for (let i = 0; i < lanes; i++) {
      const sample = firstSample + i;
      blockAt(generator, sample | 0, (sample / TWO_32) | 0, d >>> 1, 2 * stream + 1);
      out[first + i] = uniformOf(words[0]!, words[1]!);
      if (d + 1 < dimensions) out[first + stride + i] = uniformOf(words[2]!, words[3]!);
    }
  }
}

/** A source of uniforms in (0, 1), one after the other, for simulation. */
export function uniformSource(generator: Generator, stream: number = 0): () => number {
  const { words } = generator;
  let index = 0;
  return () => {
    // A stream of its own kind: the dimension word is never −1 in the fills.
    blockAt(generator, index | 0, (index / TWO_32) | 0, -1, stream);
    index++;
    return uniformOf(words[0]!, words[1]!);
  };
}

function normalOf(high: number, low: number): number {
  const tail = ((high & 0x7fffffff) * TWO_32 + (low >>> 0) + 0.5) * TWO_NEG_64;
  const x = normalQuantile(tail);
  return high < 0 ? -x : x;
}

function uniformOf(high: number, low: number): number {
  return ((high >>> 6) * 134217728 + (low >>> 5) + 0.5) * TWO_NEG_53; // 26 + 27 bits
}
