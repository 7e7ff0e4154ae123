/** A graph read from operands to results. */
import type { Graph } from "./graph.ts";
import type { NodeId } from "./ops.ts";

export class Users {
  readonly #graph: Graph;
  // The users of node i are #users[#start[i] … #start[i + 1] − 1].
  readonly #start: Int32Array;
  readonly #users: Int32Array;

  /** Of `nodes` alone; linear in the size of the graph. */
  constructor(graph: Graph, nodes: readonly NodeId[]) {
    const start = new Int32Array(graph.size + 1);
    for (const node of nodes) for (let j = graph.arity(node) - 1; j >= 0; j--) start[graph.operand(node, j) + 1]!++;
    for (let i = 0; i < graph.size; i++) start[i + 1]! += start[i]!;
    const users = new Int32Array(start[graph.size]!);
    const filled = start.slice();
    for (const node of nodes)
      for (let j = graph.arity(node) - 1; j >= 0; j--) users[filled[graph.operand(node, j)]!++] = node;
    this.#graph = graph;
    this.#start = start;
    this.#users = users;
  }

  /** The nodes that are computed from some of `from`, these included; linear in their number. */
  above(from: readonly NodeId[]): NodeId[] {
    const seen = this.#graph.takeScratch();
    const found: NodeId[] = [];
    const see = (node: NodeId): void => {
      if (seen[node] !== 0) return;
      seen[node] = 1;
      found.push(node);
    };
    for (const node of from) see(node);
    for (let at = 0; at < found.length; at++) {
      const end = this.#start[found[at]! + 1]!;
      for (let user = this.#start[found[at]!]!; user < end; user++) see(this.#users[user]!);
    }
    for (const node of found) seen[node] = 0;
    this.#graph.giveBack(seen);
    return found;
  }
}
