/**
 * The graph that `nondiff` traces onto: it knows all ops from the start, where that of the core has the basic ones until others are linked, and
 * shows a condition as `2 * z > 1` where the core shows it as calls.
 */
import { positiveAngle } from "./angles.ts";
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
  if (code === CODE.positive) return positiveAngle(graph, x);
  if (code === CODE.sub) return closerDifference(graph, x, y);
  if (code === CODE.div) {
    const distance = distanceFromEnd(graph, y);
    if (distance !== y) return A.div(x, distance);
  }
  if (code === CODE.log || code === CODE.sqrt || code === CODE.pow) {
    const distance = distanceFromEnd(graph, x);
    if (distance !== x) return graph.apply(code, distance, y);
  }
  if (code === CODE.add && op[y] === CODE.erf && graph.is(x, 1)) return twicePhi(graph, a[y]!);
  if (code === CODE.add && op[x] === CODE.erf && graph.is(y, 1)) return twicePhi(graph, a[x]!);
  if (code === CODE.log && op[x] === CODE.normalCdf) return A.logNormalCdf(a[x]!);
  if (code === CODE.log && op[x] === CODE.sub) return logOfDifference(graph, a[x]!, b[x]!);
  if (code === CODE.log && isOneAndExp(graph, x)) return A.softplus(a[b[x]!]!);
  if (code === CODE.log1p && op[x] === CODE.exp) return A.softplus(a[x]!);
  if (code === CODE.log1p && op[x] === CODE.neg) return logOfComplement(graph, a[x]!);
  return -1;
}

function logOfComplement(graph: Graph, x: NodeId): NodeId {
  const { algebra: A } = graph;
  if (isComplement(graph, x)) return A.log(graph.b[x]!);
  if (graph.op[x] !== CODE.square && graph.op[x] !== CODE.mul) return -1;
  const complement = A.sub(A.constant(1), x);
  const distance = distanceFromEnd(graph, complement);
  return distance === complement ? -1 : A.log(distance);
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

/**
 * How far what lies between two ends is from one of them, where it is divided by, logged or under a root, or the product r² − x² of the distances from ±r: of
 * x = 2·sigmoid(z) − 1 the 1 − x² of an autoregression is 4·sigmoid(z)·sigmoid(−z), which is never 0. As written it is 0 beyond z = 37. Else the node itself.
 */
function distanceFromEnd(graph: Graph, node: NodeId, hasFactors: boolean = true): NodeId {
  const { algebra: A, op, a, b } = graph;
  const [x, y] = [a[node]!, b[node]!];
  if (op[node] === CODE.mul && hasFactors) {
    const [p, q] = [distanceFromEnd(graph, x, false), distanceFromEnd(graph, y, false)];
    return p === x && q === y ? node : A.mul(p, q);
  }
  if (op[node] !== CODE.sub && op[node] !== CODE.add) return node;
  const root = op[y] === CODE.square ? a[y]! : op[y] === CODE.mul && a[y] === b[y] ? a[y]! : -1;
  if (root >= 0 && op[node] === CODE.sub && graph.isConstant(x)) {
    const ends = betweenEnds(graph, root);
    const square = graph.value(x);
    if (!ends || ends.low * ends.low !== square || ends.width !== -2 * ends.low) return node;
    return A.mul(A.mul(A.constant(4 * square), ends.by(ends.at)), ends.by(A.neg(ends.at)));
  }
  const ends = betweenEnds(graph, node);
  return ends?.low === 0 ? A.mul(A.constant(ends.width), ends.by(ends.at)) : node;
}

/** The number low + width·p, where p is the sigmoid of another, or Φ: both have a mirror image, 1 − p(x) = p(−x). */
interface BetweenEnds {
  readonly low: number;
  readonly width: number;
  readonly by: (at: NodeId) => NodeId;
  readonly at: NodeId;
}

/** From a latent between −1 and 1 to 1 − x it is three steps: 2·sigmoid(z), minus 1, and the difference. */
const STEPS = 4;

function betweenEnds(graph: Graph, node: NodeId, steps: number = STEPS): BetweenEnds | undefined {
  const { algebra: A, op, a, b } = graph;
  const [x, y] = [a[node]!, b[node]!];
  const of = (low: number, width: number, by: BetweenEnds["by"], at: NodeId): BetweenEnds => ({ low, width, by, at });
  const inner = (operand: NodeId): BetweenEnds | undefined =>
    steps > 0 ? betweenEnds(graph, operand, steps - 1) : undefined;
  switch (op[node]) {
    case CODE.sigmoid:
      return of(0, 1, A.sigmoid, x);
    case CODE.normalCdf:
      return of(0, 1, A.normalCdf, x);
    case CODE.tanh:
      return of(-1, 2, A.sigmoid, A.mul(A.constant(2), x));
    case CODE.erf:
      return of(-1, 2, A.normalCdf, A.mul(A.constant(Math.SQRT2), x));
    case CODE.neg:
      return scaled(graph, inner(x), -1, 0);
    case CODE.mul:
      return graph.isConstant(x) ? scaled(graph, inner(y), graph.value(x), 0) : undefined;
    case CODE.add:
      return graph.isConstant(x) ? scaled(graph, inner(y), 1, graph.value(x)) : undefined;
    case CODE.sub:
      return graph.isConstant(x) ? scaled(graph, inner(y), -1, graph.value(x)) : undefined;
    default:
      return undefined;
  }
}

function scaled({ algebra: A }: Graph, of: BetweenEnds | undefined, k: number, shift: number): BetweenEnds | undefined {
  if (!of) return undefined;
  const { low, width, by, at } = of;
  return k > 0
    ? { low: shift + k * low, width: k * width, by, at }
    : { low: shift + k * (low + width), width: -k * width, by, at: A.neg(at) };
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
