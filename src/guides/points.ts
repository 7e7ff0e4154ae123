/**
 * Guides of models that have parameters without spread, `param("m", 0)`: θ holds what the guide of the latents has, then these numbers
 * themselves. They have no noise and are in no density, so that ELBO and gradient see them as they see data.
 */
import type { Trace } from "../program/trace.ts";
import type { Guide, GuideNodes, GuideSpace } from "./guide.ts";
import { meanField } from "./mean-field.ts";
import { scoresOf } from "./scores.ts";

/** The guide that a program is put under: the one that was chosen, with room for the points of the program where it has any. */
export function guideOf({ points }: Trace, chosen: Guide | undefined): Guide | undefined {
  return points.length > 0 ? withPoints(chosen ?? meanField()) : chosen;
}

/** The guide with the points of the model behind its own parameters; the guide itself where there are none. */
export function withPoints(guide: Guide): Guide {
  return {
    ...guide,
    over(trace) {
      const space = guide.over(trace);
      const { points } = trace;
      if (points.length === 0) return space;
      const size = space.parts.reduce((sum, { names }) => sum + names.length, 0);
      // No `pairs`: a fit that chooses its steps knows means and scales only.
      const { pairs: _, ...rest } = space;
      const extended: GuideSpace = {
        ...rest,
        parts: [...space.parts, { key: "points", of: "points", names: points.map(({ name }) => name) }],
        initial() {
          const own = space.initial();
          return { ...own, points: own.points ?? points.map(({ start }) => start) };
        },
        numbers: (theta) => ({ ...space.numbers(theta.subarray(0, size)), points: theta.slice(size) }),
        place(graph): GuideNodes {
          const nodes = space.place(graph);
          return {
            ...nodes,
            space: extended,
            parameters: [...nodes.parameters, ...points.map(({ node }) => node)],
            scores: (count) => [...scoresOf(graph, nodes)(count), ...points.map(() => graph.constant(0))],
          };
        },
      };
      return extended;
    },
  };
}
