/**
 * The original implementation of Lee, Yu and Yang forces one `if` at a time, though several test the same thing. Under this pass
 * every `if` has a condition of its own: each use of c > 0 by a `where` becomes c − τ > 0 with an input τ of its own, so that
 * conditions no longer coincide. τ is set to 0 when all is built.
 */

import type { Graph } from "../../autodiff/graph/graph.ts";
import { substitute } from "../../autodiff/graph/substitute.ts";
import { CODE, INPUT } from "../../autodiff/ops/codes.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import type { Objective } from "../../objective/objective.ts";
import { type Pass, withNodes } from "../../objective/pass.ts";
import { analyseBoundaries, type Boundary } from "./boundaries.ts";

export interface SeparateIfs {
  readonly pass: Pass;
  /** Which of the program's own boundaries a boundary of the rewritten one lies on. */
  readonly groupOf: (boundary: Boundary) => number;
  /** The nodes with every τ replaced by 0. */
  readonly tied: (graph: Graph, nodes: readonly NodeId[]) => NodeId[];
}

/** The pass, which is good for one objective: it remembers which condition each copy stands for. */
export function separateIfs(): SeparateIfs {
  const groupOfCopy = new Map<NodeId, number>();
  const offsets = new Map<NodeId, NodeId>();
  return {
    pass: {
      name: "separate-ifs",
      sentence:
        "Every `if` gets a condition of its own, c − τ > 0 with a τ that is 0 in the end, so that none coincide.",
      run: (objective) => separated(objective, groupOfCopy, offsets),
    },
    groupOf: ({ predicates }) => groupOfCopy.get(predicates[0]!.node)!,
    tied: (graph, nodes) => substitute(graph, nodes, offsets),
  };
}

function separated(objective: Objective, groupOfCopy: Map<NodeId, number>, offsets: Map<NodeId, NodeId>): Objective {
  const { graph } = objective;
  const { algebra: A } = graph;
  const groupOfOriginal = new Map<NodeId, number>();
  analyseBoundaries(objective).boundaries.forEach(({ predicates }, group) => {
    for (const { node } of predicates) groupOfOriginal.set(node, group);
  });
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
  return withNodes(
    objective,
    roots.map((root) => rebuilt.get(root)!),
  );
}
