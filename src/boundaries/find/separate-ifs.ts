/**
 * Every `if` with a condition of its own, though several test the same thing: the view of a program in which the
 * original implementation of Lee, Yu and Yang forces one `if` at a time.
 *
 * Each use of c > 0 by a `where` becomes c − τ > 0 with an input τ of its own, so that conditions no longer coincide;
 * τ is set to 0 when all is built.
 */

import { substitute } from "../../autodiff/graph/substitute.ts";
import { CODE, INPUT } from "../../autodiff/ops/codes.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import type { Objective } from "../../objective/objective.ts";
import { analyseBoundaries, type Boundary } from "./boundaries.ts";

export interface SeparateConditions {
  readonly objective: Objective;
  /** Which of the merged boundaries a boundary of the new objective lies on. */
  readonly groupOf: (boundary: number, all: readonly Boundary[]) => number;
  /** The nodes with every τ replaced by 0. */
  readonly tied: (nodes: readonly NodeId[]) => NodeId[];
}

export function separateConditions(objective: Objective): SeparateConditions {
  const { graph } = objective;
  const { algebra: A } = graph;
  const groupOfOriginal = new Map<NodeId, number>();
  analyseBoundaries(objective).boundaries.forEach(({ predicates }, group) => {
    for (const { node } of predicates) groupOfOriginal.set(node, group);
  });
  const groupOfCopy = new Map<NodeId, number>();
  const offsets = new Map<NodeId, NodeId>();
  const rebuilt = new Map<NodeId, NodeId>();
  const isConnective = (node: NodeId): boolean => [CODE.and, CODE.or, CODE.not].includes(graph.op[node]!);

  // The mask of one `where`, atoms replaced by copies of their own.
  const ownMask = (mask: NodeId): NodeId => {
    if (isConnective(mask)) {
      const operands = graph.operands(mask).map(ownMask);
      return graph.apply(graph.op[mask]!, operands[0]!, operands[1]);
    }
    if (!groupOfOriginal.has(mask)) return rebuilt.get(mask) ?? mask;
    const offset = graph.input("tie", false);
    offsets.set(offset, graph.constant(0));
    const copy = A.positive(A.sub(rebuilt.get(graph.a[mask]!)!, offset));
    groupOfCopy.set(copy, groupOfOriginal.get(mask)!);
    return copy;
  };
  const roots = objective.terms.map(({ node }) => node);
  for (const node of graph.reachable(roots)) {
    const at = (j: number): NodeId => rebuilt.get(graph.operand(node, j))!;
    if (graph.op[node]! <= INPUT) rebuilt.set(node, node);
    else if (graph.op[node] === CODE.where) rebuilt.set(node, A.where(ownMask(graph.a[node]!), at(1), at(2)));
    else {
      const operands = graph.operands(node).map((_, j) => at(j));
      rebuilt.set(node, graph.apply(graph.op[node]!, operands[0]!, operands[1], operands[2]));
    }
  }
  return {
    objective: { ...objective, terms: objective.terms.map((term) => ({ ...term, node: rebuilt.get(term.node)! })) },
    groupOf: (boundary, all) => groupOfCopy.get(all[boundary]!.predicates[0]!.node)!,
    tied: (nodes) => substitute(graph, nodes, new Map(offsets)),
  };
}
