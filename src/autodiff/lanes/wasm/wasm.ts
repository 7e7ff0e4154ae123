/** The back end that makes a WebAssembly module of SIMD instructions, two samples each, for every tape; no toolchain is needed. */

import { requireNoMore } from "../../../checks/arguments.ts";
import { requireOptions } from "../../../checks/options.ts";
import { shown } from "../../../checks/shown.ts";
import type { RowFill } from "../../../random/contract.ts";
import {
  type Backend,
  type Executable,
  type Place,
  requireLaneMultiple,
  type Step,
  type TapeProgram,
} from "../../tape/executable.ts";
import { type Block, blocksOf, onDemand } from "../instruction-blocks.ts";
import { runsRolled } from "../interpreter/fast-interpreter.ts";
import { encode, execute } from "../interpreter/interpreter.ts";
import { type Rolled, rollProgram } from "../rolled-instructions.ts";
import { type Layout, laneFunction } from "./blocks.ts";
import { hasEmitter } from "./emitters.ts";
import { assemble, type FunctionSpec } from "./encoder.ts";
import { CONSTANTS, ELEMENTARY, IMPORTS, SCALAR } from "./functions.ts";
import { NOISE, NOISE_BYTES, rowFill } from "./noise/row-fill.ts";
import { appendSection, type Part } from "./sections.ts";
import { STEP_FUNCTIONS, tableWords } from "./step-functions.ts";
import { compileModule, instantiate, makeMemory, pagesOf } from "./webassembly.ts";

export interface WasmOptions {
  /**
   * Instructions per generated function (default 300, at most 2000). Engines take more than linear time over large functions; values
   * that pass from one function to the next go through memory.
   */
  readonly block?: number | undefined;
  /**
   * Samples after which the tape is compiled (default 5000); the interpreter runs until then. Compiling takes about 10 µs
   * per instruction, which as many samples earn back.
   */
  readonly after?: number | undefined;
}

/** Default of `after`. */
export const DEFAULT_AFTER = 5000;
const MOST_IN_BLOCK = 2000;
/** Lanes that one instruction computes. */
const PAIR = 2;

/**
 * A back end that compiles each tape to a WebAssembly module of its own. The bits are those of the interpreter, whose kernels run on the
 * same memory what has no SIMD form here (log Γ, normal cdf, …).
 *
 *     fit(model, { backend: wasm() });
 *
 * Requires: WebAssembly with SIMD, and permission to compile at run time (not in edge runtimes; in pages with a content
 * security policy `'wasm-unsafe-eval'`). Memory: that of the slots, rounded up to 64 kB.
 */
export function wasm(options: WasmOptions = {}): Backend {
  requireNoMore("wasm", 1, arguments);
  requireOptions<WasmOptions>("wasm", options, { block: "any", after: "any" });
  const { block = 300, after = DEFAULT_AFTER } = options;
  // More would have too many locals for some engines.
  if (!(Number.isInteger(block) && block >= 1 && block <= MOST_IN_BLOCK))
    throw new RangeError(
      `wasm: block is out of range; got ${shown(block)}, expected an integer from 1 to ${MOST_IN_BLOCK}`,
    );
  if (!(after >= 0)) throw new RangeError(`wasm: after is out of range; got ${shown(after)}, expected a number ≥ 0`);
  return { name: "wasm", laneMultiple: PAIR, load: (program) => load(program, block, after) };
}

function load(program: TapeProgram, most: number, after: number): Executable {
  requireLaneMultiple("wasm", program, PAIR);
  const { kernels } = program;
  const rolled = rollProgram(program);
  const { reals: realSlots, masks: maskSlots } = rolled.scratch;
  const maskBase = 8 * realSlots;
  const tables = tablesOf(program.lane, maskBase + 4 * maskSlots);
  const anchor = tables.end;
  const noiseBase = 64 * Math.ceil((anchor + 16) / 64);
  const pages = pagesOf(noiseBase + NOISE_BYTES);
  const memory = makeMemory(pages);
  const slots = new Float64Array(memory.buffer, 0, realSlots);
  const masks = new Int32Array(memory.buffer, maskBase, maskSlots);
  for (const { address, words } of tables.all.values()) new Int32Array(memory.buffer, address, words.length).set(words);
  const layout: Layout = { maskBase, anchor, tableAt: ({ operands }) => tables.all.get(operands)!.address };
  rolled.scratch.initialise(slots);
  const interpreted = (steps: readonly Step[]): Run => {
    const code = encode(steps, kernels);
    return (n) => execute(code, slots, masks, n);
  };
  let once: readonly Run[] = [];
  let rest: readonly Run[] = [];
  let perLane: readonly Run[] = [];
  let noise: RowFill | undefined;
  const compile = (): void => {
    const functions: FunctionSpec[] = [...ELEMENTARY, ...STEP_FUNCTIONS];
    const section = (steps: readonly Rolled[], prefix: string): Part[] =>
      appendSection(functions, steps, prefix, most, layout, hasEmitter, rolled.scratch);
    const uniform = section(rolled.uniform, "u");
    const late = section(rolled.rest, "r");
    const lane = blocksOf(program, most, hasEmitter);
    for (const [index, block] of generated(lane).entries()) {
      const steps = onDemand(block);
      functions.push(laneFunction(steps, 2, layout, `l${index}`), laneFunction(steps, 1, layout, `p${index}`));
    }
    const module = compileModule(assemble([...functions, ...NOISE], pages, IMPORTS, CONSTANTS));
    const exports = instantiate(module, { m: { ...SCALAR, m: memory } });
    const runnable = (blocks: readonly Block[], made: (index: number) => Run): Run[] => {
      let index = 0;
      return blocks.map((block) => (block.generated ? made(index++) : interpreted(block.steps)));
    };
    const partOf = (part: Part): Run =>
      part.steps ? runsRolled(program, part.steps, slots, masks) : (exports[part.name] as Run);
    once = uniform.map(partOf);
    rest = late.map(partOf);
    perLane = runnable(lane, (index) => byFours(exports[`l${index}`] as RunFrom, exports[`p${index}`] as RunFrom));
    noise = rowFill(memory.buffer, noiseBase, exports);
  };
  let samples = 0; // still to come until the tape is compiled
  if (after > 0) {
    samples = after;
    once = [runsRolled(program, rolled.uniform, slots, masks)];
    rest = [runsRolled(program, rolled.rest, slots, masks)];
    perLane = [interpreted(program.lane)];
  } else compile();
  return {
    slots,
    masks,
    runUniform: () => {
      for (let index = 0; index < once.length; index++) once[index]!(1);
    },
    runRest: () => {
      for (let index = 0; index < rest.length; index++) rest[index]!(1);
    },
    runLanes: (n) => {
      for (let index = 0; index < perLane.length; index++) perLane[index]!(n);
      if (samples > 0) {
        samples -= n;
        if (samples <= 0) compile();
      }
    },
    get rowFill() {
      return noise;
    },
  };
}

const generated = (blocks: readonly Block[]): Block[] => blocks.filter((block) => block.generated);

type Run = (n: number) => void;
type RunFrom = (from: number, n: number) => void;

/** Runs lanes by fours, and by pairs those that are left. */
function byFours(fours: RunFrom, pairs: RunFrom): Run {
  return (n) => {
    const whole = n & ~3;
    if (whole > 0) fours(0, whole);
    if (whole < n) pairs(whole, n);
  };
}

/** Tables of instructions that have one, by their operands, from an address on. */
function tablesOf(steps: readonly Step[], base: number) {
  let end = 8 * Math.ceil(base / 8);
  const all = new Map<readonly Place[], { readonly address: number; readonly words: Int32Array }>();
  for (const step of steps) {
    const words = tableWords(step);
    if (words.length === 0) continue;
    all.set(step.operands, { address: end, words });
    end += 8 * Math.ceil(words.length / 2);
  }
  return { all, end };
}
