/** The interpreter: a loop over the kernels of `kernels.generated.ts`, one call for each instruction. */
import type { Kernel, Kernels } from "../../ops/kernels.generated.ts";
import type { Backend, Step } from "../../tape/executable.ts";

/** Instructions as the interpreter runs them: kernels, and offsets of each one's result and operands one after the other. */
export interface Code {
  readonly kernels: readonly Kernel[];
  readonly offsets: Int32Array;
  /** Where the offsets of each instruction start. */
  readonly starts: Int32Array;
}

/** The default back end. */
export const INTERPRETER: Backend = {
  name: "interpreter",
  load({ kernels, realSlots, maskSlots, uniform, lane, rest }) {
    const slots = new Float64Array(realSlots);
    const masks = new Int32Array(maskSlots);
    const runnerOf = (steps: readonly Step[]) => {
      const code = encode(steps, kernels);
      return (n = 1): void => execute(code, slots, masks, n);
    };
    return { slots, masks, runUniform: runnerOf(uniform), runRest: runnerOf(rest), runLanes: runnerOf(lane) };
  },
};

/** Instructions as the interpreter runs them. */
export function encode(steps: readonly Step[], table: Kernels): Code {
  const starts: number[] = [];
  const offsets: number[] = [];
  const kernels = steps.map(({ name, result, operands }) => {
    starts.push(offsets.length);
    offsets.push(result.offset);
    let variant = 0;
    let bit = 1;
    for (const { offset, lane } of operands) {
      offsets.push(offset);
      if (lane) variant |= bit;
      bit *= 2;
    }
    const variants = table[name]!;
    // Uniform operands alone are as good as one lane of each.
    return variants[variants.length <= 2 ? (variant || 1) & (variants.length - 1) : (variant || bit - 1) - 1]!;
  });
  return { kernels, offsets: new Int32Array(offsets), starts: new Int32Array(starts) };
}

/** Runs n lanes of every instruction; 1 for uniform ones. Allocates nothing. */
export function execute({ kernels, offsets, starts }: Code, slots: Float64Array, masks: Int32Array, n: number): void {
  for (let index = 0; index < kernels.length; index++) kernels[index]!(slots, masks, n, offsets, starts[index]!);
}
