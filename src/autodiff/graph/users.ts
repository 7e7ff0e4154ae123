/**
 * A graph names for each node its operands; `Users` names for each node those that use it. So it is found what a change of z would change:
 * of 2·z + y the product and the sum.
 */

import type { NodeId } from "../ops/op.ts";
import type { Graph } from "./graph.ts";

export class Users {
  // Of each use of a node: the user, and after it the place of the use of the same node before, 0 for none; of each node, its last use.
  readonly #uses: number[] = [0, 0];
  readonly #last: Int32Array;

  /** Of `nodes` alone; linear in their number. */
  constructor(graph: Graph, nodes: readonly NodeId[]) {
    this.#last = new Int32Array(graph.size);
    for (const node of nodes)
      for (let j = graph.arity(node) - 1; j >= 0; j--) {
        const operand = graph.operand(node, j);
        this.#last[operand] = this.#uses.push(node, this.#last[operand]!) - 2;
      }
  }

  /** The nodes that are computed from some of `from`, these included; linear in their number. */
  above(from: readonly NodeId[]): NodeId[] {
    const found = new Set(from);
    // A set goes on to what is added while it is walked.
    for (const node of found)
      for (let use = this.#last[node]!; use > 0; use = this.#uses[use + 1]!) found.add(this.#uses[use]!);
    return [...found];
  }
}

/** Of how many operands of `nodes` each node is one, and two more if it is an output, so that no output has a single use; with room for three more nodes. */
export function useCounts(graph: Graph, nodes: readonly NodeId[], outputs: readonly NodeId[]): Int32Array {
  const uses = new Int32Array(graph.size + 3);
  for (const node of outputs) uses[node]! += 2;
  const { op, a, b, c, ops } = graph;
  for (const node of nodes) {
    const arity = ops.arity[op[node]!]!;
    if (arity > 0) uses[a[node]!]!++;
    if (arity > 1) uses[b[node]!]!++;
    if (arity > 2) uses[c[node]!]!++;
  }
  return uses;
}
