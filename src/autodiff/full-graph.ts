/**
 * The graph that `nondiff` traces onto: it knows all ops from the start, where that of the core has the basic ones until others are linked, and
 * shows a condition as `2 * z > 1` where the core shows it as calls.
 */
import { Graph, type GraphOptions } from "./graph/graph.ts";
import { print } from "./graph/infix-text.ts";
import { ALL_OPS } from "./ops/all-ops.ts";
import { CODE } from "./ops/codes.ts";
import type { NodeId } from "./ops/op.ts";

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
  if (code === CODE.sub && graph.is(x, 1) && op[y] === CODE.sigmoid) return A.sigmoid(A.neg(a[y]!));
  if (code === CODE.log && isOneAndExp(graph, x)) return A.softplus(a[b[x]!]!);
  if (code === CODE.log && isComplement(graph, x)) return A.log1p(A.neg(b[x]!));
  if (code === CODE.log1p && op[x] === CODE.exp) return A.softplus(a[x]!);
  if (code === CODE.log1p && op[x] === CODE.neg && isComplement(graph, a[x]!)) return A.log(b[a[x]!]!);
  return -1;
}

function isComplement(graph: Graph, node: NodeId): boolean {
  return graph.op[node] === CODE.sub && graph.is(graph.a[node]!, 1);
}

// A constant comes first among operands that commute.
function isOneAndExp(graph: Graph, node: NodeId): boolean {
  return graph.op[node] === CODE.add && graph.is(graph.a[node]!, 1) && graph.op[graph.b[node]!] === CODE.exp;
}
