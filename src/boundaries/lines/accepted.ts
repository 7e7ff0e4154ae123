/**
 * Which decisions are moved onto their boundaries, and which are counted along lines. A boundary is moved onto if this is proven:
 *
 * - its condition is affine in a block of variables with a slope that is 0 nowhere, so that moving them reaches all of it: y > log x
 *   and exp(x)·y > 1 are, x·y > 1 is not, as no x leads there from y = 0;
 * - no other decision that a term reads beside it is 0 together with it, but on a set that no sample meets: beside x > 0.4 there may be
 *   exp(y)·x > 1, not (x − 0.4)/exp(y) > 0. Where neither term reads the other's condition they do not matter to each other.
 *
 * Whatever is not proven is counted along lines, which asks for no proof.
 */
import { CODE } from "../../autodiff/ops/codes.ts";
import { isQuestion } from "../../conditions/comparisons.ts";
import type { Objective } from "../../objective/objective.ts";
import type { Pieces } from "../../pieces/pieces.ts";
import { provenDistinct } from "../check/distinct-values.ts";
import { asCondition, type Condition, conditionOf } from "../check/distinctness.ts";
import type { Boundary } from "../find/boundaries.ts";
import { type Decision, decisionPieces } from "./decisions.ts";

export interface Accepted {
  readonly boundaries: readonly Boundary[];
  readonly decisions: readonly Decision[];
}

/** Divides the decisions of an objective, given its boundaries. */
export function* accepted(objective: Objective, boundaries: readonly Boundary[]): Pieces<Accepted> {
  const { graph } = objective;
  const movable = boundaries.filter(({ blocks }) => blocks.length === 1 && blocks[0]!.safe);
  const ownerOf = new Map(movable.flatMap((of) => of.predicates.map(({ node }) => [node, of] as const)));
  const all = yield* decisionPieces(objective);
  const others = all.filter(({ node }) => !ownerOf.has(node));
  if (others.length === 0 && movable.every(({ family }) => family === movable[0]!.family))
    return { boundaries: movable, decisions: others };
  const conditions = new Map(movable.map((boundary) => [boundary, conditionOf(objective, boundary)]));
  const unproven = new Set<Boundary>();
  // What is counted along lines has to be apart from all that is left.
  const apart = (searched: Condition): void => {
    const lost = movable.filter(
      (boundary) => !unproven.has(boundary) && !provenDistinct(objective, conditions.get(boundary)!, searched),
    );
    for (const boundary of lost) unproven.add(boundary);
    for (const boundary of lost) apart(conditions.get(boundary)!);
  };
  for (const { node, operand } of others) {
    const searched = asCondition(objective, operand);
    // What asks whether x is a number changes elsewhere than where x is 0, and so does floor(x): then only variables that it does not
    // contain tell it apart.
    apart(
      isQuestion(graph, node) || graph.op[node] === CODE.floor ? { ...searched, node: graph.constant(0) } : searched,
    );
  }
  const bent = movable.filter((boundary) => !conditions.get(boundary)!.isLinear);
  const rank = new Map(bent.map((boundary, k) => [boundary, k]));
  for (const boundary of bent) {
    const reads = new Set(boundary.affected());
    for (const other of movable) {
      if (unproven.has(boundary) && unproven.has(other)) continue;
      // Parallel ones know of each other.
      if (other === boundary || other.family === boundary.family || (rank.get(other) ?? Infinity) < rank.get(boundary)!)
        continue;
      if (!other.affected().some((term) => reads.has(term))) continue;
      if (provenDistinct(objective, conditions.get(boundary)!, conditions.get(other)!)) continue;
      for (const lost of [boundary, other]) {
        if (unproven.has(lost)) continue;
        unproven.add(lost);
        apart(conditions.get(lost)!);
      }
    }
  }
  if (unproven.size === 0) return { boundaries: movable, decisions: others };
  return {
    boundaries: movable.filter((boundary) => !unproven.has(boundary)),
    decisions: all.filter(({ node }) => {
      const owner = ownerOf.get(node);
      return owner === undefined || unproven.has(owner);
    }),
  };
}
