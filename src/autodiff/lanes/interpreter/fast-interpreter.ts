/**
 * The interpreter where bytes do not matter. What runs once per batch is rolled first, so that the densities at 37 boundaries
 * are one instruction over 37 places; each instruction that is left takes a case of a switch instead of a call.
 */

import type { Backend, Step, TapeProgram } from "../../tape/executable.ts";
import { ROLL_KERNELS, type Rolled, rollProgram } from "../rolled-instructions.ts";
import { type Code, encode, execute } from "./interpreter.ts";
import { runScalars, SCALAR_CODES } from "./scalars.generated.ts";

/** The default back end of models that are planned for speed. */
export const FAST_INTERPRETER: Backend = {
  name: "interpreter",
  load(program) {
    const { uniform, rest, scratch } = rollProgram(program);
    const slots = new Float64Array(scratch.reals);
    const masks = new Int32Array(scratch.masks);
    scratch.initialise(slots);
    const lanes = encode(program.lane, program.kernels);
    const oneLane = runsOnce(program, program.lane, slots, masks, lanes);
    return {
      slots,
      masks,
      runUniform: runsRolled(program, uniform, slots, masks),
      runRest: runsRolled(program, rest, slots, masks),
      runLanes: (n) => (n === 1 ? oneLane() : execute(lanes, slots, masks, n)),
    };
  },
};

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
