/** A node may be linear in some of its operands: x/y is in x alone, where(c, x, y) in x and y together. The facts of its op say in which. */

import type { NodeId } from "../ops/op.ts";
import type { Graph } from "./graph.ts";

/**
 * The operands in which a node is linear, by their places, if `moves` accepts operands among them alone: [0] of x/y where only
 * x moves. Undefined where it is not linear in what moves, or a leaf.
 */
export function linearOperands(
  graph: Graph,
  node: NodeId,
  moves: (operand: NodeId) => boolean,
): readonly number[] | undefined {
  return graph.ops.facts[graph.op[node]!]?.linear.find((group) => {
    for (let j = graph.arity(node) - 1; j >= 0; j--)
      if (!group.includes(j) && moves(graph.operand(node, j))) return false;
    return true;
  });
}
