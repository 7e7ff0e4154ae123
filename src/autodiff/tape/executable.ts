/**
 * The contract of a back end: what it is given to run (`TapeProgram`), and what it gives back (`Executable`). The interpreter,
 * the JavaScript generator and the WebAssembly back ends of `lanes/` are its implementations.
 */
import type { RowFill } from "../../random/contract.ts";
import type { Kernels } from "../ops/kernels.generated.ts";

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
  /** Helps the fills of `src/random` with rows of `slots`; it may come to be only after some lanes have run. */
  readonly rowFill?: RowFill | undefined;
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
