/** Tapes as generated WebAssembly SIMD: two samples per instruction, no toolchain. */
import { runsOnce } from "../autodiff/fast-interpreter.ts";
import {
  type Backend,
  type Executable,
  encode,
  execute,
  type Place,
  type Step,
  type TapeProgram,
} from "../autodiff/interpreter.ts";
import { fillNormalsWithHelp, type RowFill } from "../random/row-fill.ts";
import { type Block, blocksOf, slotKey, uniformBlocksOf } from "./blocks.ts";
import { assemble, Code, type FunctionSpec, I32, V128 } from "./wasm-encoder.ts";
import { ELEMENTARY, IMPORTS, SCALAR } from "./wasm-functions.ts";
import { NOISE, NOISE_BYTES, rowFill } from "./wasm-noise.ts";
import { emitterOf, NARROW, reductionEmitterOf } from "./wasm-ops.ts";
import { compileModule, instantiate, makeMemory, pagesOf } from "./webassembly.ts";

export interface WasmOptions {
  /**
   * Instructions per generated function (default 500, at most 10,000). Engines take more than linear time over large functions; values
   * that pass from one function to the next go through memory.
   */
  readonly block?: number;
  /**
   * Samples after which the tape is compiled (default 5000); the interpreter runs until then. Compiling takes about 10 µs
   * per instruction, which as many samples earn back.
   */
  readonly after?: number;
}

/** Default of `after`. */
export const DEFAULT_AFTER = 5000;
const MOST_IN_BLOCK = 10_000;

/**
 * A back end that compiles each tape to a WebAssembly module of its own; same bits as the interpreter. Operations that
 * have no SIMD form here (log Γ, normal cdf, …) run in the interpreter's kernels on the same memory.
 *
 *     fit(model, { backend: wasm() });
 *
 * Requires: WebAssembly with SIMD, and permission to compile at run time (not in edge runtimes; in pages with a content
 * security policy `'wasm-unsafe-eval'`). Memory: that of the slots, rounded up to 64 kB.
 */
export function wasm(options: WasmOptions = {}): Backend {
  const { block = 500, after = DEFAULT_AFTER } = options;
  // More would have too many locals for some engines.
  if (!(Number.isInteger(block) && block >= 1 && block <= MOST_IN_BLOCK))
    throw new RangeError(
      `wasm: block is out of range; got ${String(block)}, expected an integer from 1 to ${MOST_IN_BLOCK}`,
    );
  if (!(after >= 0)) throw new RangeError(`wasm: after is out of range; got ${String(after)}, expected a number ≥ 0`);
  return { name: "wasm", laneMultiple: 2, mostLanes: 64, load: (program) => load(program, block, after) };
}

function load(program: TapeProgram, most: number, after: number): Executable {
  const { realSlots, maskSlots, kernels } = program;
  const maskBase = 8 * realSlots;
  const noiseBase = 64 * Math.ceil((maskBase + 4 * maskSlots + 16) / 64);
  const pages = pagesOf(noiseBase + NOISE_BYTES);
  const memory = makeMemory(pages);
  const slots = new Float64Array(memory.buffer, 0, realSlots);
  const masks = new Int32Array(memory.buffer, maskBase, maskSlots);
  const interpreted = (steps: readonly Step[]): Run => {
    const code = encode(steps, kernels);
    return (n) => execute(code, slots, masks, n);
  };
  let once: readonly Run[] = [];
  let rest: readonly Run[] = [];
  let perLane: readonly Run[] = [];
  let noise: RowFill | undefined;
  const compile = (): void => {
    const generates = (name: string): boolean => (emitterOf(name) ?? reductionEmitterOf(name)) !== undefined;
    const uniform = uniformBlocksOf(program.uniform, most, generates);
    const late = uniformBlocksOf(program.rest, most, generates);
    const lane = blocksOf(program, most, generates);
    const functions = [
      ...generated(uniform).map((block, index) => functionOf(block, true, `u${index}`, maskBase)),
      ...generated(late).map((block, index) => functionOf(block, true, `r${index}`, maskBase)),
      ...generated(lane).map((block, index) => functionOf(block, false, `l${index}`, maskBase)),
    ];
    const module = compileModule(assemble([...ELEMENTARY, ...functions, ...NOISE], pages, IMPORTS));
    const exports = instantiate(module, { m: { ...SCALAR, m: memory } });
    const runnable = (blocks: readonly Block[], prefix: string): Run[] => {
      let index = 0;
      return blocks.map((block) => (block.generated ? (exports[prefix + index++] as Run) : interpreted(block.steps)));
    };
    once = runnable(uniform, "u");
    rest = runnable(late, "r");
    perLane = runnable(lane, "l");
    noise = rowFill(memory.buffer, noiseBase, exports);
  };
  let samples = 0; // still to come until the tape is compiled
  if (after > 0) {
    samples = after;
    once = [runsOnce(program, program.uniform, slots, masks)];
    rest = [runsOnce(program, program.rest, slots, masks)];
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
    fillNormals: fillNormalsWithHelp,
    get rowFill() {
      return noise;
    },
  };
}

type Run = (n: number) => void;

const generated = (blocks: readonly Block[]): Block[] => blocks.filter((block) => block.generated);

const [N, REAL_AT, MASK_AT, LIVE, FIRST_VALUE] = [0, 1, 2, 3, 4];

/**
 * A function (n) that runs the instructions of a block for lanes 0 … n − 1, rounded up to pairs; or `once`, for uniform
 * instructions.
 */
function functionOf({ steps }: Block, once: boolean, name: string, maskBase: number): FunctionSpec {
  const code = new Code();
  const values = new Map<string, number>();
  let locals = 0;
  const address = (kind: string, { offset }: Place): number => (kind === "m" ? maskBase + 4 * offset : 8 * offset);
  const push = (kind: string, place: Place): void => {
    if (Object.is(place.value, 0) && kind === "r") {
      code.f64x2(0);
      return;
    }
    const key = slotKey(kind, place);
    const known = place.lane === once ? undefined : values.get(key);
    if (known !== undefined) {
      code.get(known);
      return;
    }
    if (!place.lane) {
      code.i32(0);
      if (kind === "m") code.simd("load32_splat", 2, address(kind, place));
      else code.simd("load64_splat", 3, address(kind, place));
      return;
    }
    const local = FIRST_VALUE + locals++;
    values.set(key, local);
    code.get(kind === "m" ? MASK_AT : REAL_AT);
    if (kind === "m") code.simd("load32x2_s", 2, address(kind, place));
    else code.simd("load", 3, address(kind, place));
    code.tee(local);
  };
  const store = (kind: string, place: Place, local: number): void => {
    if (once) {
      code.i32(0).get(local);
      if (kind === "m") code.simd("store32_lane", 2, address(kind, place), 0);
      else code.simd("store64_lane", 3, address(kind, place), 0);
      return;
    }
    code.get(kind === "m" ? MASK_AT : REAL_AT).get(local);
    if (kind === "m") {
      code.get(local).simd("shuffle", ...NARROW);
      code.simd("store64_lane", 2, address(kind, place), 0);
    } else code.simd("store", 3, address(kind, place));
  };

  if (!once) code.op(0x03, 0x40); // loop
  if (steps.some(({ name }) => reductionEmitterOf(name))) code.liveLanes(REAL_AT, N).set(LIVE);
  for (const { name: op, operands, kinds, resultKind, result, stored } of steps) {
    const isZero = (j: number): boolean => Object.is(operands[j]!.value, 0);
    const operand = (j: number): void => push(kinds[j]!, operands[j]!);
    const reduction = reductionEmitterOf(op);
    if (reduction) {
      // Each pair of sums over even and odd lanes is one vector. In memory: as locals of the loop they cost engines more.
      for (let t = 0; t < reduction.count; t++) {
        const at = address("r", result) + 16 * t;
        code.i32(0).i32(0).simd("load", 3, at);
        reduction.term(code, operand, isZero, t);
        code.get(LIVE).simd("and").simd("add").simd("store", 3, at);
      }
      continue;
    }
    emitterOf(op)!(code, operand, isZero);
    const local = FIRST_VALUE + locals++;
    code.set(local);
    values.set(slotKey(resultKind, result), local);
    if (stored) store(resultKind, result, local);
  }
  if (!once) {
    // REAL_AT += 16; MASK_AT = REAL_AT / 2; again while REAL_AT < 8 n
    code.get(REAL_AT).i32(16).op(0x6a).tee(REAL_AT).i32(1).op(0x76).set(MASK_AT);
    code.get(REAL_AT).get(N).i32(3).op(0x74).op(0x48).op(0x0d, 0).op(0x0b);
  }
  const groups: [count: number, type: number][] = [
    [2, I32],
    [1 + locals, V128],
  ];
  return { parameters: [I32], results: [], locals: groups, code, name };
}
