/** The flips of deep Sobol digits in WebAssembly SIMD, four samples at once: line by line `deepFlips` of `src/random/sobol.ts`. */
import { Code, type FunctionSpec, I32, V128 } from "./wasm-encoder.ts";
import { pushWord, threefry } from "./wasm-threefry.ts";

// Locals, the parameters first.
const [BASE, ROW, END, AFTER, LEVELS, BELOW, ROOT, HIGH, AT, ABOVE] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] as const;
const [X, DIGITS, LEAF, NODE, COINS] = [10, 14, 15, 16, 17] as const;

const EVEN_WORDS = [0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27];

/** Pushes four integers from the doubles at the address in the local `row` plus that in `at`: the low word of 2⁵² + n is n. */
export function pushDigits(code: Code, row: number, at: number): void {
  for (const half of [0, 16]) {
    code.get(row).get(at).op(0x6a).simd("load", 3, half);
    code.f64x2(4503599627370496).simd("add");
  }
  code.simd("shuffle", ...EVEN_WORDS);
}

/**
 * A function (base, row, end, after, levels, below, root, high): flips `levels` digits of each number in the row, of which
 * `after` come after those that find the coins and `below` after those that are flipped; root = 2^(digits before).
 */
export const FLIPS: FunctionSpec = /* @__PURE__ */ flipsFunction();

function flipsFunction(): FunctionSpec {
  const code = new Code();
  code.op(0x03, 0x40); // loop
  pushDigits(code, ROW, AT);
  code.tee(DIGITS);
  // Counters: the node of the digits before, above the high word of the batch.
  code.get(AFTER).simd("i32_shr_u").get(ROOT).simd("i32_splat").simd("or");
  code.i32(16).simd("i32_shl").get(HIGH).simd("i32_splat").simd("or");
  pushWord(code, BASE, 1)
    .simd("i32_add")
    .set(X + 1);
  for (const j of [0, 2, 3]) pushWord(code, BASE, 5 + j).set(X + j);
  threefry(code, BASE, X, 20);
  // leaf = 2^levels | the digits to be flipped
  const leaves = (): Code => code.i32(1).get(LEVELS).op(0x74);
  code.get(DIGITS).get(BELOW).simd("i32_shr_u");
  leaves().i32(1).op(0x6b).simd("i32_splat").simd("and");
  leaves().simd("i32_splat").simd("or").set(LEAF);
  code.i32x4(0, 0, 0, 0).set(COINS);
  code.get(LEVELS).set(ABOVE);
  code.op(0x03, 0x40); // loop over the levels
  code.get(LEAF).get(ABOVE).simd("i32_shr_u").set(NODE);
  // Bit node mod 32 of the word that the node lies in; 2^n is the float with exponent n.
  for (const j of [0, 1, 2, 3]) code.get(X + j);
  for (const bound of [96, 64, 32]) {
    code.get(NODE).i32x4(bound, bound, bound, bound).simd("i32_lt_s").simd("bitselect");
  }
  code.get(NODE).i32x4(31, 31, 31, 31).simd("and").i32x4(127, 127, 127, 127).simd("i32_add");
  code.i32(23).simd("i32_shl").simd("i32_trunc_f32_u");
  code.simd("and").i32x4(0, 0, 0, 0).simd("i32_ne").set(NODE);
  code.get(COINS).i32(1).simd("i32_shl").get(NODE).simd("i32_sub").set(COINS);
  code.get(ABOVE).i32(1).op(0x6b).tee(ABOVE).op(0x0d, 0).op(0x0b);
  code.get(DIGITS).get(COINS).get(BELOW).simd("i32_shl").simd("xor").set(DIGITS);
  code.get(ROW).get(AT).op(0x6a).get(DIGITS).simd("convert_low_i32").simd("store", 3, 0);
  code.get(ROW).get(AT).op(0x6a).get(DIGITS).get(DIGITS);
  code.simd("shuffle", 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
  code.simd("convert_low_i32").simd("store", 3, 16);
  code.get(AT).i32(32).op(0x6a).tee(AT).get(END).op(0x48).op(0x0d, 0).op(0x0b);
  return {
    parameters: Array<number>(8).fill(I32),
    results: [],
    locals: [
      [2, I32],
      [8, V128],
    ],
    code,
    name: "flips",
  };
}
