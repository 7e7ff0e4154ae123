/**
 * Across a boundary ℓ jumps by ℓ⁺ − ℓ⁻. Of a thousand terms mostly one reads the condition: the difference is built so that everything
 * that does not jump drops out.
 */

import type { Graph } from "../../autodiff/graph/graph.ts";
import { type Replacement, SparseReplacement, substitute } from "../../autodiff/graph/substitute.ts";
import { CODE } from "../../autodiff/ops/basic-codes.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import type { Objective } from "../../objective/objective.ts";
import type { Boundary } from "../find/boundaries.ts";
import type { BesideFamily } from "../find/parallel-family.ts";
import { type Parallel, type Side, truthBeside } from "../find/parallels.ts";
import { differencing, type Evaluate } from "./difference.ts";
import type { ThroughGates } from "./gates.ts";

export interface Neighbours {
  /** Tells whether a predicate is parallel to the boundary, and how far from it. */
  readonly parallel: (node: NodeId) => Parallel | undefined;
  /** Values of nodes on the boundary that parallel boundaries share; without them each is made anew. */
  readonly family?: BesideFamily | undefined;
  /** Makes the jumps of chains of ifs out of shared parts; without it each is made anew, in more operations. */
  readonly throughGates?: ThroughGates | undefined;
  /** The boundaries that may coincide with it for some samples. */
  readonly coincident: readonly Boundary[];
}

/**
 * Node of Σ over the affected terms of (term on the plus side − term on the minus side), on the surface `at`; 0 for samples
 * in which the boundary coincides with an earlier one, which then counts for both.
 */
export function jumpAcross(
  objective: Objective,
  boundary: Boundary,
  at: SparseReplacement,
  neighbours: Neighbours,
): NodeId {
  const { graph, terms } = objective;
  const { algebra: A } = graph;
  const { coincident, family, parallel } = neighbours;
  const forced = (side: Side): Replacement => {
    const map = new SparseReplacement(at.leaves, at);
    for (const { node, sign } of boundary.predicates) map.set(node, graph.truth(sign === side));
    return map;
  };
  const evaluate = evaluator(graph, neighbours, forced(1), forced(-1));
  const together = [boundary, ...coincident];
  const flipping = together.flatMap(({ predicates }) => predicates.map(({ node }) => node));
  const reached = new Set(together.flatMap((of) => of.affected()));
  const affected = coincident.length === 0 ? boundary.affected() : terms.filter((term) => reached.has(term));
  const roots = affected.map(({ node }) => node);
  const difference = differencing(graph, flipping, evaluate, family?.mayJump);
  const gated =
    coincident.length === 0 && (!family || family.apart)
      ? neighbours.throughGates?.(difference, roots, at, parallel, family?.apart)
      : undefined;
  const jump = graph.sum(gated ?? roots.map(difference.of));
  const first = boundary.predicates[0]!.node;
  const counted = coincident
    .filter(({ predicates }) => predicates[0]!.node < first)
    .map(({ offset }) => A.equal(evaluate(A.sub(offset, boundary.offset), 1), graph.constant(0)));
  return A.where(graph.any(counted), graph.constant(0), jump);
}

// A node on one side of the boundary, parallel conditions by their offsets.
function evaluator(graph: Graph, { parallel, family }: Neighbours, plus: Replacement, minus: Replacement): Evaluate {
  const evaluate: Evaluate = (node, side) => {
    const beside = (below: NodeId): NodeId | undefined => {
      const shared = family?.value(below);
      if (shared !== undefined) return shared;
      const found = graph.op[below] === CODE.positive ? parallel(below) : undefined;
      return found && truthBeside(graph, found.sign, side, evaluate(found.difference, side));
    };
    return substitute(graph, [node], side > 0 ? plus : minus, beside)[0]!;
  };
  return evaluate;
}
