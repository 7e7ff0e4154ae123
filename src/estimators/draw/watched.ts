/**
 * Nets under the terms of a correction: they look at the first parameters that a gradient is computed at, and again where a fit has ended
 * or when it has come far on many samples, and throw if what is counted is not what the program does. A look takes some thousand
 * evaluations of ℓ, whatever the number of samples.
 */
import { MASK } from "../../autodiff/graph/graph.ts";
import { requireSameTerms } from "../../boundaries/check/rewritings.ts";
import { isWithinReach } from "../../boundaries/nets/reach.ts";
import { twoSidedJumps } from "../../boundaries/nets/two-sided.ts";
import { uncountedJumps } from "../../boundaries/nets/uncounted.ts";
import { type CorrectionPlan, withTermsKept } from "../../boundaries/plan.ts";
import { MARGINALISATION } from "../../conditions/marginalisation.ts";
import type { GuideNumbers } from "../../guides/guide.ts";
import { type LaneInputs, laneInputs } from "../../objective/lane-inputs.ts";
import { finished, type Pieces } from "../../pieces/pieces.ts";
import { selectedTerms } from "./budget.ts";
import type { BoundarySelection, SelectedTerms } from "./selection.ts";

/** Samples after which a fit under way is looked at again: beside so many a look costs less than a fiftieth. */
const SAMPLES = 131_072;
/** How far a guide has moved that is looked at again: a mean in its standard deviations, a standard deviation as a factor. */
const [FAR, OTHER] = [1, 2];

/** `selectedTerms` with nets under them. */
export function watchedTerms(planned: CorrectionPlan, selection: BoundarySelection): SelectedTerms {
  const plan = withTermsKept(planned);
  const selected = selectedTerms(plan, selection);
  if (plan.boundaries.length === 0 && plan.counted === undefined && !mayJump(plan)) return selected;
  return { ...selected, derived: [...selected.derived, nets(plan, selected)] };
}

// A term that no condition switches cannot jump but at poles, which are counted.
function mayJump({ path }: CorrectionPlan): boolean {
  const { graph, terms } = path.objective;
  return graph.reachable(terms.map(({ node }) => node)).some((node) => graph.hasFlag(node, MASK));
}

type Where = Pick<GuideNumbers, "means" | "sigmas">;

function isElsewhere(before: Where, { means, sigmas }: Where): boolean {
  return means.some((mean, i) => {
    const [sd, was] = [sigmas[i]!, before.sigmas[i]!];
    return Math.abs(mean - before.means[i]!) > FAR * Math.min(sd, was) || sd > OTHER * was || was > OTHER * sd;
  });
}

// An input of no rows: its fill sees the parameters of every pass.
function nets(plan: CorrectionPlan, { drawn }: SelectedTerms): LaneInputs {
  const [uncounted, twoSided] = [uncountedJumps(plan), twoSidedJumps(plan)];
  const { objective, path } = plan;
  const { space } = objective.guide;
  const marginalised = path.stages.findIndex(({ pass }) => pass === MARGINALISATION);
  const last = path.stages.at(marginalised < 0 ? -1 : marginalised - 1);
  const simplified = marginalised === 0 ? undefined : last?.objective;
  let seen: Where | undefined;
  let [mayStep, samples, next] = [false, 0, 0];
  function* watch(theta: Float64Array): Pieces<void> {
    next = samples + SAMPLES;
    if (!isWithinReach(objective, theta)) return;
    const { means, sigmas } = space.numbers(theta);
    if (seen && !isElsewhere(seen, { means, sigmas })) return;
    seen = { means: means.slice(), sigmas: sigmas.slice() };
    mayStep = yield* uncounted(theta);
    yield;
    if (simplified) requireSameTerms(path.objective, simplified, theta);
    yield;
    // Boundaries that are drawn have no terms of their own.
    if (drawn.length === 0) twoSided(theta);
  }
  return laneInputs({
    nodes: [],
    reads: [],
    fill({ theta, lanes }) {
      if (samples >= next) finished(watch(theta)); // a generator in every step would leave 200 bytes
      samples += lanes;
    },
    prepare: watch,
    mayStep: () => mayStep,
  });
}
