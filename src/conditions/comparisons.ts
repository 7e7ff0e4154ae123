/**
 * The comparisons c > 0 of an objective, rewritten one by one, those inside of others first: in where(x > 0, y, z) > 1 first x > 0,
 * then the comparison of what that has become.
 */

import { substitute } from "../autodiff/graph/substitute.ts";
import { CODE } from "../autodiff/ops/codes.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import type { Objective } from "../objective/objective.ts";
import { withNodes } from "../objective/pass.ts";

/** The objective with `rule(c)` in place of the mask of every c > 0; the same one where that changes nothing. */
export function withComparisons(objective: Objective, rule: (c: NodeId) => NodeId): Objective {
  const roots = objective.terms.map(({ node }) => node);
  return withNodes(objective, comparisonsIn(objective, roots, rule));
}

/** Nodes with `rule(c)` in place of the mask of every c > 0 below them. */
export function comparisonsIn(
  { graph }: Objective,
  roots: readonly NodeId[],
  rule: (c: NodeId) => NodeId,
): readonly NodeId[] {
  const replacement = new Map<NodeId, NodeId>();
  for (const node of graph.reachable(roots)) {
    if (graph.op[node] !== CODE.positive) continue;
    const [inner] = substitute(graph, [graph.a[node]!], replacement) as [NodeId];
    replacement.set(node, rule(inner));
  }
  if ([...replacement].every(([node, rewritten]) => node === rewritten)) return roots;
  return substitute(graph, roots, replacement);
}
