/**
 * Linear forms: a node written as Σ coefficient · atom + constant, where an atom is a node that is not itself a sum,
 * a difference or a constant multiple. Used to find conditions that are affine in the latents.
 */

import { CODE, CONSTANT } from "../ops/codes.ts";
import type { NodeId } from "../ops/op.ts";
import type { Graph } from "./graph.ts";

export interface LinearForm {
  /** Coefficients that are not 0, by atom. */
  readonly coefficients: ReadonlyMap<NodeId, number>;
  readonly constant: number;
}

/** The linear form of a node; linear in the number of additions below it. */
export function linearForm(graph: Graph, root: NodeId): LinearForm {
  const coefficients = new Map<NodeId, number>();
  const weight = new Map<NodeId, number>([[root, 1]]);
  let constant = 0;
  // Ids are a topological order: descending, every weight is complete when its node comes up.
  for (const node of linearNodes(graph, root)) {
    const w = weight.get(node)!;
    const parts = partsOf(graph, node);
    if (graph.isConstant(node)) constant += w * graph.value(node);
    else if (parts) for (const [part, scaled] of parts) weight.set(part, (weight.get(part) ?? 0) + scaled(w));
    else if (w !== 0) coefficients.set(node, w);
  }
  return { coefficients, constant };
}

type Part = readonly [node: NodeId, scaled: (weight: number) => number];

// The nodes that a node is a sum of, and what its weight becomes there; undefined for an atom.
function partsOf(graph: Graph, node: NodeId): readonly Part[] | undefined {
  const [x, y] = [graph.a[node]!, graph.b[node]!];
  const same = (w: number): number => w;
  const negated = (w: number): number => -w;
  switch (graph.op[node]) {
    case CONSTANT:
      return [];
    case CODE.add:
      return [
        [x, same],
        [y, same],
      ];
    case CODE.sub:
      return [
        [x, same],
        [y, negated],
      ];
    case CODE.neg:
      return [[x, negated]];
    case CODE.mul:
      if (graph.isConstant(x)) return [[y, (w) => w * graph.value(x)]];
      return graph.isConstant(y) ? [[x, (w) => w * graph.value(y)]] : undefined;
    case CODE.div:
      return graph.isConstant(y) ? [[x, (w) => w / graph.value(y)]] : undefined;
    default:
      return undefined;
  }
}

// The nodes that root is a sum of, and theirs in turn: root first, ids descending.
function linearNodes(graph: Graph, root: NodeId): NodeId[] {
  const seen = new Set<NodeId>([root]);
  // A set goes on to what is added while it is walked.
  for (const node of seen) for (const [part] of partsOf(graph, node) ?? []) seen.add(part);
  return [...seen].sort((p, q) => q - p);
}
