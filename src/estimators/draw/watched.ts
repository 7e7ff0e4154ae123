/**
 * Nets under the terms of a correction: they look at the first parameters that a gradient is computed at, once, and throw if what is counted is
 * not what the program does. They cost some thousand evaluations of ℓ in all, whatever the number of samples.
 */
import { MASK } from "../../autodiff/graph/graph.ts";
import { isWithinReach } from "../../boundaries/nets/reach.ts";
import { requireTwoSidedJumps } from "../../boundaries/nets/two-sided.ts";
import { requireNoUncountedJumps } from "../../boundaries/nets/uncounted.ts";
import type { CorrectionPlan } from "../../boundaries/plan.ts";
import type { LaneInputs } from "../../objective/lane-inputs.ts";
import { finished, type Pieces } from "../../pieces/pieces.ts";
import { selectedTerms } from "./budget.ts";
import type { BoundarySelection, SelectedTerms } from "./selection.ts";

/** `selectedTerms` with nets under them. */
export function watchedTerms(plan: CorrectionPlan, selection: BoundarySelection): SelectedTerms {
  const selected = selectedTerms(plan, selection);
  if (plan.boundaries.length === 0 && plan.counted === undefined && !mayJump(plan)) return selected;
  return { ...selected, derived: [...selected.derived, nets(plan, selected)] };
}

// What no condition switches cannot jump but at poles, which are counted.
function mayJump({ path }: CorrectionPlan): boolean {
  const { graph, terms } = path.objective;
  return graph.reachable(terms.map(({ node }) => node)).some((node) => graph.hasFlag(node, MASK));
}

// An input of no rows: its fill sees the parameters of every pass.
function nets(plan: CorrectionPlan, { drawn }: SelectedTerms): LaneInputs {
  let isWatched = false;
  function* watch(theta: Float64Array): Pieces<void> {
    if (isWatched) return;
    isWatched = true;
    if (!isWithinReach(plan.objective, theta)) return;
    yield* requireNoUncountedJumps(plan, theta);
    yield;
    // Boundaries that are drawn have no terms of their own.
    if (drawn.length === 0) requireTwoSidedJumps(plan, theta);
  }
  return {
    nodes: [],
    reads: [],
    fill({ theta }) {
      if (!isWatched) finished(watch(theta)); // a generator in every step would leave 200 bytes
    },
    prepare: watch,
  };
}
