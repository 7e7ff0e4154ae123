/**
 * Linear forms: a node written as Σ coefficient · atom + constant, where an atom is a node that is not itself a sum,
 * a difference or a constant multiple. Used to find conditions that are affine in the latents.
 */

import type { NodeId } from "../ops/op.ts";
import type { Graph } from "./graph.ts";
import { linearOperands } from "./linear-operands.ts";

export interface LinearForm {
  /** Coefficients that are not 0, by atom. */
  readonly coefficients: ReadonlyMap<NodeId, number>;
  readonly constant: number;
}

/** The linear form of a node; linear in the number of additions below it. */
export function linearForm(graph: Graph, root: NodeId): LinearForm {
  const coefficients = new Map<NodeId, number>();
  const weight = new Map<NodeId, number>([[root, 1]]);
  let constant = 0;
  // Ids are a topological order: descending, every weight is complete when its node comes up.
  for (const node of linearNodes(graph, root)) {
    const w = weight.get(node)!;
    const parts = partsOf(graph, node);
    if (graph.isConstant(node)) constant += w * graph.value(node);
    else if (parts) for (const [part, scaled] of parts) weight.set(part, (weight.get(part) ?? 0) + scaled(w));
    else if (w !== 0) coefficients.set(node, w);
  }
  return { coefficients, constant };
}

type Part = readonly [node: NodeId, scaled: (weight: number) => number];

// The nodes that a node is a sum of, and what its weight becomes there; undefined for an atom.
function partsOf(graph: Graph, node: NodeId): readonly Part[] | undefined {
  if (graph.isConstant(node)) return [];
  const group = linearOperands(graph, node, (operand) => !graph.isConstant(operand));
  const row = graph.ops.rows[graph.op[node]!];
  if (!group || !row) return undefined;
  // A linear function takes weights as it takes values: x/2 of weight w is x of weight w/2, and x − y is y of weight 0 − w.
  return group.map((place) => {
    const weighted = (w: number, j: number): number =>
      j === place ? w : group.includes(j) ? 0 : j < row.partials.length ? graph.value(graph.operand(node, j)) : 0;
    return [graph.operand(node, place), (w) => row.primal(weighted(w, 0), weighted(w, 1), weighted(w, 2))];
  });
}

// The nodes that root is a sum of, and theirs in turn: root first, ids descending.
function linearNodes(graph: Graph, root: NodeId): NodeId[] {
  const seen = new Set<NodeId>([root]);
  // A set goes on to what is added while it is walked.
  for (const node of seen) for (const [part] of partsOf(graph, node) ?? []) seen.add(part);
  return [...seen].sort((p, q) => q - p);
}
