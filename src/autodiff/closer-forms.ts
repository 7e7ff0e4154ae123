/**
 * Closer forms of what people write: the graph that `nondiff` traces onto makes these in place of it. What is made of exp, log and erf by hand has the
 * same value, but as written it is 0, 1 or in steps in its tails.
 */
import { formOf } from "./affine-form.ts";
import { type Graph, mayBeNaN } from "./graph/graph.ts";
import { CODE } from "./ops/codes.ts";
import type { Algebra, NodeId } from "./ops/op.ts";

/**
 * Probabilities as people write them, by what is right in their tails: 1/(1 + exp(−x)) is sigmoid(x), log(1 + exp(x)) softplus(x), and log(1 − p) of
 * p = 1 − q is log q. As written the first rounds to 1 beyond x = 37, on the way to which log(1 − p) goes up in steps. −1 where nothing is closer.
 */
export function closerForm(graph: Graph, code: number, x: NodeId, y: NodeId): NodeId {
  const { algebra: A, op, a, b } = graph;
  switch (code) {
    case CODE.positive:
      return byArms(graph, x);
    case CODE.sub:
      return closerDifference(graph, x, y);
    case CODE.add:
      if (op[y] === CODE.erf && graph.is(x, 1)) return onePlus(graph, y);
      return op[x] === CODE.erf && graph.is(y, 1) ? onePlus(graph, x) : -1;
    case CODE.div: {
      if (isOneAndExp(graph, y)) {
        const exp = b[y]!;
        return x === exp ? A.sigmoid(a[exp]!) : A.mul(x, A.sigmoid(A.neg(a[exp]!)));
      }
      const distance = distanceFromEnd(graph, y);
      return distance === y ? -1 : A.div(x, distance);
    }
    case CODE.sqrt:
    case CODE.pow:
    case CODE.log: {
      const distance = distanceFromEnd(graph, x);
      if (distance !== x) return graph.apply(code, distance, y);
      if (code !== CODE.log) return -1;
      if (op[x] === CODE.normalCdf) return A.logNormalCdf(a[x]!);
      if (op[x] === CODE.sub) return logOfDifference(graph, a[x]!, b[x]!);
      return isOneAndExp(graph, x) ? A.softplus(a[b[x]!]!) : -1;
    }
    case CODE.log1p:
      if (op[x] === CODE.exp) return A.softplus(a[x]!);
      return op[x] === CODE.neg ? logOfComplement(graph, a[x]!) : -1;
    default:
      return -1;
  }
}

/**
 * A comparison with the larger or the smaller of two, by both: t > max(x, y) is t > x and t > y. So days that only say where something changes
 * are read by conditions alone, also where a program sorts two of them. One with max or min on both sides stays as it is, and one that may be NaN.
 */
function byArms(graph: Graph, c: NodeId): NodeId {
  const { algebra: A, op, a, b } = graph;
  const isOneOfTwo = op[c] === CODE.sub && isPair(op, a[c]!) !== isPair(op, b[c]!);
  const { node, slope, rest } = formOf(graph, c);
  const pair = isOneOfTwo ? (isPair(op, a[c]!) ? a[c]! : b[c]!) : node;
  if (!isPair(op, pair) || mayBeNaN(graph, c)) return -1;
  const positive = (arm: NodeId): NodeId =>
    isOneOfTwo
      ? A.positive(pair === a[c] ? A.sub(arm, b[c]!) : A.sub(a[c]!, arm))
      : A.positive(A.add(A.mul(A.constant(slope), arm), A.constant(rest)));
  const rises = isOneOfTwo ? pair === a[c] : slope > 0;
  const [p, q] = [positive(a[pair]!), positive(b[pair]!)];
  return rises === (op[pair] === CODE.max) ? A.or(p, q) : A.and(p, q);
}

function isPair(op: Graph["op"], node: NodeId): boolean {
  return op[node] === CODE.max || op[node] === CODE.min;
}

function logOfComplement(graph: Graph, x: NodeId): NodeId {
  const { algebra: A } = graph;
  if (isComplement(graph, x)) return A.log(graph.b[x]!);
  if (graph.op[x] !== CODE.square && graph.op[x] !== CODE.mul && !probabilityIn(graph, x)) return -1;
  const distance = distanceFromEnd(graph, A.sub(A.constant(1), x));
  return graph.op[distance] === CODE.sub ? -1 : A.log(distance);
}

/** 1 − p of what has a mirror image, and differences of complements: (1 − p) − (1 − q) is q − p. */
function closerDifference(graph: Graph, x: NodeId, y: NodeId): NodeId {
  const { algebra: A, op, b } = graph;
  if (isComplement(graph, x) && isComplement(graph, y)) return A.sub(b[y]!, b[x]!);
  if (!graph.is(x, 1)) return -1;
  if (op[y] === CODE.tanh) return -1; // its own derivative is 1 − tanh²
  const p = probabilityIn(graph, y);
  return p ? A.mul(A.constant(p.width), A[p.by](A.neg(p.at))) : -1;
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
  const logCdf =
    op[x] === CODE.normalCdf
      ? (z: NodeId): NodeId => A.logNormalCdf(z)
      : (z: NodeId): NodeId => A.neg(A.softplus(A.neg(z)));
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
    return A.mul(A.mul(A.constant(4 * square), A[ends.by](ends.at)), A[ends.by](A.neg(ends.at)));
  }
  const ends = betweenEnds(graph, node);
  return ends?.low === 0 ? A.mul(A.constant(ends.width), A[ends.by](ends.at)) : node;
}

/** The number low + width·p, where p is the sigmoid of another, or Φ: both have a mirror image, 1 − p(x) = p(−x). */
interface BetweenEnds {
  readonly low: number;
  readonly width: number;
  readonly by: "sigmoid" | "normalCdf";
  readonly at: NodeId;
}

/** What is affine in such a p: 1 − x of the latent x = 2·sigmoid(z) − 1 is 2·sigmoid(−z). */
function betweenEnds(graph: Graph, whole: NodeId): BetweenEnds | undefined {
  const { algebra: A } = graph;
  const { node, slope, rest } = formOf(graph, whole);
  const p = probabilityIn(graph, node);
  if (!p) return undefined;
  const { low, width, by, at } = p;
  return slope > 0
    ? { low: rest + slope * low, width: slope * width, by, at }
    : { low: rest + slope * (low + width), width: -slope * width, by, at: A.neg(at) };
}

function probabilityIn({ algebra: A, op, a }: Graph, node: NodeId): BetweenEnds | undefined {
  const x = a[node]!;
  switch (op[node]) {
    case CODE.sigmoid:
      return { low: 0, width: 1, by: "sigmoid", at: x };
    case CODE.normalCdf:
      return { low: 0, width: 1, by: "normalCdf", at: x };
    case CODE.tanh:
      return { low: -1, width: 2, by: "sigmoid", at: A.mul(A.constant(2), x) };
    case CODE.erf:
      return { low: -1, width: 2, by: "normalCdf", at: A.mul(A.constant(Math.SQRT2), x) };
    default:
      return undefined;
  }
}

/** 1 + erf(x) = 2Φ(√2·x). */
function onePlus(graph: Graph, erf: NodeId): NodeId {
  const { algebra: A } = graph;
  const { width, by, at } = probabilityIn(graph, erf)!;
  return A.mul(A.constant(width), A[by](at));
}

function isComplement(graph: Graph, node: NodeId): boolean {
  return graph.op[node] === CODE.sub && graph.is(graph.a[node]!, 1);
}

// A constant comes first among operands that commute.
function isOneAndExp(graph: Graph, node: NodeId): boolean {
  return graph.op[node] === CODE.add && graph.is(graph.a[node]!, 1) && graph.op[graph.b[node]!] === CODE.exp;
}
