/**
 * Nets under the terms of a correction: they look at the first parameters that a gradient is computed at, once, and throw if what is counted is
 * not what the program does. They cost some thousand evaluations of ℓ in all, whatever the number of samples.
 */
import { MASK } from "../../autodiff/graph/graph.ts";
import { requireTwoSidedJumps } from "../../boundaries/nets/two-sided.ts";
import { requireNoUncountedJumps } from "../../boundaries/nets/uncounted.ts";
import type { CorrectionPlan } from "../../boundaries/plan.ts";
import type { LaneInputs } from "../../objective/lane-inputs.ts";
import { finished, type Pieces } from "../../pieces/pieces.ts";
import { selectedTerms } from "./budget.ts";
import type { BoundarySelection, SelectedTerms } from "./selection.ts";

/** Guides beyond these are not looked at. */
const [FARTHEST, NARROWEST] = [1e8, 1e-7];

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
    if (!isWithinReach(plan, theta)) return;
    yield* requireNoUncountedJumps(plan, theta);
    yield;
    // Boundaries that are drawn have no terms of their own.
    if (drawn.length === 0) requireTwoSidedJumps(plan, theta);
  }
  return { nodes: [], reads: [], fill: ({ theta }) => finished(watch(theta)), prepare: watch };
}

// Beside a mean of 1e16 the doubles lie 2 apart, and a guide of sd 1e-3 there has no two sides that anyone could tell apart.
function isWithinReach({ objective: { guide } }: CorrectionPlan, theta: Float64Array): boolean {
  if (!theta.every(Number.isFinite)) return false; // whoever draws from it says so, with its name
  const { means, sigmas } = guide.space.numbers(theta);
  return means.every((mean, i) => {
    const sd = sigmas[i]!;
    return Math.abs(mean) < FARTHEST && sd < FARTHEST && sd > NARROWEST * Math.max(1, Math.abs(mean));
  });
}
