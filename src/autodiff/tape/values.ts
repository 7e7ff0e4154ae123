/** Numbers of nodes at numbers of inputs, node by node: for few points, where a tape would take longer to make than to run. */

import type { Graph } from "../graph/graph.ts";
import { INPUT } from "../ops/codes.ts";
import type { NodeId } from "../ops/op.ts";
import type { DataGraph } from "./evaluation.ts";

/** The numbers of inputs for `valuesAt`, some lists of nodes with theirs: `inputsAt(graph, [[x, y], [1, 2]])`; the data of a graph are among them. */
export function inputsAt(
  { data }: DataGraph,
  ...given: readonly (readonly [nodes: readonly NodeId[], numbers: ArrayLike<number>])[]
): Map<NodeId, number> {
  const lists = data ? [...given, [data.nodes, data.numbers] as const] : given;
  return new Map(lists.flatMap(([nodes, numbers]) => nodes.map((node, j) => [node, numbers[j]!] as const)));
}

/** The values of `roots`; truth values are −1 and 0. Inputs without a value are NaN. */
export function valuesAt(graph: Graph, roots: readonly NodeId[], inputs: ReadonlyMap<NodeId, number>): number[] {
  const { rows, masks } = graph.ops;
  const values = new Float64Array(graph.size);
  for (const node of graph.reachable(roots)) {
    const code = graph.op[node]!;
    if (graph.isConstant(node)) values[node] = graph.value(node);
    else if (code === INPUT) values[node] = inputs.get(node) ?? Number.NaN;
    else {
      const { primal } = rows[code]!;
      const [x, y, z] = [graph.a[node]!, graph.b[node]!, graph.c[node]!];
      const arity = graph.arity(node);
      const value = primal(values[x]!, arity > 1 ? values[y]! : 0, arity > 2 ? values[z]! : 0);
      values[node] = masks[code] ? value | 0 : value;
    }
  }
  return roots.map((root) => values[root]!);
}
