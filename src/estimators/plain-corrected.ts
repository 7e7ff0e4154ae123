import { gradient } from "../autodiff/graph/gradient.ts";
import { requireBoundaries } from "../boundaries/find/boundaries.ts";
import { boundaryTerm, neighboursOf } from "../boundaries/jump/boundary-terms.ts";
import { surfaceOf } from "../boundaries/move/projection.ts";
import type { Estimator } from "./estimator.ts";

/**
 * `corrected()` without options: every boundary of every sample, nothing marginalised, independent points. It takes conditions
 * with a slope that is 0 nowhere; else it takes the full one to see what moving does not reach.
 */
export function plainCorrected(): Estimator {
  return {
    name: "corrected",
    build(objective, analysis) {
      const { graph, normals, parameters, value } = objective;
      const boundaries = requireBoundaries("corrected", analysis(), ([block]) => block?.safe ?? false);
      const neighbours = neighboursOf(objective, boundaries);
      const terms = gradient(graph, value, parameters).map((node) => [node]);
      for (const boundary of boundaries) {
        const surface = surfaceOf(objective, boundary, boundary.blocks[0]!);
        for (const [p, node] of boundaryTerm(objective, boundary, neighbours(boundary), [surface]))
          terms[p]!.push(node);
      }
      return {
        gradient: terms.map(([pathwise, ...others]) => graph.algebra.add(pathwise!, graph.sum(others))),
        normals,
      };
    },
  };
}
