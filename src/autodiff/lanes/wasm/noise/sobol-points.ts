/**
 * Scrambled Sobol digits of up to 16 points in WebAssembly SIMD, a byte for each: small tables are permutations of bytes, and
 * the coins of a word are looked up as bytes too.
 */
import { fieldProduct, sobolDigits } from "../../../../random/sobol-points.ts";
import { Code, type FunctionSpec, I32, V128 } from "../encoder.ts";

/** Tables of 16 bytes for 1, 2, 3 and 4 bits: products with each factor, then digits of the points in each of four coordinates. */
const TABLES = 16 + 4;
export const POINTS_BYTES: number = 4 * TABLES * 16;

/** Where the products with a factor lie in the tables. */
export function productsAt(bits: number, factor: number): number {
  return 16 * (TABLES * (bits - 1) + factor);
}

/** Where the digits in a coordinate lie in the tables. */
export function digitsAt(bits: number, column: number): number {
  return 16 * (TABLES * (bits - 1) + 16 + column);
}

export function setPointTables(tables: Uint8Array): void {
  for (let bits = 1; bits <= 4; bits++)
    for (let x = 0; x < 2 ** bits; x++) {
      for (let a = 0; a < 2 ** bits; a++) tables[productsAt(bits, a) + x] = fieldProduct(x, a, bits);
      for (let column = 0; column < 4; column++) tables[digitsAt(bits, column) + x] = sobolDigits(column, x, bits);
    }
}

// Locals, the parameters first.
const [ROW, LANES, FIRST, DIGITS, PRODUCTS, ORDER, POINTS, COINS, ABOVE] = [0, 1, 2, 3, 4, 5, 6, 7, 8] as const;
const [X, TABLE, LEAF, FLIPS] = [9, 10, 11, 12] as const;

const EACH_EIGHT_TIMES = Array.from({ length: 16 }, (_, byte) => byte >> 3);
const HIGH_HALF = Array.from({ length: 16 }, (_, byte) => 8 | (byte & 7));
// Byte n: bit n mod 8.
const POWERS = [0x08040201, 0x80402010 | 0, 0x08040201, 0x80402010 | 0] as const;

/**
 * A function (row, lanes, first, bits, products, order, points, coins): the digits of points first, first + 1, …, an even
 * number of them, as doubles from the address `row` on. The index goes through coins `order` and the table `products`, then
 * through `points` and `coins`.
 */
export const POINTS_FUNCTION: FunctionSpec = /* @__PURE__ */ pointsFunction();

function pointsFunction(): FunctionSpec {
  const code = new Code();
  code.get(FIRST).simd("i8_splat").i32x4(0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c).simd("i8_add").set(X);
  flip(code, ORDER);
  for (const table of [PRODUCTS, POINTS]) code.get(table).simd("load", 0, 0).get(X).simd("swizzle").set(X);
  flip(code, COINS);
  code.op(0x02, 0x40); // block
  for (let pair = 0; pair < 8; pair++) {
    code
      .get(ROW)
      .get(X)
      .simd(pair < 4 ? "i16_extend_low_u8" : "i16_extend_high_u8");
    code.simd((pair & 2) === 0 ? "i32_extend_low_u16" : "i32_extend_high_u16");
    if ((pair & 1) === 1)
      code
        .tee(LEAF)
        .get(LEAF)
        .simd("shuffle", ...HIGH_HALF);
    code.simd("convert_low_i32").simd("store", 3, 16 * pair);
    if (pair < 7)
      code
        .get(LANES)
        .i32(2 * pair + 2)
        .op(0x4c)
        .op(0x0d, 0); // leave the block after the last lane
  }
  code.op(0x0b);
  return {
    parameters: Array<number>(8).fill(I32),
    results: [],
    locals: [
      [1, I32],
      [4, V128],
    ],
    code,
    name: "points",
  };
}

// x ^= the coins on the path to leaf 2^bits + x.
function flip(code: Code, word: number): void {
  // Byte n of the table: all bits of coin n, the sixteenth and further ones left out.
  code
    .get(word)
    .simd("i16_splat")
    .tee(TABLE)
    .get(TABLE)
    .simd("shuffle", ...EACH_EIGHT_TIMES);
  code
    .i32x4(...POWERS)
    .simd("and")
    .i32x4(...POWERS)
    .simd("i8_eq")
    .set(TABLE);
  code.get(X).i32(1).get(DIGITS).op(0x74).simd("i8_splat").simd("or").set(LEAF);
  code.i32x4(0, 0, 0, 0).set(FLIPS);
  code.get(DIGITS).set(ABOVE);
  code.op(0x03, 0x40); // loop
  code.get(FLIPS).get(FLIPS).simd("i8_add");
  code.get(TABLE).get(LEAF).get(ABOVE).simd("i8_shr_u").simd("swizzle").simd("i8_sub").set(FLIPS);
  code.get(ABOVE).i32(1).op(0x6b).tee(ABOVE).op(0x0d, 0).op(0x0b);
  code.get(X).get(FLIPS).simd("xor").set(X);
}
