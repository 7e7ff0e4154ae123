/**
 * Jumps that no condition makes: a pole inside of a function that has limits, as in sigmoid(1/z), which goes from 0 to 1 at
 * z = 0. No estimator but the score counts them.
 */

import { MASK } from "../../autodiff/graph/graph.ts";
import { print } from "../../autodiff/graph/infix-text.ts";
import { poles } from "../../autodiff/graph/poles.ts";
import { CODE } from "../../autodiff/ops/codes.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import type { Objective } from "../../objective/objective.ts";

export interface UnseenJump {
  readonly site: string;
  /** What jumps, as text. */
  readonly text: string;
  /** What is 0 there. */
  readonly divisor: string;
}

// Made in functions, so that bundlers can leave them out: functions that do not take ∞ to ∞ and −∞ to −∞ or to ∞, …
const LIMITED = /* @__PURE__ */ limited();
function limited(): ReadonlySet<number> {
  const { exp, expm1, sigmoid, softplus, tanh, erf, normalCdf, logNormalCdf, normalHazard, logAddExp, min, max } = CODE;
  return new Set([
    exp,
    expm1,
    sigmoid,
    softplus,
    tanh,
    erf,
    normalCdf,
    logNormalCdf,
    normalHazard,
    logAddExp,
    min,
    max,
  ]);
}
// … and those that are the same on both sides of a pole.
const EVEN = /* @__PURE__ */ even();
function even(): ReadonlySet<number> {
  return new Set([CODE.square, CODE.abs]);
}

/** A jump of each term of ℓ that has any. */
export function unseenJumps({ graph, terms }: Objective): UnseenJump[] {
  const nodes = graph.reachable(terms.map(({ node }) => node));
  const divisors = poles(graph, nodes);
  if (divisors.size === 0) return [];
  // By node: the divisor of what makes it infinite, and where it jumps between finite values.
  const poleOf = new Map<NodeId, NodeId>();
  const jumpOf = new Map<NodeId, readonly [node: NodeId, divisor: NodeId]>();
  for (const node of nodes) {
    if (graph.hasFlag(node, MASK)) continue;
    const code = graph.op[node]!;
    const operands = graph.operands(node);
    const jump = operands.map((operand) => jumpOf.get(operand)).find((below) => below !== undefined);
    if (jump) jumpOf.set(node, jump);
    // Of a quotient by what is infinite nothing is left.
    const infinite = code === CODE.div ? operands.slice(0, 1) : operands;
    const divisor =
      divisors.get(node) ?? infinite.map((operand) => poleOf.get(operand)).find((pole) => pole !== undefined);
    if (divisor === undefined || EVEN.has(code)) continue;
    if (LIMITED.has(code)) jumpOf.set(node, [node, divisor]);
    else poleOf.set(node, divisor);
  }
  return terms.flatMap(({ site, node: root }) => {
    const jump = jumpOf.get(root);
    if (!jump) return [];
    const [text, divisor] = jump.map((node) => print(graph, node)) as [string, string];
    return [{ site, text, divisor }];
  });
}
