/**
 * The interpreter: one call of a kernel for each instruction, which goes over the lanes. Kernels are found by the name of the
 * instruction, and where it has several by which of its operands are lanes: one for x + y with a lane number x and a uniform y. The small entry
 * `nondiff/core` has no other back end, so that this file reads names and kernels only, not the rows of the instructions.
 */
import type { Kernel, Kernels } from "../../ops/kernels.generated.ts";
import type { Backend, Step } from "../../tape/executable.ts";

/** Instructions as the interpreter runs them: kernels, and offsets of each one's result and operands, then the operands' steps from lane to lane. */
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

/** Instructions as the interpreter runs them. TypeError, which names it, for one that has no kernel. */
export function encode(steps: readonly Step[], table: Kernels): Code {
  const starts = new Int32Array(steps.length);
  const offsets = new Int32Array(steps.reduce((size, { operands }) => size + 1 + 2 * operands.length, 0));
  let at = 0;
  const kernels: Kernel[] = [];
  for (const { name, result, operands } of steps) {
    starts[kernels.length] = at;
    offsets[at++] = result.offset;
    let variant = 0;
    let bit = 1;
    for (const { offset, lane } of operands) {
      offsets[at + operands.length] = Number(lane);
      offsets[at++] = offset;
      if (lane) variant |= bit;
      bit *= 2;
    }
    at += operands.length;
    const variants = table[name] ?? [];
    // Of two kernels the first operand alone decides. Uniform operands alone are as good as one lane of each.
    const lanes = variant || bit - 1;
    const kernel = variants[variants.length <= 2 ? lanes & (variants.length - 1) : lanes - 1];
    if (!kernel) throw new TypeError(`interpreter: op ${name} is unknown here`);
    kernels.push(kernel);
  }
  return { kernels, offsets, starts };
}

/** Runs n lanes of every instruction; 1 for uniform ones. Allocates nothing. */
export function execute({ kernels, offsets, starts }: Code, slots: Float64Array, masks: Int32Array, n: number): void {
  for (let index = 0; index < kernels.length; index++) kernels[index]!(slots, masks, n, offsets, starts[index]!);
}
