/**
 * Differences without what both sides share: of l + w and l it is w, whose sign is known where that of w is, where l + w − l rounds and says nothing of
 * its sign.
 */
import { exprOf, nodeOf, type Real, sub } from "./expr.ts";
import type { Graph } from "./graph/graph.ts";
import { linearForm } from "./graph/linear-form.ts";
import type { NodeId } from "./ops/op.ts";

/** x − y. */
export function difference(x: Real, y: Real): Real {
  const whole = sub(x, y);
  if (typeof x === "number" || typeof y === "number") return whole;
  const { session } = x;
  return exprOf(session, cancelled(session.graph, nodeOf(session, whole), x.node, y.node));
}

function cancelled(graph: Graph, whole: NodeId, x: NodeId, y: NodeId): NodeId {
  const own = linearForm(graph, x).coefficients;
  const other = linearForm(graph, y).coefficients;
  if (![...own].some(([atom, weight]) => other.get(atom) === weight)) return whole;
  const { algebra: A } = graph;
  const { coefficients, constant } = linearForm(graph, whole);
  return [...coefficients].reduce(
    (sum, [atom, weight]) => A.add(sum, A.mul(graph.constant(weight), atom)),
    graph.constant(constant),
  );
}
