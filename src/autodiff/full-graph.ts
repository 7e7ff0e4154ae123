/**
 * The graph that `nondiff` traces onto: it knows all ops from the start, where that of the core has the basic ones until others are linked, and
 * shows a condition as `2 * z > 1` where the core shows it as calls.
 */
import { Graph, type GraphOptions } from "./graph/graph.ts";
import { print } from "./graph/infix-text.ts";
import { ALL_OPS } from "./ops/all-ops.ts";
import { CODE } from "./ops/codes.ts";
import type { Algebra, NodeId } from "./ops/op.ts";

/** A graph whose algebra has every op, also lgamma, erf and the other special functions. */
export class FullGraph extends Graph {
  constructor(options?: GraphOptions) {
    super(options);
    this.link(ALL_OPS);
  }

  override apply(code: number, x: NodeId, y: NodeId = -1, z: NodeId = -1, make: boolean = true): NodeId {
    const closer = closerForm(this, code, x, y);
    return closer >= 0 ? closer : super.apply(code, x, y, z, make);
  }

  override text(node: NodeId): string {
    return print(this, node);
  }
}

/**
 * Probabilities as people write them, by what is right in their tails: 1/(1 + exp(−x)) is sigmoid(x), log(1 + exp(x)) softplus(x), and log(1 − p) of
 * p = 1 − q is log q. As written the first rounds to 1 beyond x = 37, on the way to which log(1 − p) goes up in steps. −1 where nothing is closer.
 */
function closerForm(graph: Graph, code: number, x: NodeId, y: NodeId): NodeId {
  const { algebra: A, op, a, b } = graph;
  if (code === CODE.div && isOneAndExp(graph, y)) {
    const exp = b[y]!;
    return x === exp ? A.sigmoid(a[exp]!) : A.mul(x, A.sigmoid(A.neg(a[exp]!)));
  }
  if (code === CODE.sub) return closerDifference(graph, x, y);
  if (code === CODE.add && op[y] === CODE.erf && graph.is(x, 1)) return twicePhi(graph, a[y]!);
  if (code === CODE.add && op[x] === CODE.erf && graph.is(y, 1)) return twicePhi(graph, a[x]!);
  if (code === CODE.log && op[x] === CODE.normalCdf) return A.logNormalCdf(a[x]!);
  if (code === CODE.log && op[x] === CODE.sub) return logOfDifference(graph, a[x]!, b[x]!);
  if (code === CODE.log && isOneAndExp(graph, x)) return A.softplus(a[b[x]!]!);
  if (code === CODE.log1p && op[x] === CODE.exp) return A.softplus(a[x]!);
  if (code === CODE.log1p && op[x] === CODE.neg && isComplement(graph, a[x]!)) return A.log(b[a[x]!]!);
  return -1;
}

/** 1 − p of what has a mirror image, and differences of complements: (1 − p) − (1 − q) is q − p. */
function closerDifference(graph: Graph, x: NodeId, y: NodeId): NodeId {
  const { algebra: A, op, a, b } = graph;
  if (isComplement(graph, x) && isComplement(graph, y)) return A.sub(b[y]!, b[x]!);
  if (!graph.is(x, 1)) return -1;
  if (op[y] === CODE.sigmoid) return A.sigmoid(A.neg(a[y]!));
  if (op[y] === CODE.normalCdf) return A.normalCdf(A.neg(a[y]!));
  return op[y] === CODE.erf ? twicePhi(graph, A.neg(a[y]!)) : -1;
}

/**
 * log(P − Q) = log P + log(1 − exp(log Q − log P)) of two probabilities whose logs have a form of their own, far below the smallest number, too. Of those
 * near 1 by their mirror images: Φ(9.1) − Φ(9) is 0 as written, and Φ(−9) − Φ(−9.1) right to 16 digits. The ends swap at once, so that nothing jumps.
 */
function logOfDifference(graph: Graph, x: NodeId, y: NodeId): NodeId {
  const { algebra: A, op, a } = graph;
  if (graph.is(x, 1)) return A.log1p(A.neg(y));
  if (op[x] === CODE.exp && op[y] === CODE.exp) return logDifference(A, a[x]!, a[y]!);
  if (op[x] !== op[y] || !(op[x] === CODE.normalCdf || op[x] === CODE.sigmoid)) return -1;
  const logCdf = op[x] === CODE.normalCdf ? A.logNormalCdf : (z: NodeId): NodeId => A.neg(A.softplus(A.neg(z)));
  const [p, q] = [a[x]!, a[y]!];
  return logDifference(A, logCdf(A.min(p, A.neg(q))), logCdf(A.min(q, A.neg(p))));
}

/** log(exp(p) − exp(q)). */
function logDifference(A: Algebra, p: NodeId, q: NodeId): NodeId {
  return A.add(p, A.log(A.neg(A.expm1(A.sub(q, p)))));
}

/** 1 + erf(x) = 2Φ(√2·x). */
function twicePhi({ algebra: A }: Graph, x: NodeId): NodeId {
  return A.mul(A.constant(2), A.normalCdf(A.mul(A.constant(Math.SQRT2), x)));
}

function isComplement(graph: Graph, node: NodeId): boolean {
  return graph.op[node] === CODE.sub && graph.is(graph.a[node]!, 1);
}

// A constant comes first among operands that commute.
function isOneAndExp(graph: Graph, node: NodeId): boolean {
  return graph.op[node] === CODE.add && graph.is(graph.a[node]!, 1) && graph.op[graph.b[node]!] === CODE.exp;
}
