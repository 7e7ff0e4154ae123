/**
 * A part of a graph is rebuilt with some of its nodes replaced: x·y + 1 with 2·z in place of y is x·(2·z) + 1. What reads no replaced node
 * keeps its own.
 */

import { CODE } from "../ops/basic-codes.ts";
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
    const above = this.#above[node]; // of a node beyond the end undefined
    return above ? above - 1 : undefined;
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
  const results: NodeId[] = [];
  for (const root of roots) {
    stack.push(root);
    while (stack.length > 0) {
      const node = stack[stack.length - 1]!;
      if (replacement.get(node) === undefined) {
        const by = shortcut?.(node) ?? rebuilt(graph, node, replacement, stack);
        if (by < 0) continue;
        replacement.set(node, by);
      }
      stack.pop();
    }
    results.push(replacement.get(root)!);
  }
  return results;
}

// The node made of what its operands are exchanged for; −1 where some are not rebuilt yet, which are put on the stack.
function rebuilt(graph: Graph, node: NodeId, done: Replacement, stack: NodeId[]): NodeId {
  const code = graph.op[node]!;
  const arity = graph.ops.arity[code]!;
  if (arity === 0) return done.leaves?.get(node) ?? node;
  const a = graph.a[node]!;
  const b = arity > 1 ? graph.b[node]! : a;
  const c = arity > 2 ? graph.c[node]! : a;
  const x = done.get(a);
  if (code === CODE.where && x !== undefined && graph.isConstant(x)) {
    // Where a condition has become true or false only the arm that it chooses is rebuilt.
    const arm = graph.is(x, 0) ? c : b;
    const by = done.get(arm);
    if (by === undefined) stack.push(arm);
    return by ?? -1;
  }
  const y = arity > 1 ? done.get(b) : x;
  const z = arity > 2 ? done.get(c) : x;
  if (x === undefined || y === undefined || z === undefined) {
    if (z === undefined && arity > 2) stack.push(c);
    if (y === undefined && arity > 1) stack.push(b);
    if (x === undefined) stack.push(a);
    return -1;
  }
  if (x === a && y === b && z === c) return node;
  return graph.apply(code, x, arity > 1 ? y : -1, arity > 2 ? z : -1);
}
