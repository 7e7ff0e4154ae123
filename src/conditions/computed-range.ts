/**
 * Between which numbers the computed values of a node lie, with every input anywhere on the line: [0, 1] for 1 − sigmoid(z). Unlike
 * the intervals of the root search, which contain exact values too, sums and multiples are not widened: rounding keeps the order
 * of numbers, so that no computed sum leaves the computed sums of the ends.
 */

import { behaviourOf } from "../autodiff/graph/behaviour.ts";
import type { Graph } from "../autodiff/graph/graph.ts";
import { linearOperands } from "../autodiff/graph/linear-operands.ts";
import { CONSTANT, INPUT, OP_NAMES } from "../autodiff/ops/codes.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import { makeEnclosures, put } from "../roots/enclosures.ts";
import { RULES } from "../roots/interval-rules.ts";

/** The ends, NaN where the node is a number nowhere. */
export function computedRange(graph: Graph, root: NodeId): readonly [low: number, high: number] {
  const nodes = graph.reachable([root]);
  const place = new Map(nodes.map((node, j) => [node, j]));
  const box = makeEnclosures(nodes.length);
  nodes.forEach((node, j) => {
    const code = graph.op[node]!;
    if (code === CONSTANT) put(box, j, graph.value(node), graph.value(node), 0);
    else if (code === INPUT) put(box, j, -Infinity, Infinity, 0);
    else {
      const [x, y = 0, z = 0] = graph.operands(node).map((operand) => place.get(operand)!) as [
        number,
        number?,
        number?,
      ];
      const group = linearOperands(graph, node, (operand) => !graph.isConstant(operand));
      RULES[OP_NAMES[code - 2]!](box, j, x, y, z);
      const { inverse } = behaviourOf(graph, node);
      if (inverse !== "none") {
        // Of a function of one operand the range is known, if no more is: x to the power 1.5 is never negative.
        box.lo[j] = Math.max(box.lo[j]!, inverse.range[0]);
        box.hi[j] = Math.min(box.hi[j]!, inverse.range[1]);
      }
      if (!group || Number.isNaN(box.lo[j])) return;
      const { primal } = graph.ops.rows[code]!;
      // The corners of a linear function of at most two operands.
      const corners = [box.lo, box.hi].flatMap((ends) =>
        [box.lo, box.hi].map((others) => primal(ends[x]!, others[y]!, others[z]!)),
      );
      const numbers = corners.filter((value) => !Number.isNaN(value));
      if (numbers.length === corners.length) put(box, j, Math.min(...numbers), Math.max(...numbers), box.partial[j]!);
    }
  });
  const at = place.get(root)!;
  return [box.lo[at]!, box.hi[at]!];
}
