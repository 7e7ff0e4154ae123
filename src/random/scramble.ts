/**
 * Nested uniform scrambling of binary digits: every digit is flipped by a coin of its own for the digits before it, the nodes of a
 * tree (root 1, children 2h and 2h + 1). In a small batch a word holds the tree, bit h for node h.
 */
import { type RowFill, TREE_LEVELS } from "./row-fill.ts";
import { type LinearTable, linearDigits } from "./sobol-points.ts";
import { blockAt, type Generator } from "./threefry.ts";

const TWO_32 = 4294967296;
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
 * Digits, as integers, of a linear map of the indices in the row `from`, each flipped by the coin of its own for (b, kind, digits
 * before it). `kind`: of a dimension and of what is scrambled. Batch b has more than 2^FEW_BITS points.
 */
export function scramble(
  out: Float64Array,
  to: number,
  from: number,
  lanes: number,
  map: LinearTable,
  generator: Generator,
  stream: number,
  b: number,
  kind: number,
  bits: number,
  rowFill: RowFill | undefined,
): void {
  const below = Math.max(0, bits - TREE_LEVELS);
  if (rowFill) rowFill.scramble(to, from, lanes, map, generator.key, b, kind, 2 * stream, bits, below);
  else flipByTree(out, to, from, lanes, map, generator, stream, b, kind, bits, below);
  if (below > 0) flipBelow(out, to, lanes, generator, stream, b, kind, bits, below);
}

/** Flips all digits but the last `below`: node h of the tree (root 1, children 2h and 2h + 1) has bit h mod 128 of block ⌊h / 128⌋. */
function flipByTree(
  out: Float64Array,
  to: number,
  from: number,
  lanes: number,
  map: LinearTable,
  generator: Generator,
  stream: number,
  b: number,
  kind: number,
  bits: number,
  below: number,
): void {
  const coins = COINS;
  const paths = PATHS;
  const { words } = generator;
  // Below 2³¹: a batch of more than 2⁵ samples has a number below 2⁴⁸.
  for (let block = 0; block << 7 < 1 << (bits - below); block++) {
    blockAt(generator, b | 0, (b / TWO_32) | 0 | (block << 16), kind, 2 * stream);
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
    out[to + i] = x ^ (flips << below);
  }
}

/** Flips the last digits, at most `FEW_BITS`, by a word that belongs to those before as `flipByTree` left them. */
function flipBelow(
  out: Float64Array,
  row: number,
  lanes: number,
  generator: Generator,
  stream: number,
  b: number,
  kind: number,
  bits: number,
  below: number,
): void {
  const { words } = generator;
  for (let i = 0; i < lanes; i++) {
    const x = out[row + i]! | 0;
    // Numbers of blocks that no tree has, and below 2³¹ as there.
    const block = ((1 << bits) | x) >>> below;
    blockAt(generator, b | 0, (b / TWO_32) | 0 | (block << 16), kind, 2 * stream);
    out[row + i] = x ^ fewFlips(x & ((1 << below) - 1), below, words[0]!);
  }
}

/** The first three coins on the path to each eighth of the leaves, for each setting of coins 1 … 7. */
const THREE_COINS: Uint8Array = /* @__PURE__ */ Uint8Array.from({ length: 1024 }, (_, i) => {
  const [setting, x] = [i >>> 2, i & 7];
  const coin = (node: number): number => (setting >>> node) & 1;
  return (coin(1) << 2) | (coin(2 | (x >>> 2)) << 1) | coin(4 | (x >>> 1));
});

/** The coins on the path from the root to leaf 2^levels + x, that of the root first, as digits: at most five, bit h of a word for node h. */
export function fewFlips(x: number, levels: number, word: number): number {
  const setting = (word & 254) << 2;
  if (levels <= 3) return THREE_COINS[setting | (x << (3 - levels))]! >>> (3 - levels);
  let coins = THREE_COINS[setting | (x >>> (levels - 3))]!;
  const leaf = (1 << levels) | x;
  for (let above = levels - 3; above > 0; above--) coins = (coins << 1) | ((word >>> (leaf >>> above)) & 1);
  return coins;
}
