/** Scrambled Sobol digits in WebAssembly SIMD: step by step `flipByTree` of `src/random/scramble.ts`. */
import { TREE_LEVELS } from "../../../../random/contract.ts";
import { Code, type FunctionSpec, I32, V128 } from "../encoder.ts";
import { pushWord, threefry } from "./threefry.ts";

// Bytes from `room` on: the linear map, the coins, the paths.
const [MAP, COINS, PATHS] = [0, 1024, 1024 + 2 ** TREE_LEVELS / 8] as const;
export const ROOM_BYTES: number = PATHS + 2 * 2 ** TREE_LEVELS;

// Locals, the parameters first.
const [BASE, ROOM, ROW, FROM, END, BITS, BELOW, LEVELS] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
const [AT, INDEX, LEAF, PATH, ABOVE, DEEP, TOP] = [8, 9, 10, 11, 12, 13, 14] as const;
const [X, PAIRS] = [15, 19] as const;
const [PATHS_BEFORE, BITS_OF_NODES] = [X, X + 1] as const;

/** Each of the first or last four of eight integers of 16 bits twice. */
const TWICE = [0, 8].map((first) => Array.from({ length: 16 }, (_, byte) => first + 2 * (byte >> 2) + (byte & 1)));
const POWERS: readonly (readonly [number, number, number, number])[] = [
  [0x00020001, 0x00080004, 0x00200010, 0x00800040],
  [0x02000100, 0x08000400, 0x20001000, 0x80004000 | 0],
];
const wordsAt = (...lanes: number[]): number[] => lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte));

/**
 * A function (base, room, row, from, end, bits, below, levels): the digits of a row of `end` bytes at `row` from the indices in that at
 * `from`, by the map in the room. `base`: of a head with the counters of the first block; `levels`: those whose paths are written
 * out.
 */
export const SCRAMBLE: FunctionSpec = /* @__PURE__ */ scrambleFunction();

function scrambleFunction(): FunctionSpec {
  const code = new Code();
  fillCoins(code);
  fillPaths(code);
  fillRow(code);
  return {
    parameters: Array<number>(8).fill(I32),
    results: [],
    locals: [
      [7, I32],
      [6, V128],
    ],
    code,
    name: "scramble",
  };
}

// Blocks 4n … 4n + 3 at once, n = 0, 1, … while 512 n < 2^(bits − below).
function fillCoins(code: Code): void {
  code.op(0x03, 0x40); // loop
  pushWord(code, BASE, 6);
  code.get(AT).simd("i32_splat").i32x4(0, 1, 2, 3).simd("i32_add").i32(16).simd("i32_shl").simd("i32_add");
  code.set(X + 1);
  for (const j of [0, 2, 3]) pushWord(code, BASE, 5 + j).set(X + j);
  threefry(code, BASE, X, 20);
  // Lane i of word j goes to word j of block i: first words 0 and 1, 2 and 3 of two blocks, then each block.
  for (const i of [0, 2]) {
    for (const j of [0, 2]) {
      code.get(X + j).get(X + j + 1);
      code.simd("shuffle", ...wordsAt(i, 4 + i, i + 1, 5 + i)).set(PAIRS + j / 2);
    }
    for (const k of [0, 1]) {
      code.get(ROOM).get(AT).i32(4).op(0x74).op(0x6a);
      code.get(PAIRS).get(PAIRS + 1);
      code.simd("shuffle", ...wordsAt(2 * k, 2 * k + 1, 4 + 2 * k, 5 + 2 * k));
      code.simd("store", 3, COINS + 16 * (i + k));
    }
  }
  code.get(AT).i32(4).op(0x6a).tee(AT);
  code.i32(7).op(0x74).i32(1).get(BITS).get(BELOW).op(0x6b).op(0x74).op(0x48).op(0x0d, 0).op(0x0b); // 128 at < …
}

// paths[2h] and paths[2h + 1], h = n … n + 7, from paths[h]: twice that and a coin.
function fillPaths(code: Code): void {
  // The first four times n = 0: each settles twice as many as the one before, beginning with paths[0] = 0.
  code.i32(-24).set(AT);
  code.get(ROOM).get(ROOM).op(0x28, 2, COINS).i32(-2).op(0x71).op(0x36, 2, COINS); // coin 0: there is none
  code.op(0x03, 0x40); // loop
  code.get(AT).i32(0).get(AT).i32(0).op(0x4a, 0x1b).set(LEAF); // n = max(at, 0)
  code.get(ROOM).get(LEAF).i32(1).op(0x74).op(0x6a).simd("load", 3, PATHS).set(PATHS_BEFORE);
  code.get(ROOM).get(LEAF).i32(2).op(0x76).op(0x6a).simd("load16_splat", 1, COINS).set(BITS_OF_NODES);
  for (const [half, powers] of POWERS.entries()) {
    code.get(ROOM).get(LEAF).i32(2).op(0x74).op(0x6a);
    code.get(PATHS_BEFORE).get(PATHS_BEFORE);
    code
      .simd("shuffle", ...TWICE[half]!)
      .i32(1)
      .simd("i16_shl");
    code
      .get(BITS_OF_NODES)
      .i32x4(...powers)
      .simd("and");
    code
      .i32x4(...powers)
      .simd("i16_eq")
      .simd("i16_sub"); // a coin is −1
    code.simd("store", 3, PATHS + 16 * half);
  }
  code.get(AT).i32(8).op(0x6a).tee(AT);
  code.i32(1).op(0x74).i32(1).get(LEVELS).op(0x74).op(0x48).op(0x0d, 0).op(0x0b); // 2 at < 2^levels
}

function fillRow(code: Code): void {
  code.i32(1).get(BITS).op(0x74).set(TOP);
  code.get(BITS).get(LEVELS).op(0x6b).set(DEEP);
  code.i32(0).set(AT);
  code.op(0x03, 0x40); // loop
  // The index is the low word of the double 2⁵² + index.
  code.get(FROM).get(AT).op(0x6a).op(0x2b, 3, 0).op(0x44, 0, 0, 0, 0, 0, 0, 0x30, 0x43).op(0xa0);
  code.op(0xbd).op(0xa7).set(INDEX);
  // leaf = 2^bits | first digits of map[index mod 256] ^ map[256 + ⌊index / 256⌋]
  code.get(ROOM).get(INDEX).i32(255).op(0x71).i32(1).op(0x74).op(0x6a).op(0x2f, 1, MAP);
  code
    .get(ROOM)
    .get(INDEX)
    .i32(7)
    .op(0x76)
    .i32(-2)
    .op(0x71)
    .op(0x6a)
    .op(0x2f, 1, MAP + 512);
  code.op(0x73).i32(16).get(BITS).op(0x6b, 0x76);
  code.get(TOP).op(0x72).set(LEAF);
  // The path to its node of the last level that has paths, then the coins of the levels below.
  code.get(ROOM).get(LEAF).get(DEEP).op(0x76).i32(-2).op(0x71).op(0x6a).op(0x2f, 1, PATHS).set(PATH);
  code.get(DEEP).tee(ABOVE).get(BELOW).op(0x4a).op(0x04, 0x40, 0x03, 0x40); // if, loop
  code.get(PATH).i32(1).op(0x74);
  code.get(ROOM).get(LEAF).get(ABOVE).op(0x76).tee(INDEX).i32(3).op(0x76).op(0x6a).op(0x2d, 0, COINS);
  code.get(INDEX).i32(7).op(0x71).op(0x76).i32(1).op(0x71).op(0x72).set(PATH);
  code.get(ABOVE).i32(1).op(0x6b).tee(ABOVE).get(BELOW).op(0x4a).op(0x0d, 0).op(0x0b, 0x0b);
  code.get(ROW).get(AT).op(0x6a);
  code.get(LEAF).get(PATH).get(BELOW).op(0x74).op(0x73).get(TOP).op(0x73).op(0xb8).op(0x39, 3, 0);
  code.get(AT).i32(8).op(0x6a).tee(AT).get(END).op(0x48).op(0x0d, 0).op(0x0b);
}
