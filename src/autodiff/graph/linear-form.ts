/**
 * Linear forms: a node written as Σ coefficient · atom + constant, where an atom is a node that is not itself a sum,
 * a difference or a constant multiple. Used to find conditions that are affine in the latents.
 */

import type { NodeId } from "../ops/op.ts";
import type { Graph } from "./graph.ts";
import { linearOperands } from "./linear-operands.ts";

export interface LinearForm {
  /** Coefficients that are not 0, by atom. */
  readonly coefficients: ReadonlyMap<NodeId, number>;
  readonly constant: number;
}

/**
 * The linear form of a node; linear in the number of additions below it. With `of` = Math.abs every summand counts without its sign: of (z + 8) − 8, which
 * is z, the form is z + 16 then.
 */
export function linearForm(
  graph: Graph,
  root: NodeId,
  of: (summand: number) => number = (summand) => summand,
): LinearForm {
  const varies = (operand: NodeId): boolean => !graph.isConstant(operand);
  // By node the operands that it is a sum of, by their places; none for an atom.
  const parts = new Map<NodeId, readonly number[]>([[root, NONE]]);
  // A map goes on to what is added while it is walked.
  for (const node of parts.keys()) {
    const group = linearOperands(graph, node, varies) ?? NONE;
    parts.set(node, group);
    for (const place of group) {
      const operand = graph.operand(node, place);
      if (!parts.has(operand)) parts.set(operand, NONE);
    }
  }
  const coefficients = new Map<NodeId, number>();
  const weight = new Map<NodeId, number>([[root, 1]]);
  let constant = 0;
  // Ids are a topological order: descending, every weight is complete when its node comes up.
  for (const node of [...parts.keys()].sort((p, q) => q - p)) {
    const w = weight.get(node)!;
    const group = parts.get(node)!;
    if (graph.isConstant(node)) constant += of(w * graph.value(node));
    else if (group.length === 0 && w !== 0) coefficients.set(node, w);
    for (const place of group) {
      const operand = graph.operand(node, place);
      weight.set(operand, (weight.get(operand) ?? 0) + of(weightOf(graph, node, group, place, w)));
    }
  }
  return { coefficients, constant };
}

const NONE: readonly number[] = [];

/** The weight of an operand in a node of weight w. A linear function takes weights as it takes values: x/2 of weight w is x of weight w/2, and x − y is y of weight 0 − w. */
function weightOf(graph: Graph, node: NodeId, group: readonly number[], place: number, w: number): number {
  const { primal, partials } = graph.ops.rows[graph.op[node]!]!;
  const of = (j: number): number =>
    j === place ? w : j < partials.length && !group.includes(j) ? graph.value(graph.operand(node, j)) : 0;
  return primal(of(0), of(1), of(2));
}
