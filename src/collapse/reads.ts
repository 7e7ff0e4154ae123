/** This file tells which finite variables some nodes read. What lies below such a read does not count, as the read stands for it. */
import type { Graph } from "../autodiff/graph/graph.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import type { Owners } from "./variable.ts";

/** The variables that nodes read, ascending; what is below a read does not count. */
export function readsOf(graph: Graph, roots: readonly NodeId[], owners: Owners): number[] {
  const found = new Set<number>();
  const seen = new Set(roots);
  // A set goes on to what is added while it is walked.
  for (const node of seen) {
    const owner = owners.get(node);
    if (owner !== undefined) found.add(owner);
    else for (const operand of graph.operands(node)) seen.add(operand);
  }
  return [...found].sort((p, q) => p - q);
}
