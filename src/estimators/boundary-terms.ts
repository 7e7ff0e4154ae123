/** The pathwise term plus the boundary term of every condition: ∇θ ELBO as nodes. */
import { gradient } from "../autodiff/gradient.ts";
import type { NodeId } from "../autodiff/ops.ts";
import { type Boundary, requireBoundaries } from "./boundaries.ts";
import { jumpAcross, type Neighbours } from "./difference.ts";
import type { Estimator } from "./estimator.ts";
import { parallels, sometimesCoincident } from "./parallel.ts";
import { surfacesOf } from "./surface.ts";
import type { Target } from "./target.ts";

/** Pathwise gradient (or what has its mean) plus the boundary terms, one node per parameter. */
export function withBoundaryTerms(
  target: Target,
  pathwise: readonly NodeId[],
  boundaries: readonly Boundary[],
): NodeId[] {
  const { graph } = target;
  const corrections: NodeId[][] = pathwise.map(() => []);
  const neighbours = neighboursOf(target, boundaries);
  for (const boundary of boundaries)
    for (const [index, node] of boundaryTerm(target, boundary, neighbours(boundary))) corrections[index]!.push(node);
  return pathwise.map((node, index) => graph.algebra.add(node, graph.sum(corrections[index]!)));
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

/** `corrected()` without options: every boundary of every sample, nothing marginalised, independent points. */
export function plainCorrected(): Estimator {
  return {
    name: "corrected",
    build: (target, analysis) => ({
      gradient: withBoundaryTerms(
        target,
        gradient(target.graph, target.value, target.parameters),
        requireBoundaries("corrected", analysis()),
      ),
      normals: target.normals,
      choices: [],
    }),
  };
}
