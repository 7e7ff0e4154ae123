/**
 * Families of parallel boundaries at constant distances, in the order in which a moving draw meets them. On the k-th one
 * the conditions of all others are known, so that a node which nothing else switches or moves has one value on all
 * boundaries before the first of the conditions below it, and one on all behind the last. Both are found once per family:
 * the boundaries of a sum over n conditions then cost O(log n) each and not n.
 */

import { SparseReplacement, substitute } from "../../autodiff/graph/substitute.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import type { Objective } from "../../objective/objective.ts";
import type { Boundary } from "./boundaries.ts";

/** The nodes on one boundary of a family whose values are the same on others of it, and those that do not jump there. */
export interface BesideFamily {
  /** The value of a node if it is that on all boundaries up to this one or from it on. */
  readonly value: (node: NodeId) => NodeId | undefined;
  /** False if the node does not depend on the condition of this boundary. */
  readonly mayJump: (node: NodeId) => boolean;
  /** Of a boundary that is of no family, where this is what it leaves as it is: how its jump reaches the terms when these predicates flip. */
  readonly apart?: (flipping: readonly NodeId[]) => {
    /** How many nodes may be gates, at most. */
    readonly gates: number;
    /** Nodes of whose differences the jump is the weighted sum; undefined where it is followed as easily. */
    readonly feet: () => readonly { readonly node: NodeId; readonly weight: NodeId }[] | undefined;
  };
}

/** Ranks of the members' conditions that a node depends on, and whether moving onto a boundary may change it otherwise. */
interface Span {
  readonly first: number;
  readonly last: number;
  readonly moves: boolean;
}
const CONSTANT_SPAN: Span = { first: Infinity, last: -Infinity, moves: false };
const MOVED: Span = { first: Infinity, last: -Infinity, moves: true };

/** Finds, for a boundary, what its family knows; undefined where distances are not constant and for families of few. */
export type Families = (
  objective: Objective,
  boundaries: readonly Boundary[],
) => (boundary: Boundary) => BesideFamily | undefined;

export const familiesOf: Families = (objective, boundaries) => {
  const members = new Map<number, Boundary[]>();
  for (const boundary of boundaries) {
    const known = members.get(boundary.family);
    if (known) known.push(boundary);
    else members.set(boundary.family, [boundary]);
  }
  const made = new Map<number, (boundary: Boundary) => BesideFamily | undefined>();
  return (boundary) => {
    const { family } = boundary;
    let of = made.get(family);
    if (!of) {
      of = familyOf(objective, members.get(family)!);
      made.set(family, of);
    }
    return of(boundary);
  };
};

const FEWEST = 3;

function familyOf(
  objective: Objective,
  members: readonly Boundary[],
): (boundary: Boundary) => BesideFamily | undefined {
  const { graph, variables, guided } = objective;
  const none = (): undefined => undefined;
  if (members.length < FEWEST) return none;
  if (!members.every(({ offset, blocks }) => graph.isConstant(offset) && blocks.length > 0)) return none;
  const offset = (boundary: Boundary): number => graph.value(boundary.offset);
  const ordered = [...members].sort((p, q) => offset(p) - offset(q));
  // Where c_j = c_k + (offset_j − offset_k) of a member beside the k-th boundary is above 0, and where below.
  const [before, behind] = [new SparseReplacement(guided), new SparseReplacement(guided)];
  const spans = new Map<NodeId, Span>();
  ordered.forEach(({ predicates, blocks }, rank) => {
    for (const { node, sign } of predicates) {
      spans.set(node, { first: rank, last: rank, moves: false });
      before.set(node, graph.truth(sign > 0));
      behind.set(node, graph.truth(sign < 0));
    }
    for (const { entries } of blocks)
      for (const { variable } of entries) {
        for (const { node } of variables[variable]!.column) spans.set(node, MOVED);
        spans.set(variables[variable]!.epsilon, MOVED);
      }
  });
  const roots = new Set(ordered.flatMap(({ affected }) => affected().map(({ node }) => node)));
  for (const node of graph.reachable([...roots])) {
    let span = CONSTANT_SPAN;
    for (const operand of graph.operands(node)) span = union(span, spans.get(operand)!);
    if (!before.has(node)) spans.set(node, spans.get(node) ?? span);
    else if (span.first <= span.last) return none; // a condition inside another of the family
  }
  const rankOf = new Map(ordered.map((boundary, rank) => [boundary, rank]));
  return (boundary) => {
    const rank = rankOf.get(boundary)!;
    return {
      value(node) {
        const span = spans.get(node);
        if (!span || span.moves || (span.first <= rank && rank <= span.last)) return undefined;
        return substitute(graph, [node], rank < span.first ? before : behind)[0]!;
      },
      mayJump(node) {
        const span = spans.get(node);
        return !span || (span.first <= rank && rank <= span.last);
      },
    };
  };
}

function union(p: Span, q: Span): Span {
  if (q === CONSTANT_SPAN || p === q) return p;
  if (p === CONSTANT_SPAN) return q;
  return { first: Math.min(p.first, q.first), last: Math.max(p.last, q.last), moves: p.moves || q.moves };
}
