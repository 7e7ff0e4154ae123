/** The interpreter for whom bytes do not matter: one lane of instructions takes a switch for each instead of a call. */
import { type Backend, type Code, encode, execute, type Step, type TapeProgram } from "./interpreter.ts";
import { runScalars, SCALAR_CODES } from "./scalars.generated.ts";

/** The default back end of models that are planned for speed. */
export const FAST_INTERPRETER: Backend = {
  name: "interpreter",
  load(program) {
    const slots = new Float64Array(program.realSlots);
    const masks = new Int32Array(program.maskSlots);
    const lanes = encode(program.lane, program.kernels);
    const oneLane = runsOnce(program, program.lane, slots, masks, lanes);
    return {
      slots,
      masks,
      runUniform: runsOnce(program, program.uniform, slots, masks),
      runRest: runsOnce(program, program.rest, slots, masks),
      runLanes: (n) => (n === 1 ? oneLane() : execute(lanes, slots, masks, n)),
    };
  },
};

/** What runs instructions of a program that are the same for every lane, or of lanes the first; `code`: if they are encoded. */
export function runsOnce(
  { kernels }: TapeProgram,
  steps: readonly Step[],
  slots: Float64Array,
  masks: Int32Array,
  code: Code = encode(steps, kernels),
): () => void {
  const codes = new Uint8Array(steps.length);
  for (let index = 0; index < codes.length; index++) codes[index] = SCALAR_CODES[steps[index]!.name] ?? 0;
  return () => runScalars(codes, code, slots, masks);
}
