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
  const groups = graph.ops.facts[graph.op[node]!]?.linear;
  if (!groups) return undefined;
  const arity = graph.arity(node);
  for (const group of groups) {
    let others = 0;
    for (let j = 0; j < arity; j++) if (!group.includes(j) && moves(graph.operand(node, j))) others++;
    if (others === 0) return group;
  }
  return undefined;
}
