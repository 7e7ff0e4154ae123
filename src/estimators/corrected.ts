import type { NodeId } from "../autodiff/ops/op.ts";
import { mergeCoincident } from "../boundaries/check/coincident.ts";
import { covered } from "../boundaries/check/unreached.ts";
import { analyseBoundaries, type Boundary, requireBoundaries } from "../boundaries/find/boundaries.ts";
import { affordable } from "../boundaries/move/cheaper-blocks.ts";
import { type Surface, surfacesOf } from "../boundaries/move/projection.ts";
import { type Curve, curveOf } from "../boundaries/move/roots-along-lines.ts";
import { CONSTANT_CONDITIONS } from "../conditions/constant-conditions.ts";
import { MARGINALISATION } from "../conditions/marginalisation.ts";
import { PEELING } from "../conditions/peeling.ts";
import { type Entropy, pathwise, requireEntropy } from "../objective/entropy.ts";
import type { Objective } from "../objective/objective.ts";
import { type Pass, rewritten } from "../objective/pass.ts";
import { type BoundarySelection, requireSelection, selectedTerms } from "./draw/budget.ts";
import type { Estimator, EstimatorNodes } from "./estimator.ts";
import { type NoiseOptions, noiseOf } from "./sample-points.ts";

export interface CorrectedOptions extends NoiseOptions {
  /** How the guide's entropy is counted (default "sampled"). */
  readonly entropy?: Entropy;
  /** Take the expectation over variables that a term contains only inside conditions (default true). */
  readonly marginalise?: boolean;
  /**
   * "all" (default): every boundary in every sample. A count: so many per sample, drawn uniformly with replacement and
   * evaluated at once. "auto": the cheap ones in every sample, some of the expensive ones drawn with probabilities that
   * follow their contributions (`select.ts` has the rule). Boundaries with several surfaces (curved ones, several blocks)
   * are in every sample. The mean is the same.
   */
  readonly boundaries?: BoundarySelection;
}

/**
 * The pathwise estimator plus the boundary term of every condition, in every sample.
 *
 * Estimates: ∇θ ELBO = E[∇θ ℓ] + Σ_k E[δ(c_k)·∇θ c_k·(ℓ_k⁺ − ℓ_k⁻)]. Using: reverse mode, expectations over variables that
 * a term contains only inside conditions, and for each boundary that is left the sample's own draw moved onto it.
 * Requires: conditions that, the other variables given, are affine in at least one variable, or whose roots along single
 * variables can be isolated with a guarantee; others are refused with a RangeError that names them. Unbiased when:
 * accepted, if the density jumps at conditions alone (unlike sigmoid(1/z); `fit` warns). **Biased**, and not seen so far,
 * where a divisor is 0 together with what it divides, as in tanh(w)/w > y, or |u| is a factor that is not written as one.
 * State: with `boundaries: "auto"` the second moments of the terms of boundaries drawn so far.
 * Source: Lee, Yu and Yang, NeurIPS 2018 (arXiv:1806.00176), Theorem 4, with all boundaries summed and whole blocks of
 * variables projected by Matheron's rule.
 */
export function corrected(options: CorrectedOptions = {}): Estimator {
  const { marginalise = true } = options;
  const entropy = requireEntropy("corrected", options.entropy);
  const selection = requireSelection("corrected", options.boundaries ?? "all");
  const noise = noiseOf("corrected", options);
  return {
    name: "corrected",
    ...(noise && { noise }),
    build: (objective, analysis) => build(objective, entropy, marginalise, selection, analysis),
  };
}

function build(
  original: Objective,
  entropy: Entropy,
  marginalise: boolean,
  selection: BoundarySelection,
  analysis: () => ReturnType<typeof analyseBoundaries>,
): EstimatorNodes {
  const path = pathwise(original, entropy, (objective) => rewritten(passesOf(marginalise), objective));
  const objective = path.seen;
  const found = requireBoundaries(
    "corrected",
    objective === original ? analysis() : analyseBoundaries(objective),
    () => true,
  );
  const boundaries = reached(objective, found);
  const curves: Curve[] = [];
  const surfaces = (boundary: Boundary): readonly Surface[] => {
    if (boundary.blocks.length > 0) return surfacesOf(objective, boundary);
    const curve = curveOf(objective, boundary);
    curves.push(curve);
    return curve.surfaces;
  };
  const { summed, correction, derived, adaptive } = selectedTerms(
    objective,
    path.gradient,
    boundaries,
    surfaces,
    selection,
  );
  const { graph } = objective;
  const corrections: NodeId[][] = path.gradient.map(() => []);
  for (const { term } of summed) for (const [p, node] of term) corrections[p]!.push(node);
  correction.forEach((node, p) => {
    corrections[p]!.push(node);
  });
  const gradient = path.gradient.map((node, p) => graph.algebra.add(node, graph.sum(corrections[p]!)));
  return {
    value: objective.value,
    gradient,
    normals: [...objective.normals, ...curves.flatMap(({ normals }) => normals)],
    derived: [...curves.flatMap((curve) => curve.derived), ...derived],
    ...(adaptive && { adaptive }),
  };
}

/** The boundaries as `corrected` moves onto them: what is affordable, covered, and not twice the same. */
export function reached(objective: Objective, boundaries: readonly Boundary[]): readonly Boundary[] {
  return mergeCoincident(objective, covered(objective, affordable(objective, boundaries)));
}

/** The rewritings of the objective before its boundaries are found, in their order. */
export function passesOf(marginalise: boolean): readonly Pass[] {
  return marginalise ? [CONSTANT_CONDITIONS, PEELING, MARGINALISATION] : [CONSTANT_CONDITIONS, PEELING];
}
