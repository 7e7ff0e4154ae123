/**
 * Conditions on a latent, solved for it: 3 − 2v + w > 0 is v < (3 + w)/2. Only what is solved with a proof is used: the other side has
 * to be a number for every value of the other latents, as a comparison with NaN is false on both sides of any threshold.
 */
import { isNumber } from "../autodiff/definedness.ts";
import type { Graph } from "../autodiff/graph/graph.ts";
import { linearForm } from "../autodiff/graph/linear-form.ts";
import { poles } from "../autodiff/graph/poles.ts";
import { ALL_OPS } from "../autodiff/ops/all-ops.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import type { Reading } from "./dependence.ts";

/** A condition that holds on one side of a threshold. */
export interface Crossing {
  readonly condition: NodeId;
  /** Does it hold above? */
  readonly above: boolean;
  /** The threshold: a node that the latent itself does not move. */
  readonly at: NodeId;
}

/** The conditions of a latent as crossings; in words why not, where one cannot be solved. */
export function crossingsOf(graph: Graph, input: NodeId, { conditions, moved }: Reading): readonly Crossing[] | string {
  const found: Crossing[] = [];
  for (const condition of conditions) {
    const crossing = crossingOf(graph, input, condition, moved);
    if (typeof crossing === "string") return crossing;
    found.push(crossing);
  }
  return found;
}

function crossingOf(graph: Graph, input: NodeId, condition: NodeId, moved: ReadonlySet<NodeId>): Crossing | string {
  const { algebra: A } = graph;
  const { coefficients, constant } = linearForm(graph, graph.a[condition]!);
  const slope = coefficients.get(input);
  const others = [...coefficients.keys()].filter((atom) => atom !== input);
  if (slope === undefined || others.some((atom) => moved.has(atom))) return "a condition is not affine in it";
  if (![slope, 1 / slope, constant].every(Number.isFinite)) return "a condition has a threshold that is not finite";
  graph.link(ALL_OPS);
  const rest = A.add(
    graph.sum(others.map((atom) => A.mul(A.constant(coefficients.get(atom)!), atom))),
    A.constant(constant),
  );
  if (!isAlwaysNumber(graph, others)) return "a condition is not defined for every value of the others";
  return { condition, above: slope > 0, at: A.mul(A.constant(-1 / slope), rest) };
}

/** Is it proven that the nodes are numbers, and infinite nowhere inside of their domains, for all values of the inputs? */
export function isAlwaysNumber(graph: Graph, nodes: readonly NodeId[]): boolean {
  if (poles(graph, graph.reachable(nodes)).size > 0) return false;
  const positive = (c: NodeId): NodeId => graph.algebra.positive(c);
  return nodes.every((node) => graph.is(isNumber(graph, node, positive), -1));
}
