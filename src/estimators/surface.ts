/**
 * The guide on a boundary c = Σ_{i∈B} a_i z_i + rest = 0, as graph nodes.
 *
 * Given the latents outside the block, c ~ N(m, s²) with m = Σ a_i μ_i + rest and s² = Σ (a_i σ_i)². A draw on the
 * boundary is the base draw moved by Matheron's rule, ε*_i = ε_i − α_i c/s² with α_i = a_i σ_i; for a block of one it is
 * ε* = −m/α whatever the draw. The density of c at 0 is φ(m/s)/s.
 */

import { gradient } from "../autodiff/gradient.ts";
import type { NodeId } from "../autodiff/ops.ts";
import { substitute } from "../autodiff/substitute.ts";
import type { Boundary } from "./boundaries.ts";
import type { Target } from "./target.ts";

const INV_SQRT_2PI = 0.3989422804014327; // 1/√(2π)

export interface Surface {
  /** Noise of every latent on the boundary. */
  readonly epsilon: readonly NodeId[];
  /** Density of c at 0, given the latents outside the block. */
  readonly weight: NodeId;
  /** ∂c/∂θ on the boundary, for the parameters where it is not 0. */
  readonly slope: ReadonlyMap<number, NodeId>;
}

/** The surface of a boundary for the base draw `epsilon`, at which `base` evaluates nodes of the trace. */
export function surfaceOf(
  target: Target,
  boundary: Boundary,
  epsilon: readonly NodeId[],
  base: Map<NodeId, NodeId>,
): Surface {
  const { graph, guide, parameters } = target;
  const { algebra: A } = graph;
  const { block } = boundary;
  const n = guide.mu.length;
  const [rest] = substitute(graph, [boundary.rest], base) as [NodeId];
  const a = block.map(({ coefficient }) => A.constant(coefficient));
  const alpha = block.map(({ latent }, j) => A.mul(a[j]!, guide.sigma[latent]!));
  const mean = A.add(graph.sum(block.map(({ latent }, j) => A.mul(a[j]!, guide.mu[latent]!))), rest);
  const moved = [...epsilon];
  let standardised: NodeId;
  let sd: NodeId;
  if (block.length === 1) {
    standardised = A.div(mean, alpha[0]!);
    moved[block[0]!.latent] = A.neg(standardised);
    sd = A.abs(alpha[0]!);
  } else {
    const variance = graph.sum(alpha.map((node) => A.square(node)));
    const draw = graph.sum(block.map(({ latent }, j) => A.mul(alpha[j]!, epsilon[latent]!)));
    const condition = A.add(mean, draw);
    block.forEach(({ latent }, j) => {
      moved[latent] = A.sub(epsilon[latent]!, A.mul(A.div(alpha[j]!, variance), condition));
    });
    sd = A.sqrt(variance);
    standardised = A.div(mean, sd);
  }
  const exponential = A.exp(A.mul(A.constant(-0.5), A.square(standardised)));
  const weight = A.mul(A.div(A.constant(INV_SQRT_2PI), sd), exponential);

  const slope = new Map<number, NodeId>();
  block.forEach(({ latent }, j) => {
    slope.set(latent, a[j]!);
    slope.set(n + latent, A.mul(A.mul(a[j]!, moved[latent]!), A.sigmoid(guide.rho[latent]!)));
  });
  gradient(graph, rest, parameters).forEach((node, index) => {
    if (graph.is(node, 0)) return;
    const own = slope.get(index);
    slope.set(index, own === undefined ? node : A.add(own, node));
  });
  return { epsilon: moved, weight, slope };
}
