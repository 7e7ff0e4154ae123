/** `corrected` is the estimator that this library is about: the pathwise gradient, and the terms of the boundaries that it does not see. */

import type { NodeId } from "../autodiff/ops/op.ts";
import type { BoundaryAnalysis } from "../boundaries/find/boundaries.ts";
import { type CorrectionPlan, planning, requireAccepted, withTermsKept } from "../boundaries/plan.ts";
import { requireNoMore } from "../checks/arguments.ts";
import { type OptionTable, requireOptions } from "../checks/options.ts";
import type { Block } from "../conditions/affine-blocks.ts";
import { type Entropy, requireEntropy } from "../objective/entropy.ts";
import type { Objective } from "../objective/objective.ts";
import type { Pass } from "../objective/pass.ts";
import { finished, type Pieces, piecewise } from "../pieces/pieces.ts";
import { type BoundarySelection, requireSelection, type SelectedTerms, summedTerms } from "./draw/selection.ts";
import {
  beyondCore,
  type Estimator,
  type EstimatorNodes,
  entropyUnder,
  NOISE_OPTIONS,
  type NoiseOptions,
  type Repertoire,
} from "./estimator.ts";
import { withNoise } from "./sample-points.ts";

/** The options that decide which boundaries are counted, and how; `explain` takes the same. */
export interface CorrectionChoice {
  /** How the guide's entropy is counted (default "sampled"; `nondiff/core` has no other). */
  readonly entropy?: Entropy | undefined;
  /**
   * Take the expectation over variables that a term contains only inside conditions (default true under `nondiff`;
   * `nondiff/core` cannot).
   */
  readonly marginalise?: boolean | undefined;
  /**
   * "all" (default): every boundary in every sample. A count: so many per sample, drawn uniformly with replacement and
   * evaluated at once. "auto": the cheap ones in every sample, some of the expensive ones drawn with probabilities that
   * follow their contributions (`budget.ts` has the rule). Boundaries with several surfaces (curved ones, several blocks)
   * are in every sample. The mean is the same. `nondiff/core` has "all" only.
   */
  readonly boundaries?: BoundarySelection | undefined;
}

export interface CorrectedOptions extends NoiseOptions, CorrectionChoice {}

export const CHOICE: OptionTable<CorrectionChoice> = { entropy: "any", marginalise: "boolean", boundaries: "any" };

/**
 * The pathwise estimator plus the boundary term of every condition, in every sample.
 *
 * Estimates: ∇θ ELBO = E[∇θ ℓ] + Σ_k E[δ(c_k)·∇θ c_k·(ℓ_k⁺ − ℓ_k⁻)]. Using: reverse mode, expectations over variables that
 * a term contains only inside conditions, and for each boundary that is left the sample's own draw moved onto it.
 * What is not proven to be such a boundary (curves, poles, edges of domains, conditions that may coincide, values that jump without
 * a condition) is counted along the lines of single noises, at every place where it changes. Requires: that these places can be
 * told apart, or it is refused with a RangeError that names it. Under `nondiff/core`: conditions that are affine in a variable with a
 * slope that is 0 nowhere, and jumps at conditions alone (unlike sigmoid(1/z); `fit` warns). Unbiased when: accepted.
 * State: with `boundaries: "auto"` the second moments of the terms of boundaries drawn so far.
 * Source: Lee, Yu and Yang, NeurIPS 2018 (arXiv:1806.00176), Theorem 4, with all boundaries summed and whole blocks of
 * variables projected by Matheron's rule.
 */
export function corrected(options: CorrectedOptions = {}): Estimator {
  requireNoMore("corrected", 1, arguments);
  requireOptions<CorrectedOptions>("corrected", options, { ...CHOICE, ...NOISE_OPTIONS });
  requireChoice("corrected", options);
  const estimator: Estimator = {
    name: "corrected",
    countsAllJumps: true,
    build: piecewise(function* (objective, repertoire, analysis) {
      const plan = yield* correctionPieces("corrected", objective, repertoire, options, analysis);
      requireAccepted("corrected", plan, repertoire.lines ? "" : MORE_CONDITIONS);
      yield;
      return nodesOf(plan, selectedUnder("corrected", repertoire, plan, options));
    }),
  };
  return withNoise(estimator, options, { points: "rqmc", pairing: "antithetic" });
}

const MORE_CONDITIONS = "nondiff (not nondiff/core) treats such conditions; ";

/** Throws RangeError for options that no entry takes. */
export function requireChoice(caller: string, { entropy, boundaries }: CorrectionChoice): void {
  requireEntropy(caller, entropy);
  requireSelection(caller, boundaries);
}

/** The rewritings that the options ask for, in their order; RangeError for what the repertoire lacks. */
export function passesUnder(
  caller: string,
  { conditionPasses, marginalisation }: Repertoire,
  { marginalise = marginalisation !== undefined }: CorrectionChoice,
): readonly Pass[] {
  if (!marginalise) return conditionPasses;
  return marginalisation ? [...conditionPasses, marginalisation] : beyondCore(caller, "marginalise", true, false);
}

/** The plan of the correction that the options ask for; RangeError for what the repertoire lacks. */
export function correctionPlan(
  caller: string,
  objective: Objective,
  repertoire: Repertoire,
  options: CorrectionChoice,
): CorrectionPlan {
  return withTermsKept(finished(correctionPieces(caller, objective, repertoire, options)));
}

function* correctionPieces(
  caller: string,
  objective: Objective,
  repertoire: Repertoire,
  options: CorrectionChoice,
  analysis?: () => BoundaryAnalysis,
): Pieces<CorrectionPlan> {
  const entropy = entropyUnder(caller, repertoire, options.entropy);
  const passes = passesUnder(caller, repertoire, options);
  const accepts = ([block]: readonly Block[]): boolean => repertoire.lines !== undefined || block?.safe === true;
  const plan = yield* planning(objective, { ...repertoire, entropy, passes, accepts }, analysis);
  repertoire.requireSame?.(plan.path, repertoire.conditionPasses);
  return plan;
}

/** Terms that are summed; drawn ones where a repertoire has them. */
type SummedTerms = Pick<SelectedTerms, "summed"> & Partial<SelectedTerms>;

/** The terms of a plan that the options ask for; RangeError for what the repertoire lacks. */
export function selectedUnder(
  caller: string,
  { select }: Repertoire,
  plan: CorrectionPlan,
  { boundaries = "all" }: CorrectionChoice,
): SummedTerms {
  if (select) return select(plan, boundaries);
  if (boundaries !== "all") beyondCore(caller, "boundaries", boundaries, "all");
  return summedTerms(plan);
}

function nodesOf(
  { path, objective, boundaries, counted }: CorrectionPlan,
  { summed, correction = [], derived = [], adaptive }: SummedTerms,
): EstimatorNodes {
  const { graph } = objective;
  const corrections: NodeId[][] = path.gradient.map(() => []);
  const terms = [...summed.map(({ term }) => term), counted?.term ?? [], correction.entries()];
  for (const term of terms) for (const [p, node] of term) corrections[p]!.push(node);
  return {
    value: objective.value,
    smooth: boundaries.length === 0 && counted === undefined,
    lined: counted?.decisions.length,
    gradient: path.gradient.map((node, p) => graph.algebra.add(node, graph.sum(corrections[p]!))),
    normals: objective.normals,
    derived: [...(counted?.derived ?? []), ...derived],
    ...(adaptive && { adaptive }),
  };
}
