/** ℓ⁺ − ℓ⁻ across a boundary, built so that everything that does not jump drops out. */

import type { Graph } from "../../autodiff/graph/graph.ts";
import { linearOperands } from "../../autodiff/graph/linear-operands.ts";
import { type Replacement, SparseReplacement, substitute } from "../../autodiff/graph/substitute.ts";
import { CODE } from "../../autodiff/ops/codes.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import type { Objective } from "../../objective/objective.ts";
import type { Boundary } from "../find/boundaries.ts";
import type { BesideFamily } from "../find/parallel-family.ts";
import { type Parallel, type Side, truthBeside } from "../find/parallels.ts";

export interface Neighbours {
  /** What makes a predicate parallel to the boundary. */
  readonly parallel: (node: NodeId) => Parallel | undefined;
  /** What its family knows about nodes on it, which saves work alone. */
  readonly family?: BesideFamily | undefined;
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
  const { coincident, family } = neighbours;
  const forced = (side: Side): Replacement => {
    const map = new SparseReplacement(at.leaves, at);
    for (const { node, sign } of boundary.predicates) map.set(node, graph.truth(sign === side));
    return map;
  };
  const evaluate = evaluator(graph, neighbours, forced(1), forced(-1));
  const together = [boundary, ...coincident];
  const flipping = together.flatMap(({ predicates }) => predicates.map(({ node }) => node));
  const difference = differencing(graph, flipping, evaluate, family?.mayJump);
  const reached = new Set(together.flatMap(({ affected }) => affected));
  const affected = coincident.length === 0 ? boundary.affected : terms.filter((term) => reached.has(term));
  const jump = graph.sum(affected.map(({ node }) => difference(node)));
  const first = boundary.predicates[0]!.node;
  const counted = coincident
    .filter(({ predicates }) => predicates[0]!.node < first)
    .map(({ offset }) => A.equal(evaluate(A.sub(offset, boundary.offset), 1), graph.constant(0)));
  return A.where(graph.any(counted), graph.constant(0), jump);
}

type Evaluate = (node: NodeId, side: Side) => NodeId;

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

// The difference of a node across the boundary. Linear ops pass differences through; what else jumps is evaluated on both sides.
function differencing(
  graph: Graph,
  flipping: readonly NodeId[],
  evaluate: Evaluate,
  mayJump: (node: NodeId) => boolean = () => true,
): (node: NodeId) => NodeId {
  const jumps = new Map<NodeId, boolean>(flipping.map((node) => [node, true]));
  const known = new Map<NodeId, NodeId>();

  // The operands in which a node is linear while the others stay what they are; none if there is no such division.
  const linearIn = (node: NodeId): NodeId[] => {
    const places = linearOperands(graph, node, (operand) => jumps.get(operand) === true) ?? [];
    return places.map((place) => graph.operand(node, place));
  };
  const difference = (node: NodeId): NodeId => {
    if (!jumps.get(node)) return graph.constant(0);
    const linear = linearIn(node);
    if (linear.length === 0) return graph.algebra.sub(evaluate(node, 1), evaluate(node, -1));
    const [x, y, z] = graph
      .operands(node)
      .map((operand) => (linear.includes(operand) ? known.get(operand)! : evaluate(operand, 1)));
    return graph.apply(graph.op[node]!, x!, y, z);
  };
  return (root) => {
    fill(
      jumps,
      root,
      (node) => (mayJump(node) ? graph.operands(node) : []),
      (node) => graph.operands(node).some((operand) => jumps.get(operand)),
    );
    fill(known, root, (node) => (jumps.get(node) ? linearIn(node) : []), difference);
    return known.get(root)!;
  };
}

// Adds root to the map and first, unless they are there, the nodes that its value is computed from.
function fill<T>(
  map: Map<NodeId, T>,
  root: NodeId,
  from: (node: NodeId) => readonly NodeId[],
  value: (node: NodeId) => T,
): void {
  const stack = [root];
  while (stack.length > 0) {
    const node = stack[stack.length - 1]!;
    const missing = map.has(node) ? [] : from(node).filter((part) => !map.has(part));
    stack.push(...missing);
    if (missing.length > 0) continue;
    stack.pop();
    if (!map.has(node)) map.set(node, value(node));
  }
}
