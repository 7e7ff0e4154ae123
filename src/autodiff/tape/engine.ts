import type { Kernels } from "../ops/kernels.generated.ts";
import type { Backend } from "./executable.ts";
import type { Planner } from "./plan.ts";

/**
 * How graphs are made executable: an entry point binds one, so that a page that needs few bytes gets the plain engine (one
 * instruction per op) and everybody else the fast one (sums gathered, ops fused). Values agree up to rounding.
 */
export interface Engine {
  readonly plan: Planner;
  /** The plan for means over the lanes; without it a mean is made of every sample's values. */
  readonly planMeans?: Planner;
  /** The interpreter's kernels of instructions that are no ops, by name. */
  readonly kernels?: Kernels;
  /** What runs a tape unless its caller names a back end. */
  readonly interpreter: Backend;
}
