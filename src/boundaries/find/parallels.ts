/**
 * A condition may be parallel to a boundary, as z > 1 is to z > 0. On that boundary c_j = offset_j − offset_k, whose sign is exact, while c_j
 * evaluated at a rounded point would be noise where two boundaries meet or almost meet. Offsets that depend on other
 * conditions may be equal for some samples and not for others: then both conditions flip together, and only the first
 * boundary of the two counts.
 */

import type { Graph } from "../../autodiff/graph/graph.ts";
import { append } from "../../autodiff/graph/multimap.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import type { Boundary } from "./boundaries.ts";

/** Side of a boundary: where c is just above 0, or just below. */
export type Side = 1 | -1;

export interface Parallel {
  readonly of: Boundary;
  readonly sign: 1 | -1;
  /** offset_j − offset_k, in terms of the trace. */
  readonly difference: NodeId;
}

/** For a boundary, a function from a predicate to what makes it parallel; undefined for others and for its own. */
export function parallels(
  graph: Graph,
  boundaries: readonly Boundary[],
): (on: Boundary) => (node: NodeId) => Parallel | undefined {
  const owner = new Map(
    boundaries.flatMap((of) => of.predicates.map(({ node, sign }) => [node, { of, sign }] as const)),
  );
  return (on) => {
    // A condition that decides the offset itself is known by the place of the boundary, which is no root within rounding of a jump.
    const deciding = new Set(graph.isConstant(on.offset) ? [] : graph.reachable([on.offset]));
    return (node) => {
      const found = owner.get(node);
      if (found === undefined || found.of === on || found.of.family !== on.family || deciding.has(node))
        return undefined;
      return { ...found, difference: graph.algebra.sub(found.of.offset, on.offset) };
    };
  };
}

/** Whether a parallel condition holds on one side of the boundary, from the difference of the offsets there. */
export function truthBeside(graph: Graph, sign: 1 | -1, side: Side, difference: NodeId): NodeId {
  const { algebra: A } = graph;
  // c_j = c_k + difference. Above the boundary c_j > 0 from a difference of 0 on, below it only beyond 0.
  const isPositive = side > 0 ? A.not(A.positive(A.neg(difference))) : A.positive(difference);
  return sign > 0 ? isPositive : A.not(isPositive);
}

/** The boundaries that may coincide with this one for some samples: of its family, at an offset that is not a constant away. */
export function sometimesCoincident(graph: Graph, boundaries: readonly Boundary[]): (on: Boundary) => Boundary[] {
  const families = new Map<number, Boundary[]>();
  const varying = new Set<number>();
  for (const boundary of boundaries) {
    append(families, boundary.family, boundary);
    if (!graph.isConstant(boundary.offset)) varying.add(boundary.family);
  }
  return (on) =>
    varying.has(on.family)
      ? families
          .get(on.family)!
          .filter((other) => other !== on && !graph.isConstant(graph.algebra.sub(other.offset, on.offset)))
      : [];
}
