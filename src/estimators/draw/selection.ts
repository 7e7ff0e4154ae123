/** A selection says which boundaries are in every sample; the others are drawn, in the manner of `budget.ts`. */
import type { NodeId } from "../../autodiff/ops/op.ts";
import type { Boundary } from "../../boundaries/find/boundaries.ts";
import type { CorrectionPlan } from "../../boundaries/plan.ts";
import type { LaneInputs } from "../../objective/lane-inputs.ts";
import type { Adaptive } from "./learning.ts";

/** All boundaries in every sample, so many drawn uniformly, or by their cost the cheap ones and some of the others. */
export type BoundarySelection = "all" | "auto" | number;

/** The selection an option asks for, "all" if it says nothing; throws RangeError if it is none. */
export function requireSelection(caller: string, boundaries: BoundarySelection = "all"): BoundarySelection {
  if (boundaries === "all" || boundaries === "auto" || (Number.isInteger(boundaries) && boundaries >= 1))
    return boundaries;
  throw new RangeError(
    `${caller}: unknown boundaries; got ${String(boundaries)}, expected "all", "auto" or an integer ≥ 1`,
  );
}

export interface SelectedTerms {
  readonly summed: readonly { readonly boundary: Boundary; readonly term: ReadonlyMap<number, NodeId> }[];
  /** Boundaries of which `draws` are drawn in every sample; none if all are summed. */
  readonly drawn: readonly Boundary[];
  readonly draws: number;
  /** The term of the boundaries drawn, one node per parameter. */
  readonly correction: readonly NodeId[];
  readonly derived: readonly LaneInputs[];
  readonly adaptive?: Adaptive;
}

/** The terms of the boundaries that `isSummed` accepts, by default all of them. */
export function summedTerms(
  { boundaries, term }: CorrectionPlan,
  isSummed: (boundary: Boundary) => boolean = () => true,
): Pick<SelectedTerms, "summed"> {
  return { summed: boundaries.filter(isSummed).map((boundary) => ({ boundary, term: term(boundary) })) };
}
