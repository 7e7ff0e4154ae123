/**
 * Nested uniform scrambling of binary digits: every digit is flipped by a coin of its own for the digits before it. The coins are
 * the nodes of a tree (root 1, children 2h and 2h + 1): of the digits 011 the first is flipped by coin 1, the second by coin
 * 2 and the third by coin 5. In a small batch a word holds the tree, bit h for node h.
 */
import { type RowFill, type ScrambledRow, TREE_LEVELS } from "./contract.ts";
import { linearDigits } from "./sobol-points.ts";
import { blockAt, type Generator, TWO_32 } from "./threefry.ts";

/** Levels of a tree whose coins lie in one word. */
export const FEW_BITS = 5;

// Room that every row fills anew; made in functions, so that bundlers can leave it out.
const COINS: Int32Array = /* @__PURE__ */ roomForCoins();
const PATHS: Uint16Array = /* @__PURE__ */ roomForPaths();
function roomForCoins(): Int32Array {
  return new Int32Array(2 ** TREE_LEVELS / 32);
}
function roomForPaths(): Uint16Array {
  return new Uint16Array(2 ** TREE_LEVELS);
}

/**
 * Scrambles a row of a batch of more than 2^FEW_BITS points, with the help of the back end in whose memory `out` lies, if there is
 * one. The last digits of more than `TREE_LEVELS` are flipped here in either case.
 */
export function scramble(
  out: Float64Array,
  generator: Generator,
  row: ScrambledRow,
  rowFill: RowFill | undefined,
): void {
  if (rowFill) rowFill.scramble(row, generator);
  else flipByTree(out, generator, row);
  if (row.below > 0) flipBelow(out, generator, row);
}

/** Digits below the levels of a tree that is made for a whole row. */
export function digitsBelowTree(bits: number): number {
  return Math.max(0, bits - TREE_LEVELS);
}

/** Flips all digits but the last `below`. The coin of node h is bit h mod 128 of block ⌊h / 128⌋. */
function flipByTree(out: Float64Array, generator: Generator, row: ScrambledRow): void {
  const { at, from, lanes, map, bits, below, batch, kind } = row;
  const coins = COINS;
  const paths = PATHS;
  const { words } = generator;
  const last = 2 * row.stream;
  const low = batch | 0;
  const high = (batch / TWO_32) | 0;
  // Below 2³¹: a batch of more than 2⁵ samples has a number below 2⁴⁸.
  for (let block = 0; block << 7 < 1 << (bits - below); block++) {
    blockAt(generator, low, high | (block << 16), kind, last);
    for (let j = 0; j < 4; j++) coins[4 * block + j] = words[j]!;
  }
  // The coins on the path from the root to node h are paths[h], as digits; of as many levels as pay for themselves.
  const levels = Math.min(bits - below, 32 - Math.clz32(lanes));
  paths[1] = (coins[0]! >>> 1) & 1;
  for (let h = 1; h < 1 << (levels - 1); h++) {
    const pair = coins[h >>> 4]! >>> (2 * h);
    const path = paths[h]! << 1;
    paths[2 * h] = path | (pair & 1);
    paths[2 * h + 1] = path | ((pair >>> 1) & 1);
  }
  for (let i = 0; i < lanes; i++) {
    const x = linearDigits(map, out[from + i]! | 0, bits); // | 0: a double would be boxed for the call
    const leaf = (1 << bits) | x;
    let flips = paths[leaf >>> (bits - levels + 1)]!;
    for (let above = bits - levels; above > below; above--) {
      const h = leaf >>> above;
      flips = (flips << 1) | ((coins[h >>> 5]! >>> h) & 1);
    }
    out[at + i] = x ^ (flips << below);
  }
}

/** Flips the last digits, at most `FEW_BITS`, by a word that belongs to those before as `flipByTree` left them. */
function flipBelow(out: Float64Array, generator: Generator, row: ScrambledRow): void {
  const { at, lanes, bits, below, batch, kind } = row;
  const { words } = generator;
  const last = 2 * row.stream;
  const low = batch | 0;
  const high = (batch / TWO_32) | 0;
  for (let i = 0; i < lanes; i++) {
    const x = out[at + i]! | 0;
    // Numbers of blocks that no tree has, and below 2³¹ as there.
    const block = ((1 << bits) | x) >>> below;
    blockAt(generator, low, high | (block << 16), kind, last);
    out[at + i] = x ^ fewFlips(x & ((1 << below) - 1), below, words[0]!);
  }
}

/** The first three coins on the path to each eighth of the leaves, for each setting of coins 1 … 7. */
const THREE_COINS: Uint8Array = /* @__PURE__ */ threeCoins();
function threeCoins(): Uint8Array {
  const table = new Uint8Array(1024);
  for (let i = 0; i < 1024; i++) {
    const [x, setting] = [i & 7, i >>> 2];
    const [second, third] = [2 | (x >>> 2), 4 | (x >>> 1)];
    table[i] = (((setting >>> 1) & 1) << 2) | (((setting >>> second) & 1) << 1) | ((setting >>> third) & 1);
  }
  return table;
}

/** The coins on the path from the root to leaf 2^levels + x, that of the root first, as digits: at most five, bit h of a word for node h. */
export function fewFlips(x: number, levels: number, word: number): number {
  const setting = (word & 254) << 2;
  if (levels <= 3) return THREE_COINS[setting | (x << (3 - levels))]! >>> (3 - levels);
  let coins = THREE_COINS[setting | (x >>> (levels - 3))]!;
  const leaf = (1 << levels) | x;
  for (let above = levels - 3; above > 0; above--) coins = (coins << 1) | ((word >>> (leaf >>> above)) & 1);
  return coins;
}
