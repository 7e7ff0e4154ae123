/**
 * Normals in WebAssembly SIMD: Threefry for four samples at once, whose words go through the table of normals two by two. The
 * bits are those of `fillNormals`.
 */
import { Code, type FunctionSpec, I32, V128 } from "../encoder.ts";
import { pushWord, threefry } from "./threefry.ts";

/** Bytes before the table, of which the first are the head of `threefry.ts`. */
export const TABLE_OFFSET = 64;
/** The upper 16 bits of the double 2¹⁹, the least one that is looked up: exponent and first four digits number the pieces. */
const FIRST_PIECE = 0x4120;

// Locals, the parameters first.
const [BASE, ROW, ROWS, END, LOW, BITS, TABLE, AT, FIRST, SECOND] = [0, 1, 5, 6, 7, 8, 9, 10, 11, 12] as const;
const [X, T, D, A, B] = [13, 17, 18, 19, 20] as const;

const LOW_DOUBLES = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];
const HIGH_DOUBLES = LOW_DOUBLES.map((byte) => byte + 8);
const EVEN_WORDS = [0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27];

/**
 * A function (base, row 0 … row 3, rows, end, low, bits) that fills rows as `normals` of a `RowFill` does, and returns how many
 * bytes of each. Addresses are in bytes; `end` is 8 times the number of lanes, a multiple of four, and `low` is the low word of the
 * first sample. At `base` lies the head, after it the table of normals, its octaves from the tails to the middle. `words` may
 * use the four locals after those that it turns into words.
 */
export function normalsFunction(rounds: number, words: typeof threefry = threefry): FunctionSpec {
  const code = new Code();
  code
    .get(BASE)
    .i32(TABLE_OFFSET - 64 * FIRST_PIECE)
    .op(0x6a)
    .set(TABLE);
  code.op(0x03, 0x40); // loop
  code.get(LOW).simd("i32_splat").i32x4(0, 1, 2, 3).simd("i32_add");
  pushWord(code, BASE, 0).simd("i32_add").set(X);
  for (const j of [1, 2, 3]) pushWord(code, BASE, 5 + j).set(X + j);
  words(code, BASE, X, rounds);
  code.get(BITS).op(0x04, 0x40); // if
  for (let j = 0; j < 4; j++) putUnderDigits(code, j);
  code.op(0x0b);
  // Return if the tail probability of any word lies below the table's.
  for (let j = 0; j < 4; j++) pushProbability(code, X + j);
  for (let j = 1; j < 4; j++) code.simd("i32_min_s");
  code.i32x4(0x80000, 0x80000, 0x80000, 0x80000).simd("i32_lt_s").simd("any_true");
  code.op(0x04, 0x40).get(AT).op(0x0f, 0x0b); // if … return
  code.op(0x02, 0x40); // block
  for (let j = 0; j < 4; j++) {
    for (const half of [0, 1]) storeNormals(code, j, half);
    if (j < 3)
      code
        .get(ROWS)
        .i32(j + 1)
        .op(0x46)
        .op(0x0d, 0); // leave the block after the last row
  }
  code.op(0x0b);
  code.get(LOW).i32(4).op(0x6a).set(LOW);
  code.get(AT).i32(32).op(0x6a).tee(AT).get(END).op(0x48).op(0x0d, 0).op(0x0b);
  code.get(AT);
  return {
    parameters: Array<number>(9).fill(I32),
    results: [I32],
    locals: [
      [4, I32],
      [8, V128],
    ],
    code,
    name: "normals",
  };
}

// x_j = (digits in row j) << (32 − bits) | x_j >>> bits
function putUnderDigits(code: Code, j: number): void {
  // Integers from doubles: the low word of 2⁵² + n is n.
  for (const half of [0, 16]) {
    code
      .get(ROW + j)
      .get(AT)
      .op(0x6a)
      .simd("load", 3, half);
    code.f64x2(4503599627370496).simd("add");
  }
  code.simd("shuffle", ...EVEN_WORDS);
  code.i32(32).get(BITS).op(0x6b).simd("i32_shl");
  code
    .get(X + j)
    .get(BITS)
    .simd("i32_shr_u")
    .simd("or")
    .set(X + j);
}

function pushProbability(code: Code, word: number): Code {
  return code.get(word).i64x2(0x7fffffff, 0x7fffffff).simd("and");
}

// The normals of two of the four words of row j, as `normalOfWordInto` makes them.
function storeNormals(code: Code, j: number, half: number): void {
  const word = X + j;
  if (half === 1)
    code
      .get(word)
      .get(word)
      .simd("shuffle", ...HIGH_DOUBLES)
      .set(word);
  // (2k + 1)/2: its exponent is the octave, its first four digits are the piece, those after them t from −1 to 1.
  pushProbability(code, word).simd("convert_low_i32").f64x2(0.5).simd("add").set(D);
  for (const [lane, address] of [
    [3, FIRST],
    [7, SECOND],
  ] as const)
    code.get(D).simd("i16_extract_u", lane).i32(6).op(0x74).get(TABLE).op(0x6a).set(address);
  code.get(D).i64x2(0xffff, -1).simd("and").f64x2(32).simd("or").f64x2(33).simd("sub").set(T);
  code
    .get(ROW + j)
    .get(AT)
    .op(0x6a);
  for (let pair = 3; pair >= 0; pair--) {
    if (pair < 3) code.get(T).simd("mul");
    code
      .get(FIRST)
      .simd("load", 3, 16 * pair)
      .tee(A);
    code
      .get(SECOND)
      .simd("load", 3, 16 * pair)
      .tee(B);
    code.simd("shuffle", ...HIGH_DOUBLES);
    if (pair < 3) code.simd("add");
    code.get(T).simd("mul");
    code
      .get(A)
      .get(B)
      .simd("shuffle", ...LOW_DOUBLES)
      .simd("add");
  }
  code.get(word).simd("i64_extend_low_i32").i64x2(-2147483648, 0).simd("and").simd("xor");
  code.simd("store", 3, 16 * half);
}
