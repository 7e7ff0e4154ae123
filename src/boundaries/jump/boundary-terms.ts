/** The pathwise term plus the boundary term of every condition: ∇θ ELBO as nodes. */
import { gradient } from "../../autodiff/graph/gradient.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import type { Estimator } from "../../estimators/estimator.ts";
import type { Target } from "../../objective/objective.ts";
import { type Boundary, requireBoundaries } from "../find/boundaries.ts";
import { parallels, sometimesCoincident } from "../find/parallels.ts";
import { type Surface, surfaceOf } from "../move/projection.ts";
import { jumpAcross, type Neighbours } from "./jump.ts";

/** What lies parallel to each of the boundaries. */
export function neighboursOf({ graph }: Target, boundaries: readonly Boundary[]): (boundary: Boundary) => Neighbours {
  const [parallel, coincident] = [parallels(graph, boundaries), sometimesCoincident(graph, boundaries)];
  return (boundary) => ({ parallel: parallel(boundary), coincident: coincident(boundary) });
}

/** The boundary term δ(c)·∇θ c·(ℓ⁺ − ℓ⁻) of one boundary, as nodes by parameter where they are not 0. */
export function boundaryTerm(
  target: Target,
  boundary: Boundary,
  neighbours: Neighbours,
  surfaces: readonly Surface[],
): Map<number, NodeId> {
  const { graph } = target;
  const { algebra: A } = graph;
  const terms = new Map<number, NodeId>();
  for (const { at, weight, slope } of surfaces) {
    const jump = jumpAcross(target, boundary, at, neighbours);
    if (graph.is(jump, 0)) continue;
    // chain: where the weight underflows to 0 the jump may overflow, and their product is 0.
    const weighted = A.chain(weight, jump);
    for (const [index, node] of slope) {
      const before = terms.get(index);
      // Along a curve a sample may have no root, and beside an overflow the surface lies at ∞: neither counts for anything.
      const term = A.chain(weighted, node);
      terms.set(index, before === undefined ? term : A.add(before, term));
    }
  }
  return terms;
}

/**
 * `corrected()` without options: every boundary of every sample, nothing marginalised, independent points. It takes conditions
 * with a slope that is 0 nowhere; else it takes the full one to see what moving does not reach.
 */
export function plainCorrected(): Estimator {
  return {
    name: "corrected",
    build(target, analysis) {
      const { graph, normals, parameters, value } = target;
      const boundaries = requireBoundaries("corrected", analysis(), ([block]) => block?.safe ?? false);
      const neighbours = neighboursOf(target, boundaries);
      const terms = gradient(graph, value, parameters).map((node) => [node]);
      for (const boundary of boundaries) {
        const surface = surfaceOf(target, boundary, boundary.blocks[0]!);
        for (const [p, node] of boundaryTerm(target, boundary, neighbours(boundary), [surface])) terms[p]!.push(node);
      }
      return {
        gradient: terms.map(([pathwise, ...others]) => graph.algebra.add(pathwise!, graph.sum(others))),
        normals,
      };
    },
  };
}
