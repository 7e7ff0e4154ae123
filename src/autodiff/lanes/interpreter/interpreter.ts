/** What runs a tape: the contract of a back end, and the interpreter, a loop over the kernels of `kernels.generated.ts`. */
import type { NormalFill } from "../../../random/fill.ts";
import type { RowFill } from "../../../random/row-fill.ts";
import type { Kernel, Kernels } from "../../ops/kernels.generated.ts";

/** Where a value lies: an offset into the slots, and whether it holds one number or one per lane. */
export interface Place {
  readonly offset: number;
  readonly lane: boolean;
  /** The value, if it is a constant. */
  readonly value?: number;
}

/** The value of a lane. */
export function valueAt(slots: Float64Array, { offset, lane }: Place, i: number): number {
  return slots[lane ? offset + i : offset]!;
}

/** Instructions as the interpreter runs them: kernels, and offsets of each one's result and operands one after the other. */
export interface Code {
  readonly kernels: readonly Kernel[];
  readonly offsets: Int32Array;
  /** Where the offsets of each instruction start. */
  readonly starts: Int32Array;
}

/** One instruction: what to compute and where; masks lie in the mask slots, reals in the real slots. */
export interface Step {
  /** Row of the op table or fused op. */
  readonly name: string;
  readonly result: Place;
  readonly operands: readonly Place[];
}

/** What a back end compiles. */
export interface TapeProgram {
  /** The interpreter's kernels, by the name of a step. */
  readonly kernels: Kernels;
  readonly lanes: number;
  /** How many samples its caller means to run, if it knows. */
  readonly expectedSamples: number | undefined;
  readonly realSlots: number;
  readonly maskSlots: number;
  readonly uniform: readonly Step[];
  readonly lane: readonly Step[];
  /** What is computed once, like `uniform`, but after the lanes. */
  readonly rest: readonly Step[];
  /** Places that have to hold their values when the lanes have run. */
  readonly outputs: readonly Place[];
}

/** A compiled program, with the memory it works on. */
export interface Executable {
  readonly slots: Float64Array;
  readonly masks: Int32Array;
  readonly runUniform: () => void;
  readonly runRest: () => void;
  readonly runLanes: (n: number) => void;
  /** What fills rows of `slots` with normals faster than the fills of `src/random` by themselves. */
  readonly rowFill?: RowFill | undefined;
  /** `fillNormals` with the help of `rowFill`. */
  readonly fillNormals?: NormalFill;
}

/** Another way to run tapes than the interpreter, with the same results bit for bit. */
export interface Backend {
  readonly name: string;
  /** The number of lanes of a tape is rounded up to a multiple of this (default 1). */
  readonly laneMultiple?: number;
  /** Most lanes that it runs well with, where the caller of `compileTape` names no number. */
  readonly mostLanes?: number;
  readonly load: (program: TapeProgram) => Executable;
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
