/** Nodes cost what they compute: each lane node counts one operation per sample, uniform ones, which are computed once a batch, count nothing. */
import type { NodeId } from "../ops/op.ts";
import { type Graph, LANE } from "./graph.ts";

/**
 * Counts the operations per sample of nodes that it has not counted before: after `count([ℓ])` the answer of `count(gradient)` is
 * what the gradient adds to ℓ.
 */
export function operationCount(graph: Graph): (roots: readonly NodeId[]) => number {
  const seen = new Set<NodeId>();
  return (roots) => {
    const known = seen.size;
    for (const node of graph.reachable(roots)) if (graph.arity(node) > 0 && graph.hasFlag(node, LANE)) seen.add(node);
    return seen.size - known;
  };
}
