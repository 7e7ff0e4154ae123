/**
 * Where an expression is a number, as a mask, and the expression made one everywhere. log(x) is a number where x ≥ 0, −∞ at 0 counted
 * as one: a comparison with it is no other than with a number.
 */

import { behaviourOf } from "./graph/behaviour.ts";
import { type Graph, MASK } from "./graph/graph.ts";
import { limitsOf, poleOf } from "./graph/poles.ts";
import { neverNegative, neverZero } from "./graph/signs.ts";
import { substitute } from "./graph/substitute.ts";
import { ALL_OPS } from "./ops/all-ops.ts";
import { CODE, CONSTANT, INPUT } from "./ops/codes.ts";
import { codesWith } from "./ops/facts/behaviours.ts";
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
      let mask = graph
        .operands(node)
        .map(of)
        .reduce((p, q) => A.and(p, q), holds);
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
    if (!graph.ops.rows[CODE.max]) graph.link(ALL_OPS);
    replacement.set(node, graph.apply(graph.op[node]!, A.max(u, A.constant(from)), y));
  }
  return substitute(graph, [c], replacement)[0]!;
}

/**
 * May an expression be NaN on more than a null set where all of its functions are inside of their domains? 1/max(x, 0) is ∞ for x < 0
 * and a number, but max(x, 0)/max(x, 0) is 0/0 there, and max(x, 0)·log(max(x, 0)) is 0·(−∞). Numbers that are too large for
 * doubles are none of its business.
 */
export function mayBeUndefinedInside(graph: Graph, x: NodeId): boolean {
  const infinite = new Set<NodeId>();
  const stays = (node: NodeId): boolean => mayStayZero(graph, node);
  return smoothCone(graph, x)
    .sort((p, q) => p - q)
    .some((node) => {
      const code = graph.op[node]!;
      if (code === CONSTANT || code === INPUT) {
        if (code === CONSTANT && !Number.isFinite(graph.value(node))) infinite.add(node);
        return false;
      }
      const [u, y] = graph.operands(node) as [NodeId, NodeId];
      const below = graph.operands(node).map((operand) => infinite.has(operand));
      const pole = poleOf(graph, node);
      const ends = mayEnd(graph, node) || (pole !== undefined && !neverZero(graph, pole.at));
      if (below.some(Boolean) || (ends && stays(node))) infinite.add(node);
      if (Number.isNaN(behaviourOf(graph, node).from)) return true;
      if (code === CODE.add || code === CODE.sub) return below[0]! && below[1]!;
      if (code === CODE.mul || code === CODE.chain) return (below[0]! && stays(y)) || (below[1]! && stays(u));
      if (code === CODE.div) return (below[0]! && below[1]!) || (!neverZero(graph, y) && stays(u) && stays(y));
      return below[0]! && limitsOf(graph, node)[0]!.includes("none");
    });
}

/**
 * May an op be one smooth function on one side of a place and another one beyond it? Comparisons are so where a selection reads them; the
 * largest number of a log Σ exp cancels from it.
 */
export function isBentOp(code: number): boolean {
  return BENT.has(code) && code !== CODE.peak;
}

const BENT: ReadonlySet<number> = /* @__PURE__ */ codesWith(({ pieces }) => pieces !== "one");

/**
 * May a value such as a divisor be 0 on more than a null set? max(x, 0) is, for all x < 0, so that 1/max(x, 0) > 0.5 holds there and is
 * not the same as 1 > 0.5·max(x, 0) and max(x, 0) > 0. What no function with a kink and no selection is in is 0 nowhere but on one;
 * |x| is 0 where x is, and |x| + |y| where both are.
 */
export function mayStayZero(graph: Graph, value: NodeId): boolean {
  if (neverZero(graph, value)) return false;
  const [x, y] = [graph.a[value]!, graph.b[value]!];
  switch (graph.op[value]) {
    case CODE.abs:
    case CODE.square:
    case CODE.neg:
      return mayStayZero(graph, x);
    case CODE.mul:
      return mayStayZero(graph, x) || mayStayZero(graph, y);
    case CODE.add:
      if (neverNegative(graph, x) && neverNegative(graph, y)) return mayStayZero(graph, x) && mayStayZero(graph, y);
  }
  return graph.reachable([value]).some((node) => isBentOp(graph.op[node]!));
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
