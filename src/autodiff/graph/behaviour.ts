/** How a node behaves as a function of its operands, by the table of its op: `pow(x, 3)` as a cube. */

import { OP_NAMES } from "../ops/codes.ts";
import { BEHAVIOURS } from "../ops/facts/behaviours.ts";
import type { Behaviour } from "../ops/facts/facts.ts";
import type { NodeId } from "../ops/op.ts";
import type { Graph } from "./graph.ts";

/** The behaviour of a node that is no leaf; with a constant second operand as the function of the first that it is. */
export function behaviourOf(graph: Graph, node: NodeId): Behaviour {
  const behaviour = BEHAVIOURS[OP_NAMES[graph.op[node]! - 2]!];
  const y = graph.b[node]!;
  return behaviour.given !== "none" && graph.isConstant(y) ? behaviour.given(graph.value(y)) : behaviour;
}

/** May a node be infinite though its inputs are of ordinary size? */
export function mayOverflow(graph: Graph, root: NodeId): boolean {
  return graph
    .reachable([root])
    .some((node) =>
      graph.isConstant(node)
        ? !Number.isFinite(graph.value(node))
        : graph.arity(node) > 0 && !behaviourOf(graph, node).bounded,
    );
}
