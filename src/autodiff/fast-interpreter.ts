/** The interpreter for whom bytes do not matter: one lane of instructions takes a switch for each instead of a call. */
import { type Backend, encode, INTERPRETER, type Step, type TapeProgram } from "./interpreter.ts";
import { runScalars, SCALAR_CODES } from "./scalars.generated.ts";

/** The default back end of models that are planned for speed. */
export const FAST_INTERPRETER: Backend = {
  ...INTERPRETER,
  load(program) {
    const executable = INTERPRETER.load(program);
    const { slots, masks, runLanes } = executable;
    const oneLane = runsOnce(program, program.lane, slots, masks);
    return {
      ...executable,
      runUniform: runsOnce(program, program.uniform, slots, masks),
      runRest: runsOnce(program, program.rest, slots, masks),
      runLanes: (n) => (n === 1 ? oneLane() : runLanes(n)),
    };
  },
};

/** What runs instructions of a program that are the same for every lane, or of lanes the first. */
export function runsOnce(
  { kernels }: TapeProgram,
  steps: readonly Step[],
  slots: Float64Array,
  masks: Int32Array,
): () => void {
  const code = encode(steps, kernels);
  const codes = Uint8Array.from(steps, ({ name }) => SCALAR_CODES[name] ?? 0);
  return () => runScalars(codes, code, slots, masks);
}
