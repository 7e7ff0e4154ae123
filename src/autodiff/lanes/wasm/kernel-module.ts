/**
 * The fixed module with a kernel for each instruction and each choice of operands that are lanes: `add` has three, for x + u, u + x
 * and x + y with uniform u.
 */

import type { Step } from "../../tape/executable.ts";
import { INSTRUCTIONS, rowOf } from "../../tape/instruction-table.ts";
import { type InstructionRow, type Kind, variantsOf } from "../../tape/instructions.ts";
import { emitterOf, hasEmitter, laneSumsOf, NARROW } from "./emitters.ts";
import { assemble, Code, type FunctionSpec, I32, V128 } from "./encoder.ts";
import { CONSTANTS, ELEMENTARY, IMPORTS } from "./functions.ts";
import { NOISE } from "./noise/row-fill.ts";
import { STEP_FUNCTIONS } from "./step-functions.ts";

/** Words of an instruction before its operands: kernel, length in bytes, result. */
export const HEADER = 3;

/** Kernels compute so many lanes at a time. */
export const LANES_PER_TURN = 4;

/** A kernel: an instruction, and which of its operands are lanes. */
interface KernelSpec {
  readonly row: InstructionRow;
  readonly lanes: readonly boolean[];
}

// How far a search halves stands in its table, so that all searches share a kernel.
const keyOf = ({ name, effect }: InstructionRow, lanes: readonly boolean[]): string =>
  `${effect.does === "search" ? effect.does : name} ${lanes.map(Number).join("")}`;

const SPECS: readonly KernelSpec[] = /* @__PURE__ */ specs();
const INDEX: ReadonlyMap<string, number> = /* @__PURE__ */ new Map(
  SPECS.map(({ row, lanes }, index) => [keyOf(row, lanes), index]),
);

/** The number of the kernel for an instruction, undefined if there is none. */
export function kernelFor({ name, operands }: Step): number | undefined {
  const row = rowOf(name);
  const lanes = row.reads.map((_, j) => operands[j]!.lane);
  return INDEX.get(keyOf(row, lanes));
}

function specs(): KernelSpec[] {
  const found = new Map<string, KernelSpec>();
  for (const row of Object.values(INSTRUCTIONS)) {
    if (!hasEmitter(row)) continue;
    for (const lanes of variantsOf(row))
      if (!found.has(keyOf(row, lanes))) found.set(keyOf(row, lanes), { row, lanes });
  }
  return [...found.values()];
}

/** The module with all kernels: what `nondiff/kernels.wasm` holds. */
export function kernelModule(): Uint8Array & { readonly buffer: ArrayBuffer } {
  const first = ELEMENTARY.length + STEP_FUNCTIONS.length;
  const functions = [...ELEMENTARY, ...STEP_FUNCTIONS, ...SPECS.map(kernelOf), runner(first), ...NOISE];
  return assemble(
    functions,
    1,
    IMPORTS,
    CONSTANTS,
    SPECS.map((_, index) => first + index),
  );
}

/**
 * A function (at, n): one instruction, whose words lie at `at`, for lanes 0 … n − 1. The last turn may compute lanes from n on, but
 * nothing of them is added to sums.
 */
function kernelOf({ row, lanes }: KernelSpec): FunctionSpec {
  const { reads, makes } = row;
  const sums = laneSumsOf(row);
  const code = new Code();
  const [at, n, i, half, out] = [0, 1, 2, 3, 4];
  const addressOf = (j: number): number => 5 + j;
  const first = 5 + lanes.length;
  const localOf = (pair: number, j: number): number => first + (lanes[j] ? pair * lanes.length : 0) + j;
  const results = Array.from({ length: sums?.count ?? 1 }, (_, t) => first + 2 * lanes.length + t);
  const live = first + 2 * lanes.length + results.length;
  const word = (index: number): Code => code.get(at).op(0x28, 2, 4 * index);
  const place = (address: number, kind: Kind): Code =>
    code
      .get(address)
      .get(kind === "mask" ? half : i)
      .op(0x6a);
  // What puts an operand of a pair on the stack: from memory where that comes first.
  const operandOf = (pair: number) => {
    const loaded = new Set<number>();
    return (j: number): void => {
      if (!lanes[j] || loaded.has(j)) {
        code.get(localOf(pair, j));
        return;
      }
      loaded.add(j);
      const { kind } = reads[j]!;
      place(addressOf(j), kind);
      if (kind === "mask") code.simd("load32x2_s", 2, 8 * pair);
      else code.simd("load", 3, 16 * pair);
      code.tee(localOf(pair, j));
    };
  };
  const isZero = (): boolean => false;
  const table = (): void => {
    code
      .get(at)
      .i32(4 * (HEADER + lanes.length))
      .op(0x6a);
  };
  // i += 16 pairs; half = i / 2; again while there is room for so many more
  const loop = (pairs: number, body: (pair: number) => void, whole = false): void => {
    code.op(0x03, 0x40); // loop
    for (let pair = 0; pair < pairs; pair++) body(pair);
    code
      .get(i)
      .i32(16 * pairs)
      .op(0x6a)
      .tee(i)
      .i32(1)
      .op(0x76)
      .set(half);
    code.get(i);
    if (whole) code.i32(16 * pairs - 8).op(0x6a);
    code.get(n).i32(3).op(0x74).op(0x48).op(0x0d, 0).op(0x0b);
  };

  word(2).set(out);
  lanes.forEach((isLane, j) => {
    word(HEADER + j);
    if (isLane) code.set(addressOf(j));
    else if (reads[j]!.kind === "mask") code.simd("load32_splat", 2, 0).set(localOf(0, j));
    else code.simd("load64_splat", 3, 0).set(localOf(0, j));
  });
  if (sums) {
    const add = (pair: number, masked: boolean): void => {
      const operand = operandOf(pair);
      for (const [t, sum] of results.entries()) {
        code.get(sum);
        sums.term(code, operand, isZero, t);
        if (masked) code.get(live).simd("and");
        code.simd("add").set(sum);
      }
    };
    for (const [t, sum] of results.entries())
      code
        .get(out)
        .simd("load", 3, 16 * t)
        .set(sum);
    code.get(n).i32(LANES_PER_TURN).op(0x4e).op(0x04, 0x40); // if n ≥ LANES_PER_TURN
    loop(LANES_PER_TURN / 2, (pair) => add(pair, false), true);
    code.op(0x0b);
    code.get(i).get(n).i32(3).op(0x74).op(0x48).op(0x04, 0x40); // if i < 8 n
    loop(1, (pair) => {
      code.liveLanes(i, n).set(live);
      add(pair, true);
    });
    code.op(0x0b);
    for (const [t, sum] of results.entries())
      code
        .get(out)
        .get(sum)
        .simd("store", 3, 16 * t);
  } else
    loop(LANES_PER_TURN / 2, (pair) => {
      const [result] = results as [number];
      emitterOf(row)!(code, operandOf(pair), isZero, table);
      code.set(result);
      place(out, makes).get(result);
      if (makes === "mask") {
        code.get(result).simd("shuffle", ...NARROW);
        code.simd("store64_lane", 2, 8 * pair, 0);
      } else code.simd("store", 3, 16 * pair);
    });
  const groups: [count: number, type: number][] = [
    [3 + lanes.length, I32],
    [2 * lanes.length + results.length + 1, V128],
  ];
  return { parameters: [I32, I32], results: [], locals: groups, code };
}

/** A function (at, end, n): the instructions between two addresses one after the other. */
function runner(type: number): FunctionSpec {
  const code = new Code();
  const [at, end, n] = [0, 1, 2];
  code.op(0x03, 0x40); // loop
  code.get(at).get(n).get(at).op(0x28, 2, 0).op(0x11, type, 0); // call_indirect
  code.get(at).get(at).op(0x28, 2, 4).op(0x6a).tee(at).get(end).op(0x48).op(0x0d, 0).op(0x0b);
  return { parameters: [I32, I32, I32], results: [], locals: [], code, name: "run" };
}
