/** The transforms in WebAssembly SIMD: the numbers of `transforms.ts`. */
import { type Code, ELEMENTARY, FUNCTION_INDEX, type FunctionSpec, IMPORTS, type ImportSpec } from "../library.ts";
import { more } from "./wasm-generators.ts";

const LOW_DOUBLES = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];
const HIGH_DOUBLES = LOW_DOUBLES.map((byte) => byte + 8);
const TWO_NEG_32 = 2 ** -32;

/** Stores sixteen numbers made of words. */
export interface Stored {
  /** Bytes of a number. */
  readonly bytes: number;
  /** `row`: local with an address in the first of four rows, `stride` bytes apart; x … x + 3: locals with the words, four more to use. */
  readonly store: (code: Code, row: number, stride: number, x: number) => void;
  /** Functions that it calls: imported ones, and those that come first in the module. */
  readonly imports: readonly ImportSpec[];
  readonly functions: readonly FunctionSpec[];
}

/** The two words of a half, in the low places. */
function pushHalf(code: Code, word: number, half: number): Code {
  code.get(word);
  return half === 0 ? code : code.get(word).simd("shuffle", ...HIGH_DOUBLES);
}

export const WORDS: Stored = {
  bytes: 4,
  imports: [],
  functions: [],
  store(code, row, stride, x) {
    for (let j = 0; j < 4; j++)
      code
        .get(row)
        .get(x + j)
        .simd("store", 2, j * stride);
  },
};

export const POLAR: Stored = {
  bytes: 8,
  imports: IMPORTS,
  functions: ELEMENTARY,
  store(code, row, stride, x) {
    const [radius, angle] = [x + 4, x + 5];
    for (const j of [0, 2])
      for (const half of [0, 1]) {
        code.f64x2(-2);
        pushHalf(code, x + j, half);
        more(code, "convert_low_u").f64x2(0.5).simd("add").f64x2(TWO_NEG_32).simd("mul");
        code.call(FUNCTION_INDEX.log).simd("mul").simd("sqrt").set(radius);
        pushHalf(code, x + j + 1, half)
          .simd("convert_low_i32")
          .f64x2(2 * Math.PI * TWO_NEG_32);
        code.simd("mul").set(angle);
        for (const [k, wave] of [
          [j, "cos"],
          [j + 1, "sin"],
        ] as const) {
          code.get(row).get(radius).get(angle).call(FUNCTION_INDEX[wave]).simd("mul");
          code.simd("store", 3, k * stride + 16 * half);
        }
      }
  },
};

/** Where the edges of the ziggurat's layers lie: in the upper half of the memory. */
export const EDGES_AT = 32768;

/** again(address, word, word): writes the numbers of two words that are not both within their layers. */
export const ZIGGURAT: Stored = {
  bytes: 8,
  imports: [{ name: "again", arity: 3 }],
  functions: [],
  store(code, row, stride, x) {
    const [words, a, b, value] = [x + 4, x + 5, x + 6, x + 7];
    const edges = (bytes: readonly number[]): Code =>
      code
        .get(a)
        .get(b)
        .simd("shuffle", ...bytes);
    for (let j = 0; j < 4; j++)
      for (const half of [0, 1]) {
        const at = j * stride + 16 * half;
        pushHalf(code, x + j, half).tee(words);
        code.i32x4(255, 255, 255, 255).simd("and").i32(3).simd("i32_shl").set(a);
        code.get(a).simd("i32_extract", 1).simd("load", 3, EDGES_AT).set(b);
        code.get(a).simd("i32_extract", 0).simd("load", 3, EDGES_AT).set(a);
        code.get(row).get(words).i32(8).simd("i32_shr_s").simd("convert_low_i32").f64x2(0.5).simd("add");
        code.f64x2(2 ** -23).simd("mul");
        edges(LOW_DOUBLES).simd("mul").tee(value).simd("store", 3, at);
        code.get(value).simd("abs");
        edges(HIGH_DOUBLES).simd("lt");
        more(code, "all_true").op(0x45).op(0x04, 0x40); // if not
        code.get(row).i32(at).op(0x6a).op(0xb7); // as a double
        for (const lane of [0, 1]) code.get(words).simd("convert_low_i32").simd("extract", lane);
        code.call(0).op(0x1a).op(0x0b); // drop, end
      }
  },
};
