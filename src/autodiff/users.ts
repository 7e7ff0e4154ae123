/** A graph read from operands to results. */
import { append } from "./append.ts";
import type { Graph } from "./graph.ts";
import type { NodeId } from "./ops.ts";

export class Users {
  readonly #users = new Map<NodeId, NodeId[]>();

  /** Of `nodes` alone; linear in their number. */
  constructor(graph: Graph, nodes: readonly NodeId[]) {
    for (const node of nodes)
      for (let j = graph.arity(node) - 1; j >= 0; j--) append(this.#users, graph.operand(node, j), node);
  }

  /** The nodes that are computed from some of `from`, these included; linear in their number. */
  above(from: readonly NodeId[]): NodeId[] {
    const found = new Set(from);
    // A set goes on to what is added while it is walked.
    for (const node of found) for (const user of this.#users.get(node) ?? []) found.add(user);
    return [...found];
  }
}
