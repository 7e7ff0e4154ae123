/**
 * Where an expression is a number, as a mask, and the expression made one everywhere. log(x) is a number where x ≥ 0, −∞ at 0 counted
 * as one: a comparison with it is no other than with a number.
 */

import { behaviourOf } from "./graph/behaviour.ts";
import { type Graph, MASK } from "./graph/graph.ts";
import { neverNegative } from "./graph/signs.ts";
import { substitute } from "./graph/substitute.ts";
import { ALL_OPS } from "./ops/all-ops.ts";
import { CODE, CONSTANT, INPUT } from "./ops/codes.ts";
import type { NodeId } from "./ops/op.ts";

/** The nodes that move c by themselves, not only by switching conditions; c first. */
export function smoothCone(graph: Graph, c: NodeId): NodeId[] {
  const cone = new Set([c]);
  // A set goes on to what is added while it is walked.
  for (const node of cone)
    for (const operand of graph.operands(node)) if (!graph.hasFlag(operand, MASK)) cone.add(operand);
  return [...cone];
}

/**
 * The mask of x being a number. `positive` makes the mask of c > 0; `unknown` that of a power being a number whose exponent is not
 * constant.
 */
export function isNumber(
  graph: Graph,
  x: NodeId,
  positive: (c: NodeId) => NodeId,
  unknown: (power: NodeId) => NodeId = (power) =>
    graph.algebra.positive(graph.algebra.add(power, graph.constant(Infinity))),
): NodeId {
  const { algebra: A } = graph;
  const cone = smoothCone(graph, x);
  const holds = graph.truth(true);
  if (!cone.some((node) => mayEnd(graph, node))) return holds;
  const masks = new Map<NodeId, NodeId>();
  for (const node of cone.sort((p, q) => p - q)) {
    const of = (operand: NodeId): NodeId => masks.get(operand) ?? holds;
    const [u, y, z] = graph.operands(node) as [NodeId, NodeId, NodeId];
    if (graph.op[node] === CONSTANT) masks.set(node, graph.truth(!Number.isNaN(graph.value(node))));
    else if (graph.op[node] === CODE.where) masks.set(node, chosen(graph, u, of(y), of(z)));
    else {
      let mask = graph.operands(node).map(of).reduce(A.and, holds);
      if (mayEnd(graph, node)) {
        const { from } = behaviourOf(graph, node);
        const inside = Number.isNaN(from) ? unknown(node) : A.not(positive(A.sub(A.constant(from), u)));
        mask = A.and(mask, inside);
      }
      masks.set(node, mask);
    }
  }
  return masks.get(x)!;
}

/** The expression with every function continued beyond the edge of its domain by its value there, log z by −∞ below 0. */
export function continued(graph: Graph, c: NodeId): NodeId {
  const { algebra: A } = graph;
  const replacement = new Map<NodeId, NodeId>();
  for (const node of smoothCone(graph, c).sort((p, q) => p - q)) {
    if (!mayEnd(graph, node)) continue;
    const { from } = behaviourOf(graph, node);
    if (Number.isNaN(from)) continue;
    const [u, y] = substitute(graph, graph.operands(node), replacement) as [NodeId, NodeId?];
    graph.link(ALL_OPS); // max
    replacement.set(node, graph.apply(graph.op[node]!, A.max(u, A.constant(from)), y));
  }
  return substitute(graph, [c], replacement)[0]!;
}

// Has the op of a node a domain that its operand may leave?
function mayEnd(graph: Graph, node: NodeId): boolean {
  const code = graph.op[node]!;
  if (code === CONSTANT || code === INPUT) return false;
  const { from } = behaviourOf(graph, node);
  if (from === Number.NEGATIVE_INFINITY) return false;
  const { algebra: A } = graph;
  const beyond = from ? A.sub(graph.a[node]!, A.constant(from)) : graph.a[node]!;
  return !neverNegative(graph, beyond);
}

// One of two masks; both where they are one.
function chosen(graph: Graph, by: NodeId, p: NodeId, q: NodeId): NodeId {
  const { algebra: A } = graph;
  return p === q ? p : A.or(A.and(by, p), A.and(A.not(by), q));
}
