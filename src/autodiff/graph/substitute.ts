/**
 * A part of a graph is rebuilt with some of its nodes replaced: x·y + 1 with 2·z in place of y is x·(2·z) + 1. What reads no replaced node
 * keeps its own.
 */

import type { NodeId } from "../ops/op.ts";
import type { Graph } from "./graph.ts";

/** What nodes are exchanged for, with what has been rebuilt so far: a map, or one of those below. */
export interface Replacement {
  get(node: NodeId): NodeId | undefined;
  set(node: NodeId, by: NodeId): unknown;
  /** What constants and inputs are exchanged for where the replacement itself says nothing. */
  readonly leaves?: Replacement;
}

/** A replacement of most nodes of a graph. */
export class DenseReplacement implements Replacement {
  #above = new Int32Array(1024); // 1 + the node; 0 for none

  get(node: NodeId): NodeId | undefined {
    const found = node < this.#above.length ? this.#above[node]! : 0;
    return found === 0 ? undefined : found - 1;
  }

  set(node: NodeId, by: NodeId): void {
    if (node >= this.#above.length) {
      const grown = new Int32Array(2 * node);
      grown.set(this.#above);
      this.#above = grown;
    }
    this.#above[node] = by + 1;
  }
}

/** A replacement of a few nodes beside another one of the inputs. */
export class SparseReplacement extends Map<NodeId, NodeId> implements Replacement {
  readonly leaves: Replacement;

  constructor(leaves: Replacement, entries?: ReadonlyMap<NodeId, NodeId>) {
    super(entries);
    this.leaves = leaves;
  }
}

/**
 * The nodes `roots` with every key of `replacement` exchanged for its value, wherever it is used. Results are kept in
 * `replacement` itself, so that successive calls with one map share their work; only nodes that depend on a replaced
 * one are rebuilt. `shortcut` may name the value of a node that is not in the map. Cost: the number of nodes from which `roots` are computed and which are not yet in the map.
 */
export function substitute(
  graph: Graph,
  roots: readonly NodeId[],
  replacement: Replacement,
  shortcut?: (node: NodeId) => NodeId | undefined,
): NodeId[] {
  const stack: NodeId[] = [];
  return roots.map((root) => {
    stack.push(root);
    while (stack.length > 0) {
      const node = stack[stack.length - 1]!;
      if (replacement.get(node) === undefined) {
        const known = shortcut?.(node);
        if (known === undefined && pushMissingOperands(graph, node, replacement, stack)) continue;
        replacement.set(node, known ?? rebuilt(graph, node, replacement));
      }
      stack.pop();
    }
    return replacement.get(root)!;
  });
}

function pushMissingOperands(graph: Graph, node: NodeId, done: Replacement, stack: NodeId[]): boolean {
  const before = stack.length;
  for (let j = graph.arity(node) - 1; j >= 0; j--) {
    const operand = graph.operand(node, j);
    if (done.get(operand) === undefined) stack.push(operand);
  }
  return stack.length > before;
}

function rebuilt(graph: Graph, node: NodeId, replacement: Replacement): NodeId {
  const arity = graph.arity(node);
  if (arity === 0) return replacement.leaves?.get(node) ?? node;
  const x = replacement.get(graph.a[node]!)!;
  const y = arity > 1 ? replacement.get(graph.b[node]!)! : -1;
  const z = arity > 2 ? replacement.get(graph.c[node]!)! : -1;
  if (x === graph.a[node] && y === graph.b[node] && z === graph.c[node]) return node;
  return graph.apply(graph.op[node]!, x, y, z);
}
