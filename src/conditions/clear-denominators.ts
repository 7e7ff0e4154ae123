/**
 * Sums and products of quotients over a common denominator: c = over/Πd^k. The sign of c is that of over times those of the
 * d with odd powers, so that c > 0 changes where one of these is 0: there are no poles left.
 */

import type { Graph } from "../autodiff/graph/graph.ts";
import { poles } from "../autodiff/graph/poles.ts";
import { factorsOf } from "../autodiff/graph/product-form.ts";
import { CODE } from "../autodiff/ops/codes.ts";
import type { NodeId } from "../autodiff/ops/op.ts";

interface Fraction {
  readonly over: NodeId;
  /** Divisors that may be 0, with their powers. */
  readonly by: ReadonlyMap<NodeId, number>;
}

const MOST_DIVISORS = 8;

/** Nodes whose signs multiply to that of `root`, the numerator first; undefined if it is no quotient by what may be 0. */
export function signFactors(graph: Graph, root: NodeId): NodeId[] | undefined {
  const nodes = graph.reachable([root]);
  const divisors = poles(graph, nodes);
  if (divisors.size === 0) return undefined;
  const { algebra: A } = graph;
  const fractions = new Map<NodeId, Fraction>();
  const of = (node: NodeId): Fraction => fractions.get(node) ?? { over: node, by: new Map() };
  for (const node of nodes) {
    const [x, y] = [graph.a[node]!, graph.b[node]!];
    const divisor = divisors.get(node);
    let made: Fraction | undefined;
    if (divisor !== undefined) {
      if (graph.op[node] === CODE.div) made = divided(graph, multiplied(graph, of(x), of(y).by), of(y).over, 1);
      else if (graph.op[node] === CODE.tan) made = divided(graph, of(A.sin(x)), divisor, 1);
      else if (graph.op[node] === CODE.pow && Number.isInteger(graph.value(y)))
        made = divided(graph, of(A.constant(1)), divisor, -graph.value(y));
    } else if (fractions.has(x) || fractions.has(y)) made = combined(graph, graph.op[node]!, of(x), of(y));
    if (made && made.by.size <= MOST_DIVISORS) fractions.set(node, made);
  }
  const { over, by } = of(root);
  return by.size === 0
    ? undefined
    : [over, ...[...by].flatMap(([divisor, power]) => (power % 2 === 0 ? [] : [divisor]))];
}

function combined(graph: Graph, code: number, x: Fraction, y: Fraction): Fraction | undefined {
  const { algebra: A } = graph;
  switch (code) {
    case CODE.neg:
      return { over: A.neg(x.over), by: x.by };
    case CODE.square:
      return times(graph, x, x);
    case CODE.mul:
      return times(graph, x, y);
    case CODE.div: // by what is positive
      return { over: A.div(x.over, y.over), by: x.by };
    case CODE.add:
    case CODE.sub: {
      const by = new Map(x.by);
      for (const [divisor, power] of y.by) by.set(divisor, Math.max(power, by.get(divisor) ?? 0));
      const [left, right] = [x, y].map((part) => {
        const missing = [...by].map(([divisor, power]) => [divisor, power - (part.by.get(divisor) ?? 0)] as const);
        return multiplied(graph, part, new Map(missing)).over;
      }) as [NodeId, NodeId];
      return { over: graph.apply(code, left, right), by };
    }
    default:
      return undefined;
  }
}

function times(graph: Graph, x: Fraction, y: Fraction): Fraction {
  const by = new Map(x.by);
  for (const [divisor, power] of y.by) by.set(divisor, power + (by.get(divisor) ?? 0));
  return { over: graph.algebra.mul(x.over, y.over), by };
}

/** The numerator times powers of nodes. */
function multiplied(graph: Graph, { over, by }: Fraction, factors: ReadonlyMap<NodeId, number>): Fraction {
  let product = over;
  for (const [factor, power] of factors) for (let k = 0; k < power; k++) product = graph.algebra.mul(product, factor);
  return { over: product, by };
}

/** Divided by a power of a node, which is taken apart where it is a product. */
function divided(graph: Graph, { over, by }: Fraction, divisor: NodeId, power: number): Fraction {
  const powers = new Map(by);
  for (const factor of factorsOf(graph, divisor)) powers.set(factor, power + (powers.get(factor) ?? 0));
  return { over, by: powers };
}
