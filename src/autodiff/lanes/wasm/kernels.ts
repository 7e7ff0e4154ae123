/**
 * The back end that drives tapes through fixed WebAssembly SIMD kernels: one module for all tapes, for runtimes that run WebAssembly
 * but do not compile it. An instruction is a few words in memory: the number of its kernel and the addresses of result and operands.
 */

import { requireNoMore } from "../../../checks/arguments.ts";
import { requireOptions } from "../../../checks/options.ts";
import {
  type Backend,
  type Executable,
  requireLaneMultiple,
  type Step,
  type TapeProgram,
} from "../../tape/executable.ts";
import { rowOf } from "../../tape/instruction-table.ts";
import type { Kind } from "../../tape/instructions.ts";
import { runsOnce, runsRolled } from "../interpreter/fast-interpreter.ts";
import { encode, execute } from "../interpreter/interpreter.ts";
import { type Rolled, rollProgram } from "../rolled-instructions.ts";
import { SCALAR } from "./functions.ts";
import { HEADER, kernelFor, kernelModule, LANES_PER_TURN } from "./kernel-module.ts";
import { NOISE_BYTES, rowFill } from "./noise/row-fill.ts";
import { tableWords } from "./step-functions.ts";
import { compileModule, instantiate, makeMemory, pagesOf } from "./webassembly.ts";

export interface WasmKernelsOptions {
  /**
   * The compiled module: what a static import of `nondiff/kernels.wasm` gives in an edge runtime. Without it the module
   * is assembled and compiled here, once.
   */
  readonly module?: object | undefined;
}

/**
 * A back end that compiles nothing: a tape's instructions are looked up in a table of kernels. The bits are those of the interpreter,
 * which runs what has no kernel, and what runs once per batch over few places.
 *
 *     import module from "nondiff/kernels.wasm"; // edge runtimes
 *     fit(model, { backend: wasmKernels({ module }) });
 */
export function wasmKernels(options: WasmKernelsOptions = {}): Backend {
  requireNoMore("wasmKernels", 1, arguments);
  requireOptions<WasmKernelsOptions>("wasmKernels", options, { module: "object" });
  let { module } = options;
  return {
    name: "wasm kernels",
    laneMultiple: LANES_PER_TURN,
    load: (program) => {
      module ??= compileModule(kernelModule());
      return load(program, module);
    },
  };
}

function load(program: TapeProgram, module: object): Executable {
  requireLaneMultiple("wasmKernels", program, LANES_PER_TURN);
  const { lane, kernels } = program;
  const { uniform, rest, scratch } = rollProgram(program);
  const { reals: realSlots, masks: maskSlots } = scratch;
  const maskBase = 8 * realSlots;
  const codeBase = maskBase + 4 * maskSlots;
  const words = [...lane, ...uniform.filter(isWide), ...rest.filter(isWide)].reduce(
    (total, step) => total + lengthOf(step),
    0,
  );
  const noiseBase = 64 * Math.ceil((codeBase + 4 * words + 16) / 64);
  const memory = makeMemory(pagesOf(noiseBase + NOISE_BYTES));
  const slots = new Float64Array(memory.buffer, 0, realSlots);
  const masks = new Int32Array(memory.buffer, maskBase, maskSlots);
  const code = new Int32Array(memory.buffer, codeBase, words);
  scratch.initialise(slots);
  const exports = instantiate(module, { m: { ...SCALAR, m: memory } });
  const run = exports["run"] as (at: number, end: number, n: number) => void;

  let at = 0;
  const runs = (steps: readonly Step[]): ((n: number) => void) => {
    const start = codeBase + 4 * at;
    for (const step of steps) at = writeStep(code, at, step, maskBase);
    const end = codeBase + 4 * at;
    return (n) => run(start, end, n);
  };
  const parts = segments(lane, (step) => kernelFor(step) !== undefined).map((steps) => {
    if (kernelFor(steps[0]!) !== undefined) return runs(steps);
    const fallback = encode(steps, kernels);
    return (n: number) => execute(fallback, slots, masks, n);
  });
  // A kernel writes up to WRITES_BEYOND numbers after a range: results that are computed later, or room.
  const section = (steps: readonly Rolled[]): (() => void) => {
    const parts = segments(steps, (step) => (isWide(step) ? step.count : 0)).map((inside) => {
      const { count } = inside[0]!;
      if (!isWide(inside[0]!)) return runsRolled(program, inside, slots, masks);
      const runRanges = runs(inside);
      return () => runRanges(count);
    });
    return () => {
      for (let index = 0; index < parts.length; index++) parts[index]!();
    };
  };
  const oneLane = runsOnce(program, lane, slots, masks);
  return {
    slots,
    masks,
    runUniform: section(uniform),
    runRest: section(rest),
    runLanes: (n) => {
      if (n === 1) oneLane();
      else for (let index = 0; index < parts.length; index++) parts[index]!(n);
    },
    rowFill: rowFill(memory.buffer, noiseBase, exports),
  };
}

/** A kernel is worth its call from so many places on. */
const WIDE = 8;

function isWide(step: Rolled): boolean {
  return step.count >= WIDE && kernelFor(step) !== undefined;
}

// The steps cut where `kindOf` changes.
function segments<S extends Step>(steps: readonly S[], kindOf: (step: S) => unknown): S[][] {
  const found: S[][] = [];
  let before: unknown;
  for (const step of steps) {
    const kind = kindOf(step);
    if (found.length > 0 && kind === before) found[found.length - 1]!.push(step);
    else found.push([step]);
    before = kind;
  }
  return found;
}

function writeStep(code: Int32Array, at: number, step: Step, maskBase: number): number {
  const { reads, makes } = rowOf(step.name);
  const address = (kind: Kind, offset: number): number => (kind === "mask" ? maskBase + 4 * offset : 8 * offset);
  const length = lengthOf(step);
  code[at] = kernelFor(step)!;
  code[at + 1] = 4 * length;
  code[at + 2] = address(makes, step.result.offset);
  reads.forEach(({ kind }, j) => {
    code[at + HEADER + j] = address(kind, step.operands[j]!.offset);
  });
  code.set(tableWords(step), at + HEADER + reads.length);
  return at + length;
}

// Words of an instruction: what all have, operands, its table.
const lengthOf = (step: Step): number => HEADER + rowOf(step.name).reads.length + tableWords(step).length;
