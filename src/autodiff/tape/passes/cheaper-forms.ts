/** Cheaper forms of single ops, equal up to rounding where their values are finite; used where sums are gathered. */

import type { Graph } from "../../graph/graph.ts";
import { CODE, codesOf } from "../../ops/codes.ts";
import type { NodeId } from "../../ops/op.ts";

/** Ops that have other forms. */
export const HAS_CHEAPER: ReadonlySet<number> = /* @__PURE__ */ codesOf("div", "where", "and", "or");

/** The node of an op, in a form that costs less in every lane. */
export function applyCheaply(graph: Graph, code: number, x: NodeId, y: NodeId, z: NodeId): NodeId {
  if (code === CODE.div) return quotient(graph, x, y);
  if (code === CODE.where) return selection(graph, x, y, z);
  if (code === CODE.and || code === CODE.or) return implied(graph, code, x, y) ?? graph.apply(code, x, y);
  return graph.apply(code, x, y, z);
}

// Where the divisor is one of two constants, a product with one of their reciprocals.
function quotient(graph: Graph, x: NodeId, y: NodeId): NodeId {
  const { algebra: A } = graph;
  const arms = [graph.b[y]!, graph.c[y]!] as const;
  if (graph.op[y] !== CODE.where || !arms.every((arm) => graph.isConstant(arm))) return A.div(x, y);
  const chosen = (numerator: number): number[] => arms.map((arm) => numerator / graph.value(arm));
  const numerator = graph.isConstant(x) ? graph.value(x) : 1;
  const [taken, other] = chosen(numerator) as [number, number];
  if (graph.isConstant(x)) return A.where(graph.a[y]!, graph.constant(taken), graph.constant(other));
  // A reciprocal that overflows or has lost digits would not do.
  if (![taken, other].every((value) => Math.abs(value) > 1e-300 && Math.abs(value) < 1e300)) return A.div(x, y);
  return A.mul(x, A.where(graph.a[y]!, graph.constant(taken), graph.constant(other)));
}

// Of a multiple and 0 the multiple of a selection, which sums take for a coefficient.
function selection(graph: Graph, p: NodeId, x: NodeId, y: NodeId): NodeId {
  const { algebra: A } = graph;
  for (const [arm, other] of [
    [x, y],
    [y, x],
  ] as const) {
    if (!graph.is(other, 0) || graph.op[arm] !== CODE.mul) continue;
    const [a, b] = [graph.a[arm]!, graph.b[arm]!];
    const [factor, of] = graph.isConstant(a) ? [a, b] : [b, a];
    if (!graph.isConstant(factor) || !Number.isFinite(graph.value(factor))) continue;
    return A.mul(factor, arm === x ? A.where(p, of, other) : A.where(p, other, of));
  }
  return A.where(p, x, y);
}

/** A condition x > bound (`up`) or x < bound; `negated`: its complement, which holds for NaN too. */
export interface Threshold {
  readonly of: NodeId;
  readonly bound: number;
  /** Whether the values for which it holds reach up to ∞ or down to −∞. */
  readonly up: boolean;
  readonly negated: boolean;
}

/** A condition on one lane value and a constant, if it is one. */
export function thresholdOf(graph: Graph, mask: NodeId): Threshold | undefined {
  const negated = graph.op[mask] === CODE.not;
  const positive = negated ? graph.a[mask]! : mask;
  if (graph.op[positive] !== CODE.positive) return undefined;
  // The sign of a sum or difference of two doubles is that of the exact one.
  const inner = graph.a[positive]!;
  const [x, y] = [graph.a[inner]!, graph.b[inner]!];
  switch (graph.op[inner]) {
    case CODE.add:
      if (graph.isConstant(x)) return { of: y, bound: -graph.value(x), up: !negated, negated };
      if (graph.isConstant(y)) return { of: x, bound: -graph.value(y), up: !negated, negated };
      break;
    case CODE.sub:
      if (graph.isConstant(x)) return { of: y, bound: graph.value(x), up: negated, negated };
      break;
    case CODE.neg:
      return { of: x, bound: 0, up: negated, negated };
  }
  return { of: inner, bound: 0, up: !negated, negated };
}

// One of two conditions on one value where it implies the other, or false where they exclude each other.
function implied(graph: Graph, code: number, p: NodeId, q: NodeId): NodeId | undefined {
  const [first, second] = [thresholdOf(graph, p), thresholdOf(graph, q)];
  if (!first || !second || first.of !== second.of) return undefined;
  if (implies(first, second)) return code === CODE.and ? p : q;
  if (implies(second, first)) return code === CODE.and ? q : p;
  const [up, down] = first.up ? [first, second] : [second, first];
  const apart = up.up && !down.up && up.bound >= down.bound && !(up.negated && down.negated);
  return code === CODE.and && apart ? graph.truth(false) : undefined;
}

function implies(p: Threshold, q: Threshold): boolean {
  if (p.up !== q.up || (p.negated && !q.negated)) return false;
  return p.up ? p.bound >= q.bound : p.bound <= q.bound;
}
