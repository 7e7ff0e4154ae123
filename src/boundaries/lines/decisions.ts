/**
 * Decisions: everything at which ℓ may switch between one smooth function and another. They are
 *
 * - comparisons, c > 0, u = w and x = x, which asks whether x is a number;
 * - signs of values, which jump where the operand is 0, and floor(x), which jumps where x is whole;
 * - the sign of a divisor that may be 0 where what is divided by it is no smooth function: x/|x| jumps from −1 to 1 at x = 0, and a
 *   sigmoid(1/x) from 0 to 1, but sin(x)/x does not jump, and 1/x goes to ∞;
 * - the sign of what a logarithm or a power is infinite at, where that meets a factor that vanishes: z·exp(−log|z|) is z/|z|.
 *
 * The edge of a domain, beyond which a value is NaN, is no decision of its own: a comparison with NaN is false, so that it is a
 * comparison that changes there.
 */
import { type Graph, MASK } from "../../autodiff/graph/graph.ts";
import { print } from "../../autodiff/graph/infix-text.ts";
import { poles } from "../../autodiff/graph/poles.ts";
import { CODE } from "../../autodiff/ops/codes.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import { isQuestion } from "../../conditions/comparisons.ts";
import { type Objective, smoothlyMoved } from "../../objective/objective.ts";
import { visits } from "../../pieces/lists.ts";
import type { Pieces } from "../../pieces/pieces.ts";
import { jumpsAtPoles } from "../check/jumps-without-condition.ts";
import { isBent, singularPieces } from "../check/singular-products.ts";

/** Nodes of a piece of the work. */
const EACH = 4096;

export interface Decision {
  /** A comparison, a sign or a rounding; or the divisor itself. */
  readonly node: NodeId;
  /** "mask": what changes is the value of the node. "sign": its sign. */
  readonly kind: "mask" | "sign";
  /** The node that is 0 where the decision changes, unless it jumps there: c of c > 0. For floor(x) it is x, and for x = x the x that may be NaN. */
  readonly operand: NodeId;
  /** The first term that reads it. */
  readonly site: () => string;
  readonly text: () => string;
}

/** The decisions of ℓ that latents move by themselves, in the order in which the model made them, found in pieces. */
export function* decisionPieces(objective: Objective): Pieces<Decision[]> {
  const { graph, terms, trace, variables } = objective;
  const { algebra: A } = graph;
  const nodes = graph.reachable(terms.map(({ node }) => node));
  const inputs = variables.slice(0, trace.latents.length).map(({ node }) => node);
  const moved = smoothlyMoved(graph, inputs, nodes);
  yield;
  const found: Decision[] = [];
  const add = (node: NodeId, kind: Decision["kind"], operand: NodeId): void => {
    const site = (): string => terms.find((term) => graph.reachable([term.node]).includes(node))!.site;
    found.push({ node, kind, operand, site, text: () => print(graph, node) });
  };
  const divisors = yield* jumpingDivisors(objective, nodes);
  yield;
  yield* visits(nodes, EACH, (node) => {
    const [x, y] = [graph.a[node]!, graph.b[node]!];
    if (divisors.has(node) && moved[node] === 1) add(node, "sign", node);
    if (graph.op[node] === CODE.positive && moved[x] === 1) add(node, "mask", x);
    else if ((graph.op[node] === CODE.sign || graph.op[node] === CODE.floor) && moved[x] === 1) add(node, "mask", x);
    else if (isQuestion(graph, node) && moved[x] === 1) add(node, "mask", x);
    else if (graph.op[node] === CODE.equal && (moved[x] === 1 || moved[y] === 1) && !isChoice(graph, x, y))
      add(node, "mask", A.sub(x, y));
  });
  return found;
}

// A number and its own magnitude: a distribution's choice between two formulas of one value (`choose`), which jumps nowhere.
function isChoice(graph: Graph, x: NodeId, y: NodeId): boolean {
  const isMagnitude = (p: NodeId, q: NodeId): boolean =>
    graph.op[p] === CODE.abs && (graph.a[p] === q || (graph.op[q] === CODE.neg && graph.a[p] === graph.a[q])); // |−x| is |x|
  return isMagnitude(x, y) || isMagnitude(y, x);
}

// Divisors at whose 0 a value of ℓ jumps, or may: not those inside of comparisons, which are decisions themselves.
function* jumpingDivisors(objective: Objective, nodes: readonly NodeId[]): Pieces<Set<NodeId>> {
  const { graph, terms } = objective;
  const isSmooth = new Uint8Array(graph.size);
  for (const { node } of terms) isSmooth[node] = 1;
  for (let at = nodes.length - 1; at >= 0; at--) {
    const node = nodes[at]!;
    if (isSmooth[node] === 0) continue;
    for (let j = graph.arity(node) - 1; j >= 0; j--) {
      const operand = graph.operand(node, j);
      if (!graph.hasFlag(operand, MASK)) isSmooth[operand] = 1;
    }
  }
  yield;
  const values = nodes.filter((node) => isSmooth[node] === 1);
  yield;
  const found = yield* singularPieces(objective, values);
  yield;
  const divisors = poles(graph, values);
  if (divisors.size === 0) return found;
  for (const [node, divisor] of divisors) if (isBent(graph, node)) found.add(divisor);
  for (const [, divisor] of jumpsAtPoles(graph, values).values()) found.add(divisor);
  return found;
}
