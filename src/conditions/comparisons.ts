/**
 * The comparisons c > 0 of an objective, rewritten one by one, those inside of others first: in where(x > 0, y, z) > 1 first x > 0,
 * then the comparison of what that has become.
 */

import type { Graph } from "../autodiff/graph/graph.ts";
import { substitute } from "../autodiff/graph/substitute.ts";
import { CODE } from "../autodiff/ops/codes.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import type { Objective } from "../objective/objective.ts";
import { withNodes } from "../objective/pass.ts";
import { finished, type Pieces } from "../pieces/pieces.ts";

/** The objective with `comparisonsIn` its terms, in pieces; the same one where that changes nothing. */
export function* withComparisons(
  objective: Objective,
  rule: (c: NodeId) => NodeId,
  numbers?: (x: NodeId) => NodeId,
): Pieces<Objective> {
  const roots = objective.terms.map(({ node }) => node);
  const nodes = yield* rewriting(objective, roots, rule, numbers);
  yield;
  return withNodes(objective, nodes);
}

/**
 * Nodes with `rule(c)` in place of the mask of every c > 0 below them, and with `numbers(x)` in place of every x = x, which is how
 * a program that compares by x ≥ y asks whether x is a number.
 */
export function comparisonsIn(
  objective: Objective,
  roots: readonly NodeId[],
  rule: (c: NodeId) => NodeId,
  numbers?: (x: NodeId) => NodeId,
): readonly NodeId[] {
  return finished(rewriting(objective, roots, rule, numbers));
}

/** Comparisons of a piece of the work. */
const EACH = 256;

function* rewriting(
  { graph }: Objective,
  roots: readonly NodeId[],
  rule: (c: NodeId) => NodeId,
  numbers?: (x: NodeId) => NodeId,
): Pieces<readonly NodeId[]> {
  const replacement = new Map<NodeId, NodeId>();
  let asked = 0;
  let changes = false;
  for (const node of graph.reachable(roots)) {
    const asks = graph.op[node] === CODE.positive ? rule : isQuestion(graph, node) ? numbers : undefined;
    if (!asks) continue;
    if (asked++ % EACH === 0) yield;
    // Most passes rewrite no comparison of a program, and then nothing below one is rebuilt.
    const [inner] = changes ? (substitute(graph, [graph.a[node]!], replacement) as [NodeId]) : [graph.a[node]!];
    const rewritten = asks(inner);
    replacement.set(node, rewritten);
    changes ||= rewritten !== node;
  }
  if (!changes) return roots;
  yield;
  return substitute(graph, roots, replacement);
}

/** Is a mask the question whether a value is a number, x = x? */
export function isQuestion(graph: Graph, mask: NodeId): boolean {
  return graph.op[mask] === CODE.equal && graph.a[mask] === graph.b[mask];
}
