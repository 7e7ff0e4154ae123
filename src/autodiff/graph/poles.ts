/**
 * Poles: places where a node jumps from −∞ to ∞, so that a condition on it changes though it is 0 nowhere near. They lie where
 * a divisor is 0; one that is positive wherever it is defined makes none.
 */

import type { NodeId } from "../ops/op.ts";
import type { Graph } from "./graph.ts";
import { POSITIVE, signOf } from "./signs.ts";

/** What some of `nodes` divide by where it may be 0, by the node that does. */
export function poles(graph: Graph, nodes: readonly NodeId[]): Map<NodeId, NodeId> {
  const found = new Map<NodeId, NodeId>();
  for (const node of nodes) {
    const divisor = graph.ops.rows[graph.op[node]!]?.divisor?.(graph, graph.a[node]!, graph.b[node]!, -1) ?? -1;
    if (divisor >= 0 && signOf(graph, divisor) !== POSITIVE) found.set(node, divisor);
  }
  return found;
}
