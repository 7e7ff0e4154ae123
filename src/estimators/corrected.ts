import { gradient } from "../autodiff/gradient.ts";
import type { NodeId } from "../autodiff/ops.ts";
import { type Boundary, requireBoundaries } from "./boundaries.ts";
import { jumpAcross, type Neighbours } from "./difference.ts";
import type { Estimator, EstimatorNodes } from "./estimator.ts";
import { parallels, sometimesCoincident } from "./parallel.ts";
import { surfacesOf } from "./surface.ts";
import type { Target } from "./target.ts";

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

function build(target: Target, boundaries: readonly Boundary[]): EstimatorNodes {
  const { graph, parameters, value, normals } = target;
  const pathwise = gradient(graph, value, parameters);
  const corrections: NodeId[][] = parameters.map(() => []);
  const neighbours = neighboursOf(target, boundaries);
  for (const boundary of boundaries)
    for (const [index, node] of boundaryTerm(target, boundary, neighbours(boundary))) corrections[index]!.push(node);
  return {
    gradient: pathwise.map((node, index) => graph.algebra.add(node, graph.sum(corrections[index]!))),
    normals,
    choices: [],
  };
}

/** What lies parallel to each of the boundaries. */
export function neighboursOf({ graph }: Target, boundaries: readonly Boundary[]): (boundary: Boundary) => Neighbours {
  const [parallel, coincident] = [parallels(graph, boundaries), sometimesCoincident(graph, boundaries)];
  return (boundary) => ({ parallel: parallel(boundary), coincident: coincident(boundary) });
}

/** The boundary term δ(c)·∇θ c·(ℓ⁺ − ℓ⁻) of one boundary, as nodes by parameter where they are not 0. */
export function boundaryTerm(target: Target, boundary: Boundary, neighbours: Neighbours): Map<number, NodeId> {
  const { graph, normals, guided } = target;
  const { algebra: A } = graph;
  const terms = new Map<number, NodeId>();
  for (const { at, weight, slope } of surfacesOf(target, boundary, normals, guided)) {
    const jump = jumpAcross(target, boundary, at, neighbours);
    if (graph.is(jump, 0)) continue;
    // chain: where the weight underflows to 0 the jump may overflow, and their product is 0.
    const weighted = A.chain(weight, jump);
    for (const [index, node] of slope) {
      const before = terms.get(index);
      const term = A.mul(weighted, node);
      terms.set(index, before === undefined ? term : A.add(before, term));
    }
  }
  return terms;
}
