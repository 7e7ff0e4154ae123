/**
 * This file makes log Σⱼ exp(xⱼ) a node of a graph. Of x, y and x + 2 it is log(exp(y) + exp(x + log(1 + e²))): what differs by a number is
 * one summand, whose factors are added up when the node is made.
 */
import { balanced } from "../math/balanced-tree.ts";
import { logAddExp } from "../math/logistic.ts";
import type { Graph } from "./graph/graph.ts";
import { ALL_OPS } from "./ops/all-ops.ts";
import { CODE } from "./ops/codes.ts";
import type { NodeId } from "./ops/op.ts";

/**
 * The node of log Σ exp(xⱼ); −∞ for no nodes, ∞ if one is ∞. Summands that are the constant −∞ are left out; linear in the number of nodes.
 *
 * It is m + log Σ exp(xⱼ − m) with the largest xⱼ for m, so that nothing overflows. The sum does not depend on m, and nothing is
 * differentiated through it (op `peak`): reverse mode gives xⱼ the weight exp(xⱼ − m) / Σ, from the exponentials that are there already.
 * That is less work for two summands, too, than log1p forwards and two sigmoids backwards: a fifth less on chains, a third in WebAssembly.
 */
export function logSumExp(graph: Graph, nodes: readonly NodeId[]): NodeId {
  if (!graph.ops.rows[CODE.peak]) graph.link(ALL_OPS);
  const { algebra: A } = graph;
  const terms = summands(graph, nodes);
  if (terms.length < 2) return terms[0] ?? graph.constant(Number.NEGATIVE_INFINITY);
  const half = terms.length >> 1;
  const [first, second] = [terms.slice(0, half), terms.slice(half)].map(
    (part) => balanced(part, (p, q) => A.max(p, q))!,
  );
  const largest = A.peak(first!, second!);
  return A.add(largest, A.log(graph.sum(terms.map((term) => A.exp(A.sub(term, largest))))));
}

/** What the logarithm of the sum is of: no two that differ by a number, at most one constant, none that is −∞. */
function summands(graph: Graph, nodes: readonly NodeId[]): NodeId[] {
  // By what is left when a constant is taken off, 0 of it for constants: the log of the sum of the factors, and the only node with it.
  const zero = graph.constant(0);
  const found = new Map<NodeId, { logFactor: number; node: NodeId }>();
  for (const node of nodes) {
    const [of, logFactor] = split(graph, node, zero);
    if (of === zero && logFactor === Number.NEGATIVE_INFINITY) continue;
    const known = found.get(of);
    if (known) {
      known.logFactor = logAddExp(known.logFactor, logFactor);
      known.node = -1;
    } else found.set(of, { logFactor, node });
  }
  return Array.from(found, ([of, { logFactor, node }]) =>
    node >= 0 ? node : graph.algebra.add(graph.constant(logFactor), of),
  );
}

// x and 2 of x + 2.
function split(graph: Graph, node: NodeId, zero: NodeId): [of: NodeId, logFactor: number] {
  if (graph.isConstant(node)) return [zero, graph.value(node)];
  const x = graph.a[node]!;
  return graph.op[node] === CODE.add && graph.isConstant(x) ? [graph.b[node]!, graph.value(x)] : [node, 0];
}
