import { expect, test } from "vitest";
import { analyseBoundaries, type Boundary } from "../../../src/boundaries/find/boundaries.ts";
import type { BesideFamily } from "../../../src/boundaries/find/parallel-family.ts";
import { boundaryTerm, neighboursOf } from "../../../src/boundaries/jump/boundary-terms.ts";
import { sparing } from "../../../src/boundaries/jump/unmoved-nodes.ts";
import { surfaceOf } from "../../../src/boundaries/move/projection.ts";
import { collapseTrace } from "../../../src/collapse/collapse.ts";
import { fullRank } from "../../../src/guides/full-rank.ts";
import { meanField } from "../../../src/guides/mean-field.ts";
import { temperature } from "../../../src/models/index.ts";
import { objectiveOf } from "../../../src/objective/objective.ts";
import { trace } from "../../../src/program/trace.ts";

const guides = [meanField(), fullRank()];
// Its switches are summed out, so that all conditions on its 21 temperatures are below one sum, two parallel ones on each.
const objectives = guides.map((guide) => objectiveOf(collapseTrace(trace(temperature)).trace, guide));

// Under full rank the noise of a temperature moves the later ones too.
test.each(guides.map(({ name }, g) => [name, objectives[g]!, [0.3, 0][g]!] as const))(
  "what a boundary leaves as it is changes no boundary term, under %s",
  (_name, objective, share) => {
    const { graph } = objective;
    const { boundaries } = analyseBoundaries(objective);
    const beside = sparing(objective, boundaries);
    const neighbours = neighboursOf(objective, boundaries);
    const term = (boundary: Boundary, family: BesideFamily | undefined): [number, number][] => [
      ...boundaryTerm(objective, boundary, { ...neighbours(boundary), family }, surfaceOf(objective, boundary)),
    ];
    expect(boundaries.length).toBe(40);
    for (const boundary of boundaries) {
      // What is made of shared parts is other nodes (`linear-paths.test.ts`).
      const { apart, ...family } = beside(boundary)!;
      expect(apart).toBeDefined();
      const alone = term(boundary, undefined);
      // Equal expressions are the same nodes.
      expect(term(boundary, family)).toEqual(alone);
      const below = graph.reachable(boundary.affected().map(({ node }) => node));
      const left = below.filter((node) => family.value(node) !== undefined);
      expect(left.length).toBeGreaterThan(share * below.length);
      expect(left.some((node) => family.mayJump(node))).toBe(false);
      // What is taken for unmoved and is not changes the term.
      const value = (node: number) => objective.guided.get(node);
      expect(term(boundary, { ...family, value })).not.toEqual(alone);
    }
  },
);
