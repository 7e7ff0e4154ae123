/** Numbers of nodes at numbers of inputs, node by node: for few points, where a tape would take longer to make than to run. */

import type { Graph } from "../graph/graph.ts";
import { INPUT } from "../ops/codes.ts";
import type { NodeId } from "../ops/op.ts";

/** The values of `roots`; truth values are −1 and 0. Inputs without a value are NaN. */
export function valuesAt(graph: Graph, roots: readonly NodeId[], inputs: ReadonlyMap<NodeId, number>): number[] {
  const { rows, masks } = graph.ops;
  const values = new Map<NodeId, number>();
  for (const node of graph.reachable(roots)) {
    const code = graph.op[node]!;
    if (graph.isConstant(node)) values.set(node, graph.value(node));
    else if (code === INPUT) values.set(node, inputs.get(node) ?? Number.NaN);
    else {
      const [x, y = 0, z = 0] = graph.operands(node).map((operand) => values.get(operand)!);
      const value = rows[code]!.primal(x!, y, z);
      values.set(node, masks[code] ? value | 0 : value);
    }
  }
  return roots.map((root) => values.get(root)!);
}
