/**
 * Step functions in WebAssembly SIMD, for a pair: the search among thresholds and the look-up, whose further operands lie in a table
 * in memory. The interpreter's are in `interpreter/step-kernels.ts`.
 */

import type { Step } from "../../tape/executable.ts";
import { rowOf } from "../../tape/instruction-table.ts";
import { Code, type FunctionSpec, I32, V128 } from "./encoder.ts";
import { ELEMENTARY, IMPORTS } from "./functions.ts";

const NO_WORDS = new Int32Array(0);

/** What comes after the operand of a search or a look-up, as words in memory; none for other instructions. */
export function tableWords({ name, operands }: Step): Int32Array {
  const { does } = rowOf(name).effect;
  if (does !== "search" && does !== "lookUp") return NO_WORDS;
  const uniform = operands.slice(1);
  if (does === "lookUp") return Int32Array.from(uniform, ({ offset }) => 8 * offset);
  // 2^bits − 1 thresholds, which are constants, after the number of bytes from one half of the search to the other.
  const thresholds = Float64Array.from([0, ...uniform.map(({ value = NaN }) => value)]);
  const words = new Int32Array(thresholds.buffer);
  words[0] = 4 * thresholds.length;
  return words;
}

/** Functions of the module, after the elementary ones. */
export const STEP_FUNCTIONS: readonly FunctionSpec[] = /* @__PURE__ */ [search()];

/** Puts the place of x among the thresholds of a table on the stack: 1 + how many lie below it, 0 for NaN. */
export function pushPlace(code: Code, x: () => void, table: () => void): void {
  x();
  table();
  code.call(IMPORTS.length + ELEMENTARY.length);
}

/** Puts what lies at the address in the table at each place on the stack. */
export function pushLookUp(code: Code, place: () => void, table: () => void): void {
  for (const lane of [1, 0]) {
    table();
    place();
    // The low word of 2⁵² + n is n.
    code
      .f64x2(4503599627370496)
      .simd("add")
      .simd("i32_extract", 2 * lane);
    code.i32(2).op(0x74).op(0x6a).op(0x28, 2, 0);
  }
  code.simd("load64_splat", 3, 0).simd("load64_lane", 3, 0, 1);
}

/** A function (x, table): 1 + how many thresholds lie below each x; 0 for NaN. */
function search(): FunctionSpec {
  const code = new Code();
  const [x, table, half, start, place, middle, step] = [0, 1, 2, 3, 4, 5, 6];
  const spread = (local: number): Code => code.get(local).op(0xad).simd("i64_splat"); // as two 64-bit integers
  spread(table).tee(start).set(place);
  code.get(table).op(0x28, 2, 0).set(half);
  spread(half).set(step);
  code.op(0x03, 0x40); // loop
  code.get(place).get(step).simd("i64_add").set(middle);
  // place += half where x > the threshold at place + half
  code.get(x);
  code.get(middle).simd("i32_extract", 2);
  code.get(middle).simd("i32_extract", 0).simd("load64_splat", 3, 0);
  code.simd("load64_lane", 3, 0, 1).simd("gt");
  code.get(step).simd("and").get(place).simd("i64_add").set(place);
  code.get(step).i32(1).simd("i64_shr_u").set(step);
  code.get(half).i32(1).op(0x76).tee(half).i32(8).op(0x4e).op(0x0d, 0).op(0x0b); // while half ≥ 8
  // An integer n as the low word of 2⁵² + n.
  code.get(place).get(start).simd("i64_sub").i32(3).simd("i64_shr_u");
  code.i64x2(0x43300000, 0).simd("or").f64x2(4503599627370495).simd("sub");
  code.get(x).get(x).simd("eq").simd("and");
  const locals: [count: number, type: number][] = [
    [1, I32],
    [4, V128],
  ];
  return { parameters: [V128, I32], results: [V128], locals, code };
}
