/**
 * The parts that turn a graph into something that runs, as one record, so that what traces and differentiates need not know which
 * planner and which interpreter an entry point has.
 */
import type { Piecewise } from "../../pieces/pieces.ts";
import type { Kernels } from "../ops/kernels.generated.ts";
import type { OpTable } from "../ops/op-table.ts";
import type { Backend } from "./executable.ts";
import type { Plan, Planner } from "./plan.ts";

/**
 * An engine makes graphs executable. `nondiff/core`, for pages that need few bytes, binds the plain one (an instruction for each op), every
 * other entry the fast one (sums gathered, ops fused). Their values agree up to rounding.
 */
export interface Engine {
  readonly plan: Piecewise<Parameters<Planner>, Plan>;
  /** It plans means over the lanes; without it a mean is made of every sample's values. */
  readonly planMeans?: Piecewise<Parameters<Planner>, Plan>;
  /** The interpreter's kernels by name: those of the ops of a table, and of instructions that are no ops; without it those of the ops alone. */
  readonly kernelsWith?: (ops: OpTable) => Kernels;
  /** What runs a tape unless its caller names a back end. */
  readonly interpreter: Backend;
  /** The numbers of inputs that are data, for a graph that has some; default those that it had last. */
  readonly numbers?: Float64Array;
}
