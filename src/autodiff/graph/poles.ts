/**
 * Poles: places where a node jumps from −∞ to ∞, as 1/z does at z = 0, so that a condition on it changes though it is 0 nowhere
 * near. A divisor that is 0 nowhere, such as exp z, makes none.
 */

import type { Limits, Pole } from "../ops/facts/facts.ts";
import { LIMITS, limitsOfPower } from "../ops/facts/limits.ts";
import type { NodeId } from "../ops/op.ts";
import type { Graph } from "./graph.ts";
import { neverZero } from "./signs.ts";

/** What some of `nodes` divide by where it may be 0, by the node that does. */
export function poles(graph: Graph, nodes: readonly NodeId[]): Map<NodeId, NodeId> {
  const found = new Map<NodeId, NodeId>();
  for (const node of nodes) {
    const pole = poleOf(graph, node);
    // That log Γ is ∞ at 0 on both sides changes no condition, and there is nothing to multiply out.
    if (!pole || (!pole.jumps && pole.over < 0)) continue;
    if (!neverZero(graph, pole.at)) found.set(node, pole.at);
  }
  return found;
}

/** Where a node goes as each of its operands goes to −∞ and to ∞; with a constant second operand as the power that it is. */
export function limitsOf(graph: Graph, node: NodeId): readonly Limits[] {
  const name = graph.ops.names[graph.op[node]! - 2]!;
  const y = graph.b[node]!;
  return name === "pow" && graph.isConstant(y) ? limitsOfPower(graph.value(y)) : LIMITS[name];
}

/** Where a node is infinite inside of its domain by its own op. */
export function poleOf(graph: Graph, node: NodeId): Pole | undefined {
  const pole = graph.ops.facts[graph.op[node]!]?.pole;
  return typeof pole === "function" ? pole(graph, graph.a[node]!, graph.b[node]!) : undefined;
}
