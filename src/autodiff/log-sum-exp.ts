/**
 * This file makes log Σⱼ exp(xⱼ) a node of a graph. Of x, y and x + 2 it is log(exp(y) + exp(x + log(1 + e²))): what differs by a number is
 * one summand, whose factors are added up when the node is made.
 */
import { balancedPieces } from "../math/balanced-tree.ts";
import { logAddExp } from "../math/logistic.ts";
import { mapped, visits } from "../pieces/lists.ts";
import { finished, type Pieces } from "../pieces/pieces.ts";
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
  return finished(logSumPieces(graph, nodes));
}

/** Exponentials of a piece of the work. */
const EACH = 512;

/** `logSumExp` in pieces. */
export function* logSumPieces(graph: Graph, nodes: readonly NodeId[]): Pieces<NodeId> {
  if (!graph.ops.rows[CODE.peak]) graph.link(ALL_OPS);
  const { algebra: A } = graph;
  const terms = yield* summands(graph, nodes);
  if (terms.length < 2) return terms[0] ?? graph.constant(Number.NEGATIVE_INFINITY);
  if (terms.length > EACH) yield;
  const half = terms.length >> 1;
  const most = (p: NodeId, q: NodeId): NodeId => A.max(p, q);
  const first = yield* balancedPieces(terms.slice(0, half), most);
  const second = yield* balancedPieces(terms.slice(half), most);
  const largest = A.peak(first!, second!);
  const powers = yield* mapped(terms, EACH, (term) => A.exp(A.sub(term, largest)));
  const sum = yield* balancedPieces(powers, (p, q) => A.add(p, q));
  return A.add(largest, A.log(sum!));
}

/** What the logarithm of the sum is of: no two that differ by a number, at most one constant, none that is −∞. */
function* summands(graph: Graph, nodes: readonly NodeId[]): Pieces<NodeId[]> {
  // By what is left when a constant is taken off, 0 of it for constants: the log of the sum of the factors, and the only node with it.
  const zero = graph.constant(0);
  const found = new Map<NodeId, { logFactor: number; node: NodeId }>();
  yield* visits(nodes, EACH, (node) => {
    const [of, logFactor] = split(graph, node, zero);
    if (of === zero && logFactor === Number.NEGATIVE_INFINITY) return;
    const known = found.get(of);
    if (known) {
      known.logFactor = logAddExp(known.logFactor, logFactor);
      known.node = -1;
    } else found.set(of, { logFactor, node });
  });
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
