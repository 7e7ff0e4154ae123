/**
 * This is the contract of a back end. `compileTape` decides what is computed, in which order and where it lies; it hands that to
 * `Backend.load` as a `TapeProgram` and gets an `Executable`, so that nothing above this file knows how instructions are run. The
 * interpreter, the generator of JavaScript and the WebAssembly back ends of `lanes/` keep this contract, and
 * `test/autodiff/lanes/` holds any back end to it.
 *
 * **Memory.** The back end makes `slots`, at least `realSlots` doubles, and `masks`, at least `maskSlots` integers, all 0. What lies
 * beyond those numbers is its own. A place may begin at any offset, so that vectors of two doubles are aligned to 8 bytes only. Its
 * caller writes inputs and constants there after `load`, and lane inputs before each pass.
 *
 * **Order.** Its caller runs `runUniform` when the uniform inputs have changed; then `runLanes(n)` for one pass after the other, each
 * with its lane inputs; then, with the means in their places, `runRest`. Each runs its instructions as if one came after the other,
 * each over all lanes before the next. Places are reused, also by an instruction whose result takes the place of its own operand.
 * `outputs` and sums over the lanes hold their values afterwards, uniform results too; lane places that are no output may hold anything.
 *
 * **Bits.** Every value has the bits that the interpreter gives, the sign of a zero included. No multiply-add is fused, terms are added in
 * the order of the operands, and exp, log and the like are those of `src/math`. Only NaN is NaN whatever its bits.
 *
 * **Masks.** A mask is −1 or 0, never anything else, in the 32-bit slots of `masks`.
 *
 * **Sums over the lanes.** An instruction whose effect is "addLanes" adds to sums that begin at its result, `SUM_PARTS` numbers each:
 * sum t has that over the even lanes at offset + 2t, and that over the odd lanes at offset + 2t + 1. In a pass of n = 3 lanes
 * with terms t₀, t₁, t₂ the even part e becomes (e + t₀) + t₂ and the odd part o becomes o + t₁: two lanes at a time and one after the
 * other give the same bits. Its caller sets the sums to 0 before the first pass and adds both parts after the last one. Passes before
 * the last one have an even number of lanes, so that lane 0 of each pass is an even one.
 *
 * **Writing beyond.** Who computes several numbers at a time may write more than it is asked for, in two places. In a pass of n lanes it
 * may write lanes up to the next multiple of its `laneMultiple`. And the results of `uniform`, then those of `rest`, lie side by side in the
 * order of the instructions, reals and masks by themselves, followed by `WRITES_BEYOND` places that nobody reads: up to that many numbers
 * may be written after any result, if what lies there is computed later. Nothing else is written.
 */
import type { Piecewise } from "../../pieces/pieces.ts";
import type { RowFill } from "../../random/contract.ts";
import type { Kernels } from "../ops/kernels.generated.ts";
import type { InstructionName } from "./instructions.ts";

/** How many numbers a back end may write after the result of an instruction that runs once per batch. */
export const WRITES_BEYOND = 3;

/** A sum over the lanes is kept in so many numbers that lie side by side; these are the places of its parts. */
export const SUM_PARTS = 2;
export const EVEN_PART = 0;
export const ODD_PART = 1;

/** Where a value lies: in `masks` or in `slots`, as the instruction's row says. */
export interface Place {
  /** The index of its number, or of that of lane 0; that of lane i comes i places later. */
  readonly offset: number;
  /** Whether there is a number for each lane. Two lane places are the same or have no number in common. */
  readonly lane: boolean;
  /** The value, if it is a constant: it never changes, but lies in memory only after `load`. */
  readonly value?: number;
}

/** The value of a lane. */
export function valueAt(slots: Float64Array, { offset, lane }: Place, i: number): number {
  return slots[lane ? offset + i : offset]!;
}

/** One instruction: what to compute, and where. */
export interface Step {
  /** `rowOf(name)` of `instruction-table.ts` says what it reads, makes and does. */
  readonly name: InstructionName;
  /** A lane place in a lane instruction; the first sum, and no lane, for one that sums over the lanes. */
  readonly result: Place;
  readonly operands: readonly Place[];
}

/** What a back end runs. */
export interface TapeProgram {
  /** The interpreter's kernels by the name of a step, for what a back end does not do by itself. */
  readonly kernels: Kernels;
  /** How many lanes fit into a lane place: a multiple of the back end's `laneMultiple`, and even where there are sums. */
  readonly lanes: number;
  /** How many samples will be run in all, if its caller knows: more of them pay for more preparation. It changes no result. */
  readonly expectedSamples: number | undefined;
  readonly realSlots: number;
  readonly maskSlots: number;
  /** What runs once per batch, before the lanes; it reads and makes uniform values only. */
  readonly uniform: readonly Step[];
  /** What runs for every lane. */
  readonly lane: readonly Step[];
  /** What runs once per batch when the means over the lanes are known; it reads and makes uniform values only. */
  readonly rest: readonly Step[];
  /** Places of reals that have to hold their values in the end. */
  readonly outputs: readonly Place[];
}

/** A program that is ready to run, with the memory it works on. Running allocates nothing. */
export interface Executable {
  readonly slots: Float64Array;
  readonly masks: Int32Array;
  readonly runUniform: () => void;
  readonly runRest: () => void;
  /** Runs lanes 0 … n − 1, for n from 1 to the program's `lanes`. */
  readonly runLanes: (n: number) => void;
  /** Helps the fills of `src/random` with rows of `slots`; it may come to be only after some lanes have run. */
  readonly rowFill?: RowFill | undefined;
}

/** Throws RangeError if a program has lane instructions, but not a multiple of so many lanes. */
export function requireLaneMultiple(caller: string, { lane, lanes }: TapeProgram, multiple: number): void {
  if (lane.length > 0 && lanes % multiple !== 0)
    throw new RangeError(`${caller}: wrong number of lanes; got ${lanes}, expected a multiple of ${multiple}`);
}

/** A way to run tapes. */
export interface Backend {
  /** What messages and reports call it. */
  readonly name: string;
  /** How many lanes it computes at a time (default 1): a tape's number of lanes is rounded up to a multiple of this. */
  readonly laneMultiple?: number;
  /** How many lanes it runs well with at most, where the caller of `compileTape` names no number. */
  readonly mostLanes?: number;
  /** Throws TypeError, which names it, for an instruction that neither the back end nor the program's kernels can do. */
  readonly load: Piecewise<readonly [program: TapeProgram], Executable>;
}
