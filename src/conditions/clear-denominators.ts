/**
 * Sums and products of quotients over a common denominator: c = over/Πd^k. The sign of c is that of over times those of the
 * d with odd powers, so that c > 0 changes where one of these is 0: there are no poles left.
 */

import { mayStayZero } from "../autodiff/definedness.ts";
import { behaviourOf } from "../autodiff/graph/behaviour.ts";
import type { Graph } from "../autodiff/graph/graph.ts";
import { linearOperands } from "../autodiff/graph/linear-operands.ts";
import { poleOf, poles } from "../autodiff/graph/poles.ts";
import { factorsOf } from "../autodiff/graph/product-form.ts";
import { neverNegative } from "../autodiff/graph/signs.ts";
import { CODE, INPUT } from "../autodiff/ops/codes.ts";
import type { NodeId } from "../autodiff/ops/op.ts";

interface Fraction {
  readonly over: NodeId;
  /** Divisors that may be 0, with their powers. */
  readonly by: ReadonlyMap<NodeId, number>;
}

const MOST_DIVISORS = 8;

/**
 * Nodes whose signs multiply to that of `root`, the numerator first; undefined if it is no quotient by what may be 0, or is one by
 * what may stay 0. Of x/|y| > 1, which is x > |y|, that is the numerator alone: what is nowhere negative has no sign that
 * could change.
 *
 * What may stay 0 and is nowhere negative is no obstacle to a single quotient: x/max(y, 0) > 1 is x > max(y, 0), for y < 0 too,
 * where x/0 is infinite with the sign of x, and NaN for x = 0, which is not greater than 0 either. x/max(y, 0) > w/max(y, 0) is no
 * single one: ∞ − ∞ is NaN for y < 0, and x > w may hold.
 */
export function signFactors(graph: Graph, root: NodeId): NodeId[] | undefined {
  const nodes = graph.reachable([root]);
  const divisors = poles(graph, nodes);
  if (divisors.size === 0) return undefined;
  const isSingle = divisors.size === 1 && nodes.every((node) => divisors.has(node) || staysFinite(graph, node));
  for (const divisor of divisors.values())
    if (mayStayZero(graph, divisor) && !(isSingle && neverNegative(graph, divisor))) return undefined;
  const fractions = new Map<NodeId, Fraction>();
  const of = (node: NodeId): Fraction => fractions.get(node) ?? { over: node, by: new Map() };
  for (const node of nodes) {
    const divisor = divisors.get(node);
    let made: Fraction | undefined;
    if (divisor !== undefined) {
      const { over, power } = poleOf(graph, node)!;
      // x/(y/z)² is x·z²/y².
      const below = of(divisor);
      const cleared = new Map([...below.by].map(([factor, own]) => [factor, own * power]));
      if (over >= 0) made = divided(graph, multiplied(graph, of(over), cleared), below.over, power);
    } else if (graph.operands(node).some((operand) => fractions.has(operand))) made = combined(graph, node, fractions);
    if (made && made.by.size <= MOST_DIVISORS) fractions.set(node, made);
  }
  const { over, by } = of(root);
  return by.size === 0
    ? undefined
    : [
        over,
        ...[...by].flatMap(([divisor, power]) => (power % 2 === 0 || neverNegative(graph, divisor) ? [] : [divisor])),
      ];
}

// Whether a node is a finite number wherever its operands are.
function staysFinite(graph: Graph, node: NodeId): boolean {
  if (graph.isConstant(node)) return Number.isFinite(graph.value(node));
  return (
    graph.op[node] === INPUT || (graph.arity(node) > 0 && behaviourOf(graph, node).from === Number.NEGATIVE_INFINITY)
  );
}

// An op on fractions as a fraction: a product, or what is linear in all of the fractions together, over their common denominator.
// Undefined for others, and for selections: an arm would jump where only the other one has a pole.
function combined(graph: Graph, node: NodeId, fractions: ReadonlyMap<NodeId, Fraction>): Fraction | undefined {
  const operands = graph.operands(node);
  const parts = operands.map((operand): Fraction => fractions.get(operand) ?? { over: operand, by: new Map() });
  if (graph.op[node] === CODE.square) return times(graph, parts[0]!, parts[0]!);
  if (graph.op[node] === CODE.mul) return times(graph, parts[0]!, parts[1]!);
  const group = linearOperands(graph, node, (operand) => fractions.has(operand));
  if (!group || graph.op[node] === CODE.where) return undefined;
  const by = new Map<NodeId, number>();
  for (const j of group)
    for (const [divisor, power] of parts[j]!.by) by.set(divisor, Math.max(power, by.get(divisor) ?? 0));
  const [x, y] = parts.map((part, j) => {
    if (!group.includes(j)) return part.over;
    const missing = [...by].map(([divisor, power]) => [divisor, power - (part.by.get(divisor) ?? 0)] as const);
    return multiplied(graph, part, new Map(missing)).over;
  });
  return { over: graph.apply(graph.op[node]!, x!, y), by };
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
