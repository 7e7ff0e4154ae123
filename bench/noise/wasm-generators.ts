/** The generators in WebAssembly SIMD, four counters at once: the words that those of `generators.ts` make. */
import { type Code, NOISE_BYTES, pushWord, setHead, threefry } from "../library.ts";

const MORE = {
  all_true: 195,
  i64_mul: 213,
  i64_extmul_low_u: 222,
  i64_extmul_high_u: 223,
  convert_low_u: 255,
} as const;

/** A SIMD instruction that is not among the library's. */
export function more(code: Code, name: keyof typeof MORE, ...immediates: number[]): Code {
  return code.op(0xfd, MORE[name], ...immediates);
}

/** A generator as it stands in modules. */
export interface Emitted {
  readonly rounds: number;
  /**
   * Turns the locals x … x + 3 into words, with x + 4 … x + 7 to itself: counters of four samples, word 0 of the head at the
   * address in `base` added to the first.
   */
  readonly words: typeof threefry;
  /** Sets the head: words 6 to 8 become the other three counters. */
  readonly setHead: (head: Int32Array, key: Int32Array, c1: number, c2: number, c3: number) => void;
}

export const threefryOf = (rounds: number): Emitted => ({
  rounds,
  words: threefry,
  setHead: (head, key, c1, c2, c3) => setHead(head, key, 0, c1, c2, c3),
});

/** Where further words of the head begin, after what the library puts there. */
const FURTHER: number = NOISE_BYTES / 4;
/** Words of the head, with those. */
export const HEAD: number = FURTHER + 20;

const HIGH_WORDS = [4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31];
const LOW_WORDS = HIGH_WORDS.map((byte) => byte - 4);
const SWAPPED = [4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11];

function setCounters(head: Int32Array, c1: number, c2: number, c3: number): void {
  head[0] = 0;
  head[6] = c1;
  head[7] = c2;
  head[8] = c3;
}

/** Keys of the rounds: further words 2r and 2r + 1. */
export const PHILOX: Emitted = {
  rounds: 10,
  words(code, base, x, rounds) {
    const [low, high, y2] = [x + 4, x + 5, x + 6];
    const product = (factor: number, m: number): void => {
      code.get(factor).i32x4(m, m, m, m);
      more(code, "i64_extmul_low_u").set(low);
      code.get(factor).i32x4(m, m, m, m);
      more(code, "i64_extmul_high_u").set(high);
    };
    const wordsOf = (bytes: readonly number[]): Code =>
      code
        .get(low)
        .get(high)
        .simd("shuffle", ...bytes);
    const keyed = (other: number, key: number): Code => {
      wordsOf(HIGH_WORDS).get(other).simd("xor");
      return pushWord(code, base, FURTHER + key).simd("xor");
    };
    for (let round = 0; round < rounds; round++) {
      product(x, 0xd2511f53);
      keyed(x + 3, 2 * round + 1).set(y2);
      wordsOf(LOW_WORDS).set(x + 3);
      product(x + 2, 0xcd9e8d57);
      keyed(x + 1, 2 * round).set(x);
      wordsOf(LOW_WORDS).set(x + 1);
      code.get(y2).set(x + 2);
    }
  },
  setHead(head, key, c1, c2, c3) {
    setCounters(head, c1, c2, c3);
    for (let round = 0; round < 10; round++) {
      head[FURTHER + 2 * round] = key[0]! + Math.imul(round, 0x9e3779b9);
      head[FURTHER + 2 * round + 1] = key[1]! + Math.imul(round, 0xbb67ae85);
    }
  },
};

/** Two counters of 64 bits at a time; the key of as many bits: further words 0 and 1. */
export const SQUARES: Emitted = {
  rounds: 4,
  words(code, base, x, rounds) {
    const [upper, y, s, first] = [x + 4, x + 5, x + 6, x + 7];
    const key = (): Code => code.get(base).simd("load64_splat", 3, 4 * FURTHER);
    // The counters' high words: c1 + (4 c2 + j) 2²⁰.
    code
      .get(x + 1)
      .get(x + 2)
      .i32(22)
      .simd("i32_shl")
      .simd("i32_add")
      .set(upper);
    const half = (j: number, bytes: readonly number[]): void => {
      const high = j << 20;
      code.get(x).get(upper).i32x4(high, high, high, high).simd("i32_add");
      code.simd("shuffle", ...bytes);
      key();
      more(code, "i64_mul").tee(y).set(s);
      for (let round = 0; round < rounds; round++) {
        code.get(s).get(s);
        more(code, "i64_mul").get(y).simd("i64_add");
        if (round % 2 === 1) key().simd("i64_add");
        code.set(s);
        if (round < rounds - 1)
          code
            .get(s)
            .get(s)
            .simd("shuffle", ...SWAPPED)
            .set(s);
      }
    };
    // Word 0 last: its place is that of the first counter.
    for (const j of [1, 2, 3, 0]) {
      half(j, [0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23]);
      code.get(s).set(first);
      half(j, [8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31]);
      code
        .get(first)
        .get(s)
        .simd("shuffle", ...HIGH_WORDS)
        .set(x + j);
    }
  },
  setHead(head, key, c1, c2, c3) {
    setCounters(head, c1, c2, c3);
    head[FURTHER] = key[0]!;
    head[FURTHER + 1] = key[1]!;
  },
};
