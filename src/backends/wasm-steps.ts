/** Step functions in WebAssembly SIMD, for a pair: the search among thresholds and the look-up of `src/autodiff/steps.ts`. */
import type { Step } from "../autodiff/interpreter.ts";
import { isOpen } from "../autodiff/signatures.ts";
import { Code, F64, type FunctionSpec, I32, V128 } from "./wasm-encoder.ts";
import { ELEMENTARY, IMPORTS } from "./wasm-functions.ts";

const NO_WORDS = new Int32Array(0);

/** What comes after the operand of a search or a look-up, as words in memory; none for other instructions. */
export function tableWords({ name, operands }: Step): Int32Array {
  if (!isOpen(name)) return NO_WORDS;
  const uniform = operands.slice(1);
  if (name === "lookUp") return Int32Array.from(uniform, ({ offset }) => 8 * offset);
  // 2^bits − 1 thresholds, which are constants, after the number of bytes from one half of the search to the other.
  const thresholds = Float64Array.from([0, ...uniform.map(({ value = NaN }) => value)]);
  const words = new Int32Array(thresholds.buffer);
  words[0] = 4 * thresholds.length;
  return words;
}

/** Functions of the module, after the elementary ones. */
export const STEP_FUNCTIONS: readonly FunctionSpec[] = /* @__PURE__ */ [search(), lookUp()];
export const STEP_INDEX: { readonly search: number; readonly lookUp: number } = {
  search: IMPORTS.length + ELEMENTARY.length,
  lookUp: IMPORTS.length + ELEMENTARY.length + 1,
};

/** A function (x, table): 1 + how many thresholds lie below each x; 0 for NaN. */
function search(): FunctionSpec {
  const code = new Code();
  const [x, table, half, p, q, u, v] = [0, 1, 2, 3, 4, 5, 6];
  code.get(x).simd("extract", 0).set(u);
  code.get(x).simd("extract", 1).set(v);
  code.get(table).tee(p).set(q);
  code.get(table).op(0x28, 2, 0).set(half);
  code.op(0x03, 0x40); // loop
  for (const [place, value] of [
    [p, u],
    [q, v],
  ] as const) {
    // place += half where value > the threshold at place + half
    code.get(place).get(half);
    code.i32(0).get(value).get(place).get(half).op(0x6a).op(0x2b, 3, 0).op(0x64).op(0x6b);
    code.op(0x71).op(0x6a).set(place);
  }
  code.get(half).i32(1).op(0x76).tee(half).i32(8).op(0x4e).op(0x0d, 0).op(0x0b); // while half ≥ 8
  const count = (place: number): Code => code.get(place).get(table).op(0x6b).i32(3).op(0x76).i32(1).op(0x6a);
  count(p).simd("i32_splat");
  count(q).simd("i32_replace", 1).simd("convert_low_i32");
  code.get(x).get(x).simd("eq").simd("and");
  const locals: [count: number, type: number][] = [
    [3, I32],
    [2, F64],
  ];
  return { parameters: [V128, I32], results: [V128], locals, code };
}

/** A function (place, table): what lies at the address in the table at each place. */
function lookUp(): FunctionSpec {
  const code = new Code();
  const [place, table] = [0, 1];
  const value = (lane: 0 | 1): void => {
    code
      .get(table)
      .get(place)
      .simd("i32_extract", 2 * lane)
      .i32(2);
    code.op(0x74).op(0x6a).op(0x28, 2, 0);
  };
  // The low word of 2⁵² + n is n.
  code.get(place).f64x2(4503599627370496).simd("add").set(place);
  value(1);
  value(0);
  code.simd("load64_splat", 3, 0).simd("load64_lane", 3, 0, 1);
  return { parameters: [V128, I32], results: [V128], locals: [], code };
}
