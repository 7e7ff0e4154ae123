/**
 * The interpreter where bytes do not matter. What runs once per batch is rolled first, so that the densities at 37 boundaries
 * are one instruction over 37 places; each instruction that is left takes a case of a switch instead of a call.
 */

import { type Pieces, piecewise } from "../../../pieces/pieces.ts";
import type { Kernel, Kernels } from "../../ops/kernels.generated.ts";
import type { Backend, Executable, Step, TapeProgram } from "../../tape/executable.ts";
import { ROLL_KERNELS, type Rolled, rolling } from "../rolled-instructions.ts";
import { type Code, encode, execute } from "./interpreter.ts";
import { runScalars, SCALAR_CODES } from "./scalars.generated.ts";

/** The default back end of models that are planned for speed. */
export const FAST_INTERPRETER: Backend = {
  name: "interpreter",
  load: /* @__PURE__ */ piecewise(loading),
};

function* loading(program: TapeProgram): Pieces<Executable> {
  const { uniform, rest, scratch } = yield* rolling(program);
  const slots = new Float64Array(scratch.reals);
  const masks = new Int32Array(scratch.masks);
  scratch.initialise(slots);
  yield;
  const lanes = yield* encoding(program.lane, program.kernels);
  yield;
  const oneLane = runsOnce(program, program.lane, slots, masks, lanes);
  const runUniform = runsRolled(program, uniform, slots, masks);
  yield;
  return {
    slots,
    masks,
    runUniform,
    runRest: runsRolled(program, rest, slots, masks),
    runLanes: (n) => (n === 1 ? oneLane() : execute(lanes, slots, masks, n)),
  };
}

/** Instructions that are encoded in a piece of the work. */
const EACH = 4096;

// `encode` in pieces.
function* encoding(steps: readonly Step[], table: Kernels): Pieces<Code> {
  if (steps.length <= EACH) return encode(steps, table);
  const kernels: Kernel[] = [];
  const starts = new Int32Array(steps.length);
  const parts: Int32Array[] = [];
  let size = 0;
  for (let from = 0; from < steps.length; from += EACH) {
    yield;
    const part = encode(steps.slice(from, from + EACH), table);
    for (const kernel of part.kernels) kernels.push(kernel);
    for (let index = 0; index < part.starts.length; index++) starts[from + index] = size + part.starts[index]!;
    parts.push(part.offsets);
    size += part.offsets.length;
  }
  const offsets = new Int32Array(size);
  let at = 0;
  for (const part of parts) {
    offsets.set(part, at);
    at += part.length;
  }
  return { kernels, offsets, starts };
}

/** Returns what runs instructions for the first lane, or those that run once per batch. `code` has them encoded, if its caller has that. */
export function runsOnce(
  { kernels }: TapeProgram,
  steps: readonly Step[],
  slots: Float64Array,
  masks: Int32Array,
  code: Code = encode(steps, kernels),
): () => void {
  const codes = new Uint8Array(steps.length);
  const counts = new Int32Array(steps.length).fill(1);
  for (let index = 0; index < codes.length; index++) codes[index] = SCALAR_CODES[steps[index]!.name] ?? 0;
  return () => runScalars(codes, counts, code, slots, masks);
}

/** Returns what runs rolled instructions. */
export function runsRolled(
  { kernels }: TapeProgram,
  steps: readonly Rolled[],
  slots: Float64Array,
  masks: Int32Array,
): () => void {
  const code = encode(steps, kernels.gather ? kernels : { ...kernels, ...ROLL_KERNELS });
  const codes = new Uint8Array(steps.length);
  const counts = Int32Array.from(steps, ({ count }) => count);
  steps.forEach(({ name, count }, index) => {
    if (count === 1) codes[index] = SCALAR_CODES[name] ?? 0;
  });
  return () => runScalars(codes, counts, code, slots, masks);
}
