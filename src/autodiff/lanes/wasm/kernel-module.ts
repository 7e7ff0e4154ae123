/** The fixed module with a kernel for each instruction and each set of operands that may differ between lanes. */

import { OP_NAMES } from "../../ops/codes.ts";
import type { Step } from "../../tape/executable.ts";
import { FAMILIES, FUSED, REDUCTIONS, RUNS } from "../../tape/fusion.ts";
import { isOpen, signatureOf } from "../../tape/signatures.ts";
import { assemble, Code, type FunctionSpec, I32, V128 } from "./encoder.ts";
import { CONSTANTS, ELEMENTARY, IMPORTS } from "./functions.ts";
import { NOISE } from "./noise/row-fill.ts";
import { emitterOf, NARROW, reductionEmitterOf } from "./ops.ts";
import { STEP_FUNCTIONS } from "./step-functions.ts";

/** Words of an instruction before its operands: kernel, length in bytes, result. */
export const HEADER = 3;

/** A kernel: an instruction, and which of its operands are lanes. */
interface KernelSpec {
  readonly name: string;
  readonly lanes: readonly boolean[];
}

const keyOf = ({ name, operands }: Step): string =>
  isOpen(name)
    ? keyText(name.replace(/\d+/, ""), [true])
    : keyText(
        name,
        operands.map(({ lane }) => lane),
      );
const keyText = (name: string, lanes: readonly boolean[]): string => `${name} ${lanes.map(Number).join("")}`;

const SPECS: readonly KernelSpec[] = /* @__PURE__ */ specs();
const INDEX: ReadonlyMap<string, number> = /* @__PURE__ */ new Map(
  SPECS.map(({ name, lanes }, index) => [keyText(name, lanes), index]),
);

/** The number of the kernel for an instruction, undefined if there is none. */
export function kernelFor(step: Step): number | undefined {
  return INDEX.get(keyOf(step));
}

function specs(): KernelSpec[] {
  const rows = [...OP_NAMES.map((name) => ({ name, lanes: 0 })), ...FUSED];
  const single = rows.flatMap(({ name, lanes = 0 }) => {
    const arity = signatureOf(name).kinds.length;
    return Array.from({ length: (1 << arity) - 1 }, (_, index) => index + 1)
      .filter((variant) => (variant & lanes) === lanes)
      .map((variant) => ({ name, lanes: Array.from({ length: arity }, (_, j) => ((variant >> j) & 1) === 1) }));
  });
  const runs = FAMILIES.flatMap(({ name, kinds, lanes }) =>
    RUNS.flatMap((count) =>
      [false, true].map((first) => {
        const term = [...kinds].map((_, j) => ((lanes >> j) & 1) === 1);
        return { name: `${name}${count}`, lanes: [first, ...Array.from({ length: count }, () => term).flat()] };
      }),
    ),
  );
  const reductions = REDUCTIONS.flatMap(({ name, kinds, lanes }) => {
    const term = [...kinds].map((_, j) => ((lanes >> j) & 1) === 1);
    return RUNS.map((count) => ({ name: `${name}${count}`, lanes: Array.from({ length: count }, () => term).flat() }));
  });
  const open = ["search", "lookUp"].map((name) => ({ name, lanes: [true] }));
  return [...single, ...runs, ...reductions, ...open].filter(({ name }) => emitterOf(name) ?? reductionEmitterOf(name));
}

/** The module with all kernels: what `nondiff/kernels.wasm` holds. */
export function kernelModule(): Uint8Array<ArrayBuffer> {
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
 * A function (at, n): one instruction, whose words lie at `at`, for lanes 0 … n − 1. Four lanes a turn: the last one may be
 * rounded up to four, but nothing is added to sums beyond the n.
 */
function kernelOf({ name, lanes }: KernelSpec): FunctionSpec {
  const { kinds, resultKind } = signatureOf(name);
  const reduction = reductionEmitterOf(name);
  const code = new Code();
  const [at, n, i, half, out] = [0, 1, 2, 3, 4];
  const addressOf = (j: number): number => 5 + j;
  const first = 5 + lanes.length;
  const localOf = (pair: number, j: number): number => first + (lanes[j] ? pair * lanes.length : 0) + j;
  const results = Array.from({ length: reduction?.count ?? 1 }, (_, t) => first + 2 * lanes.length + t);
  const live = first + 2 * lanes.length + results.length;
  const word = (index: number): Code => code.get(at).op(0x28, 2, 4 * index);
  const place = (address: number, kind: string | undefined): Code =>
    code
      .get(address)
      .get(kind === "m" ? half : i)
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
      place(addressOf(j), kinds[j]);
      if (kinds[j] === "m") code.simd("load32x2_s", 2, 8 * pair);
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
    else if (kinds[j] === "m") code.simd("load32_splat", 2, 0).set(localOf(0, j));
    else code.simd("load64_splat", 3, 0).set(localOf(0, j));
  });
  if (reduction) {
    const add = (pair: number, masked: boolean): void => {
      const operand = operandOf(pair);
      for (const [t, sum] of results.entries()) {
        code.get(sum);
        reduction.term(code, operand, isZero, t);
        if (masked) code.get(live).simd("and");
        code.simd("add").set(sum);
      }
    };
    for (const [t, sum] of results.entries())
      code
        .get(out)
        .simd("load", 3, 16 * t)
        .set(sum);
    code.get(n).i32(4).op(0x4e).op(0x04, 0x40); // if n ≥ 4
    loop(2, (pair) => add(pair, false), true);
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
    loop(2, (pair) => {
      const [result] = results as [number];
      emitterOf(name)!(code, operandOf(pair), isZero, table);
      code.set(result);
      place(out, resultKind).get(result);
      if (resultKind === "m") {
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
