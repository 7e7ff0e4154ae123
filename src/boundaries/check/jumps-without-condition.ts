/**
 * Jumps that no condition makes: a pole inside of a function that has limits, as in sigmoid(1/z), which goes from 0 to 1 at
 * z = 0. No estimator but the score counts them.
 */

import { type Graph, MASK } from "../../autodiff/graph/graph.ts";
import { limitsOf, poleOf, poles } from "../../autodiff/graph/poles.ts";
import { neverNegative } from "../../autodiff/graph/signs.ts";
import type { Limits } from "../../autodiff/ops/facts/facts.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import type { Objective } from "../../objective/objective.ts";

export interface UnseenJump {
  readonly site: string;
  /** The node that jumps, as text. */
  readonly text: string;
  /** The divisor that is 0 there, as text. */
  readonly divisor: string;
}

/** A jump of each term of ℓ that has any. */
export function unseenJumps({ graph, terms }: Objective): UnseenJump[] {
  const jumpOf = jumpsAtPoles(graph, graph.reachable(terms.map(({ node }) => node)));
  return terms.flatMap(({ site, node: root }) => {
    const jump = jumpOf.get(root);
    if (!jump) return [];
    const [text, divisor] = jump.map((node) => graph.text(node)) as [string, string];
    return [{ site, text, divisor }];
  });
}

/**
 * The nodes among `nodes` (in topological order) that jump between finite values at a pole, each with the node below it that jumps
 * first and the divisor that is 0 there.
 */
export function jumpsAtPoles(
  graph: Graph,
  nodes: readonly NodeId[],
): ReadonlyMap<NodeId, readonly [node: NodeId, divisor: NodeId]> {
  // By node: the divisor that makes it go to −∞ on one side and to ∞ on the other, and where it jumps between finite values.
  const infiniteAt = new Map<NodeId, NodeId>();
  const jumpOf = new Map<NodeId, readonly [node: NodeId, divisor: NodeId]>();
  const divisors = poles(graph, nodes);
  if (divisors.size === 0) return jumpOf;
  for (const node of nodes) {
    if (graph.hasFlag(node, MASK)) continue;
    const operands = graph.operands(node);
    const jump = operands.map((operand) => jumpOf.get(operand)).find((below) => below !== undefined);
    if (jump) jumpOf.set(node, jump);
    const own = divisors.get(node);
    // 1/z² is ∞ on both sides.
    if (own !== undefined && poleOf(graph, node)!.jumps && !neverNegative(graph, own)) infiniteAt.set(node, own);
    operands.forEach((operand, j) => {
      const divisor = infiniteAt.get(operand);
      if (divisor === undefined) return;
      const behaviour = beside(limitsOf(graph, node)[j]!);
      if (behaviour === "infinite" && own === undefined) infiniteAt.set(node, divisor);
      else if (behaviour === "jumps") jumpOf.set(node, [node, divisor]);
    });
  }
  return jumpOf;
}

// Tells by the limits of a function how it behaves beside a pole of its operand: exp, from 0 to ∞, jumps; −x is infinite too; x², ∞ on both
// sides, and 1/x, 0 on both, are continuous. What has no limits is taken for infinite.
function beside([low, high]: Limits): "infinite" | "jumps" | "continuous" {
  if (low === "none" || high === "none" || low === "signed") return "infinite";
  if (low === high) return "continuous";
  return [low, high].every((limit) => limit === Infinity || limit === -Infinity) ? "infinite" : "jumps";
}
