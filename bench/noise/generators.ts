/**
 * Counter-based generators side by side. Each is written as the text of one block, unrolled, and compiled into a loop over
 * lanes of its own, so that none pays for the others.
 */
import { type Emitted, PHILOX, SQUARES, threefryOf } from "./wasm-generators.ts";

/** Words of counters (c0 + i, c1, c2 + b, c3): word j of block b of lane i at (4b + j)·lanes + i. */
export type WordFill = (
  out: Int32Array,
  key: Int32Array,
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  lanes: number,
  blocks: number,
) => void;

export interface Generator {
  readonly name: string;
  readonly fill: WordFill;
  readonly emitted: Emitted;
  /** Counter, key and the block's words (for Squares its first word), in hexadecimal. */
  readonly answers: readonly (readonly [counter: string, key: string, words: string])[];
}

function compiled(block: string): WordFill {
  return new Function(
    ..."out key c0 c1 c2 c3 lanes blocks".split(" "),
    `const k0 = key[0], k1 = key[1], k2 = key[2], k3 = key[3];
    const k4 = ${0x1bd11bda} ^ k0 ^ k1 ^ k2 ^ k3;
    for (let b = 0; b < blocks; b++)
      for (let i = 0; i < lanes; i++) {
        let x0 = c0 + i | 0, x1 = c1 | 0, x2 = c2 + b | 0, x3 = c3 | 0;
        ${block}
        const at = 4 * b * lanes + i;
        out[at] = x0;
        out[at + lanes] = x1;
        out[at + 2 * lanes] = x2;
        out[at + 3 * lanes] = x3;
      }`,
  ) as WordFill;
}

// The constants of Salmon et al., SC 2011, as in `src/random/threefry.ts`.
// biome-ignore format: a row for each round
const ROTATIONS = [[10, 26], [11, 21], [13, 27], [23, 5], [6, 20], [17, 11], [25, 10], [18, 20]] as const;

function threefry(rounds: number): string {
  const add = (times: number): string =>
    [0, 1, 2, 3].map((j) => `x${j} = x${j} + k${(times + j) % 5} + ${j === 3 ? times : 0} | 0;`).join("\n");
  const mix = (a: string, b: string, r: number): string =>
    `${a} = ${a} + ${b} | 0; ${b} = (${b} << ${r} | ${b} >>> ${32 - r}) ^ ${a};`;
  const lines = [add(0)];
  for (let round = 0; round < rounds; round++) {
    const [first, second] = ROTATIONS[round % 8]!;
    const [b, d] = round % 2 === 0 ? ["x1", "x3"] : ["x3", "x1"];
    lines.push(mix("x0", b, first), mix("x2", d, second));
    if (round % 4 === 3) lines.push(add((round + 1) / 4));
  }
  return lines.join("\n");
}

/** The high word of x times the constant m: JavaScript has only the low one, so products of 16 bits. */
const highProduct = (name: string, x: string, m: number): string => `
  const ${name}Low = ${x} & 65535, ${name}High = ${x} >>> 16;
  const ${name}Middle = Math.imul(${name}High, ${m & 65535}) + (Math.imul(${name}Low, ${m & 65535}) >>> 16) | 0;
  const ${name}Rest = Math.imul(${name}Low, ${m >>> 16}) + (${name}Middle & 65535) | 0;
  const ${name} = Math.imul(${name}High, ${m >>> 16}) + (${name}Middle >>> 16) + (${name}Rest >>> 16) | 0;`;

function philox(rounds: number): string {
  const [m0, m1] = [0xd2511f53, 0xcd9e8d57];
  const lines: string[] = [];
  for (let round = 0; round < rounds; round++) {
    const [bump0, bump1] = [Math.imul(round, 0x9e3779b9), Math.imul(round, 0xbb67ae85)];
    lines.push(`{
      ${highProduct("p", "x0", m0)}
      ${highProduct("q", "x2", m1)}
      const y0 = q ^ x1 ^ (k0 + ${bump0}), y2 = p ^ x3 ^ (k1 + ${bump1});
      x1 = Math.imul(x2, ${m1 | 0}); x3 = Math.imul(x0, ${m0 | 0}); x0 = y0; x2 = y2;
    }`);
  }
  return lines.join("\n");
}

/** Four words, each from a counter of 64 bits: the upper 12 number blocks and words. Key (k0, k1), low word first. */
function squares(): string {
  const product = (a: string, b: string): string => `
    lo = Math.imul(${a}0, ${b}0);
    low = ${a}0 & 65535; high = ${a}0 >>> 16; low2 = ${b}0 & 65535; high2 = ${b}0 >>> 16;
    middle = Math.imul(high, low2) + (Math.imul(low, low2) >>> 16) | 0;
    rest = Math.imul(low, high2) + (middle & 65535) | 0;
    hi = Math.imul(high, high2) + (middle >>> 16) + (rest >>> 16) + Math.imul(${a}0, ${b}1) + Math.imul(${a}1, ${b}0) | 0;`;
  const sum = (b: string): string => `
    s = lo + ${b}0 | 0;
    hi = hi + ${b}1 + (s >>> 0 < lo >>> 0 ? 1 : 0) | 0;
    lo = s;`;
  const word = (j: number): string => `
    n0 = x0; n1 = x1 + (4 * x2 + ${j} << 20) | 0;
    ${product("n", "k")}
    y0 = lo; y1 = hi;
    z0 = y0 + k0 | 0; z1 = y1 + k1 + (z0 >>> 0 < y0 >>> 0 ? 1 : 0) | 0;
    s0 = y0; s1 = y1;
    ${["y", "z", "y"].map((term) => `${product("s", "s")} ${sum(term)} s0 = hi; s1 = lo;`).join("\n")}
    ${product("s", "s")} ${sum("z")}
    const w${j} = hi;`;
  return `
    let n0, n1, s0, s1, y0, y1, z0, z1, lo, hi, s, low, high, low2, high2, middle, rest;
    ${[0, 1, 2, 3].map(word).join("\n")}
    x0 = w0; x1 = w1; x2 = w2; x3 = w3;`;
}

const ZEROS = "00000000 00000000 00000000 00000000";
const ONES = "ffffffff ffffffff ffffffff ffffffff";
const PI = "243f6a88 85a308d3 13198a2e 03707344";
const MORE_PI = "a4093822 299f31d0 082efa98 ec4e6c89";

/**
 * Answers: of the Random123 distribution (kat_vectors); for Squares those of its definition (arXiv:2004.06278) in whole numbers,
 * with the key of its author's example.
 */
export const GENERATORS: readonly Generator[] = [
  {
    name: "Threefry-4×32-20",
    fill: compiled(threefry(20)),
    emitted: threefryOf(20),
    answers: [
      [ZEROS, ZEROS, "9c6ca96a e17eae66 fc10ecd4 5256a7d8"],
      [ONES, ONES, "2a881696 57012287 f6c7446e a16a6732"],
      [PI, MORE_PI, "59cd1dbb b8879579 86b5d00c ac8b6d84"],
    ],
  },
  {
    name: "Threefry-4×32-13",
    fill: compiled(threefry(13)),
    emitted: threefryOf(13),
    answers: [
      [ZEROS, ZEROS, "531c7e4f 39491ee5 2c855a92 3d6abf9a"],
      [ONES, ONES, "c4189358 1c9cc83a d5881c67 6a0a89e0"],
      [PI, MORE_PI, "4aa71d8f 734738c2 431fc6a8 ae6debf1"],
    ],
  },
  {
    name: "Philox-4×32-10",
    fill: compiled(philox(10)),
    emitted: PHILOX,
    answers: [
      [ZEROS, ZEROS, "6627e8d5 e169c58d bc57ac4c 9b00dbd8"],
      [ONES, ONES, "408f276d 41c83b0e a20bc7c6 6d5451fd"],
      [PI, MORE_PI, "d16cfe09 94fdcceb 5001e420 24126ea1"],
    ],
  },
  {
    name: "Squares, 32 bits",
    fill: compiled(squares()),
    emitted: SQUARES,
    answers: [
      [ZEROS, "bce65297 548c9dec 00000000 00000000", "36d88366"],
      ["00000001 00000000 00000000 00000000", "bce65297 548c9dec 00000000 00000000", "944716e0"],
      ["00000002 00000000 00000000 00000000", "bce65297 548c9dec 00000000 00000000", "c8a8f4e0"],
    ],
  },
];

/** Throws unless the generator gives its known answers. */
export function checkAnswers({ name, fill, answers }: Pick<Generator, "name" | "fill" | "answers">): void {
  const parsed = (hex: string): number[] => hex.split(" ").map((word) => Number.parseInt(word, 16) | 0);
  const out = new Int32Array(4);
  for (const [counter, key, words] of answers) {
    const [c0, c1, c2, c3] = parsed(counter) as [number, number, number, number];
    fill(out, Int32Array.from(parsed(key)), c0, c1, c2, c3, 1, 1);
    const expected = parsed(words);
    if (expected.some((word, j) => word !== out[j]))
      throw new Error(`${name}: wrong words for counter ${counter}; got ${[...out]}, expected ${expected}`);
  }
}
