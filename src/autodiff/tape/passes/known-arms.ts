/**
 * Functions of selections as selections, where several conditions choose between the same two values; and selections inside the
 * arms of a selection by the same condition, which is decided there. The values stay the same.
 */

import { type Graph, LANE } from "../../graph/graph.ts";
import { CODE } from "../../ops/codes.ts";
import type { NodeId } from "../../ops/op.ts";

/** How many sums and multiples deep an arm is looked into. */
const DEPTH = 3;
/** Selections between the same values, of which a function is taken: fewer are cheaper as they are. */
const FEWEST = 3;

/**
 * The nodes of `outputs`: f(where(p, a, b)) as where(p, f(a), f(b)), and where(p, g(where(p, a, b)), …) as where(p, g(a), …) for linear
 * g; `outputs` itself if there is no such node among `reachable`, those from which they are computed.
 */
export function restrictArms(
  graph: Graph,
  outputs: readonly NodeId[],
  reachable: readonly NodeId[],
): readonly NodeId[] {
  const chosen = functionsOfSelections(graph, reachable);
  const moved = new Int32Array(graph.size); // 1 + the node; 0 for none
  const at = (node: NodeId): NodeId => (moved[node] === 0 ? node : moved[node]! - 1);
  let changed = false;
  for (const node of reachable) {
    const arity = graph.arity(node);
    if (arity === 0 || !graph.hasFlag(node, LANE)) continue;
    const code = graph.op[node]!;
    const x = at(graph.a[node]!);
    let y = arity > 1 ? at(graph.b[node]!) : -1;
    let z = arity > 2 ? at(graph.c[node]!) : -1;
    if (arity === 1 && graph.op[x] === CODE.where && (chosen.get(keyOf(graph, node)) ?? 0) >= FEWEST) {
      const [taken, other] = [graph.b[x]!, graph.c[x]!].map((arm) => graph.apply(code, arm)) as [NodeId, NodeId];
      moved[node] = 1 + graph.algebra.where(graph.a[x]!, taken, other);
    } else {
      if (code === CODE.where) {
        y = restricted(graph, y, x, true, DEPTH);
        z = restricted(graph, z, x, false, DEPTH);
      }
      if (x === graph.a[node] && y === graph.b[node] && z === graph.c[node]) continue;
      moved[node] = 1 + graph.apply(code, x, y, z);
    }
    changed = true;
  }
  return changed ? outputs.map(at) : outputs;
}

const keyOf = (graph: Graph, node: NodeId): string => {
  const of = graph.a[node]!;
  return `${graph.op[node]} ${graph.b[of]} ${graph.c[of]}`;
};

// How many selections between the same two values a function is taken of, by function and values.
function functionsOfSelections(graph: Graph, nodes: readonly NodeId[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const node of nodes) {
    if (graph.arity(node) !== 1 || graph.op[graph.a[node]!] !== CODE.where || !graph.hasFlag(node, LANE)) continue;
    if (graph.ops.rows[graph.op[node]!]!.kinds) continue; // of masks
    const key = keyOf(graph, node);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

// The node where condition p is known.
function restricted(graph: Graph, node: NodeId, p: NodeId, holds: boolean, depth: number): NodeId {
  const { algebra: A } = graph;
  if (depth === 0 || !graph.hasFlag(node, LANE)) return node;
  const code = graph.op[node]!;
  if (code === CODE.where) return graph.a[node] !== p ? node : holds ? graph.b[node]! : graph.c[node]!;
  const [x, y] = [graph.a[node]!, graph.b[node]!];
  if (code === CODE.neg) {
    const inner = restricted(graph, x, p, holds, depth - 1);
    return inner === x ? node : A.neg(inner);
  }
  if (code !== CODE.add && code !== CODE.sub && code !== CODE.mul) return node;
  const [left, right] = [x, y].map((operand) => restricted(graph, operand, p, holds, depth - 1)) as [NodeId, NodeId];
  return left === x && right === y ? node : graph.apply(code, left, right);
}
