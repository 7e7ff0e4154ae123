import { gradient } from "../autodiff/gradient.ts";
import type { NodeId } from "../autodiff/ops.ts";
import { requireBoundaries } from "./boundaries.ts";
import { jumpAcross } from "./difference.ts";
import type { Estimator, EstimatorNodes } from "./estimator.ts";
import { surfaceOf } from "./surface.ts";
import { placedAt, type Target } from "./target.ts";

/**
 * The pathwise estimator plus the boundary term of every condition, in every sample.
 *
 * Estimates: ∇θ ELBO = E[∇θ ℓ] + Σ_k E[δ(c_k)·∇θ c_k·(ℓ_k⁺ − ℓ_k⁻)]. Using: reverse mode, and for each boundary the
 * sample's own draw moved onto it. Requires: conditions affine, with constant coefficients, in at least one latent that
 * the rest of the condition does not depend on; others are refused with a RangeError that names them.
 * Unbiased when: always, if accepted. State: none. Source: Lee, Yu and Yang, NeurIPS 2018 (arXiv:1806.00176), Theorem 4,
 * with all boundaries summed and whole blocks of latents projected by Matheron's rule.
 */
export function corrected(): Estimator {
  return { name: "corrected", build: (target, analysis) => build(target, requireBoundaries("corrected", analysis())) };
}

function build(target: Target, boundaries: ReturnType<typeof requireBoundaries>): EstimatorNodes {
  const { graph, guide, parameters, value, normals } = target;
  const { algebra: A } = graph;
  const contributions: NodeId[][] = parameters.map(() => []);
  for (const boundary of boundaries) {
    const surface = surfaceOf(target, boundary, guide.epsilon, target.guided);
    const jump = jumpAcross(target, boundary, placedAt(target, surface.epsilon));
    if (graph.is(jump, 0)) continue;
    // chain: where the weight underflows to 0 the jump may overflow, and their product is 0.
    const weighted = A.chain(surface.weight, jump);
    for (const [index, slope] of surface.slope) contributions[index]!.push(A.mul(weighted, slope));
  }
  const pathwise = gradient(graph, value, parameters);
  return {
    gradient: pathwise.map((node, index) => A.add(node, graph.sum(contributions[index]!))),
    normals,
    choices: [],
  };
}
