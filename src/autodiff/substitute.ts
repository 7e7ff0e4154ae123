/** Rebuilding part of a graph with some of its nodes replaced. */
import type { Graph } from "./graph.ts";
import type { NodeId } from "./ops.ts";

/**
 * The nodes `roots` with every key of `replacement` exchanged for its value, wherever it is used. Results are kept in
 * `replacement` itself, so that successive calls with one map share their work; only nodes that depend on a replaced
 * one are rebuilt. `shortcut` may name the value of a node that is not in the map. Cost: the number of nodes from which `roots` are computed and which are not yet in the map.
 */
export function substitute(
  graph: Graph,
  roots: readonly NodeId[],
  replacement: Map<NodeId, NodeId>,
  shortcut?: (node: NodeId) => NodeId | undefined,
): NodeId[] {
  const stack: NodeId[] = [];
  for (const root of roots) {
    stack.push(root);
    while (stack.length > 0) {
      const node = stack[stack.length - 1]!;
      const known = replacement.has(node) ? undefined : shortcut?.(node);
      if (known !== undefined) replacement.set(node, known);
      if (!replacement.has(node) && pushMissingOperands(graph, node, replacement, stack)) continue;
      stack.pop();
      if (!replacement.has(node)) replacement.set(node, rebuilt(graph, node, replacement));
    }
  }
  return roots.map((root) => replacement.get(root)!);
}

function pushMissingOperands(graph: Graph, node: NodeId, done: Map<NodeId, NodeId>, stack: NodeId[]): boolean {
  const before = stack.length;
  for (let j = graph.arity(node) - 1; j >= 0; j--) {
    const operand = graph.operand(node, j);
    if (!done.has(operand)) stack.push(operand);
  }
  return stack.length > before;
}

function rebuilt(graph: Graph, node: NodeId, replacement: Map<NodeId, NodeId>): NodeId {
  const arity = graph.arity(node);
  if (arity === 0) return node;
  const x = replacement.get(graph.a[node]!)!;
  const y = arity > 1 ? replacement.get(graph.b[node]!)! : -1;
  const z = arity > 2 ? replacement.get(graph.c[node]!)! : -1;
  if (x === graph.a[node] && y === graph.b[node] && z === graph.c[node]) return node;
  return graph.apply(graph.op[node]!, x, y, z);
}
