/**
 * Reverse mode as a graph transformation: adjoints are nodes of the same graph, so that derivative and primal share
 * subexpressions and derivatives of derivatives need nothing new.
 *
 * An arm of `where` that was not taken has adjoint 0, and 0·∞ must not become NaN there. The product with a partial is
 * therefore pushed into a masking `where` (exact: the selection comes last), and where several masks have been added
 * it is the op `chain`, in which a zero absorbs: also a sum that is 0 by chance, where arms were taken. Everywhere else
 * it is a plain product, so that a derivative that really does not exist shows as NaN.
 */

import { finished, type Pieces } from "../../pieces/pieces.ts";
import { CODE, INPUT } from "../ops/basic-codes.ts";
import type { NodeId } from "../ops/op.ts";
import { type Graph, MASKED } from "./graph.ts";

/** Nodes of ∂output/∂input for each of `inputs`, any nodes of the graph; linear in what `output` is computed from. */
export function gradient(graph: Graph, output: NodeId, inputs: readonly NodeId[]): NodeId[] {
  return finished(gradientPieces(graph, output, inputs));
}

/** `gradient` in pieces. */
export function gradientPieces(graph: Graph, output: NodeId, inputs: readonly NodeId[]): Pieces<NodeId[]> {
  return adjoints(graph, [[output, graph.constant(1)]], inputs);
}

/** Nodes of a piece of the work. */
const EACH = 2048;

/** Nodes of Σ_j seed_j · ∂output_j/∂input for each input: a vector–Jacobian product, in pieces. */
export function* adjoints(
  graph: Graph,
  seeds: readonly (readonly [output: NodeId, seed: NodeId])[],
  inputs: readonly NodeId[],
): Pieces<NodeId[]> {
  const nodes = graph.reachable(seeds.map(([output]) => output));
  // For each node what is known of its adjoint: 0 if it depends on no input, NONE, 1 + the only summand, or below NONE
  // the place of a list of them.
  const summands = graph.takeScratch();
  const lists: NodeId[][] = [];
  const contribute = (node: NodeId, adjoint: NodeId): void => {
    const others = summands[node]!;
    if (others === NONE) summands[node] = 1 + adjoint;
    else if (others < NONE) lists[NONE - 1 - others]!.push(adjoint);
    else summands[node] = NONE - lists.push([others - 1, adjoint]);
  };
  const sumOf = (node: NodeId): NodeId => {
    const own = summands[node]!;
    return own < NONE ? graph.sum(lists[NONE - 1 - own]!) : own > 0 ? own - 1 : graph.constant(0);
  };
  for (const node of inputs) summands[node] = NONE;
  for (const node of nodes) if (graph.op[node] !== CODE.peak && graph.reads(node, summands)) summands[node] = NONE;

  for (const [output, seed] of seeds) if (summands[output] !== 0) contribute(output, seed);
  for (let at = nodes.length - 1; at >= 0; at--) {
    if (at % EACH === 0) yield;
    const node = nodes[at]!;
    const code = graph.op[node]!;
    if (summands[node] === 0) continue;
    const adjoint = sumOf(node);
    summands[node] = 1 + adjoint;
    if (code <= INPUT || graph.is(adjoint, 0)) continue;
    const x = graph.a[node]!;
    const y = graph.b[node]!;
    const { partials } = graph.ops.rows[code]!;
    for (let j = 0; j < partials.length; j++) {
      const rule = partials[j]!;
      const operand = graph.operand(node, j);
      if (summands[operand] === 0 || rule === "none") continue;
      contribute(operand, product(graph, adjoint, rule(graph.algebra, node, x, y)));
    }
  }
  const result = inputs.map(sumOf);
  for (const list of [nodes, inputs]) for (const node of list) summands[node] = 0;
  graph.giveBack(summands);
  return result;
}

const NONE = -1; // no summand so far

/** adjoint · partial, such that an adjoint that is zero because its arm was not taken stays zero. */
function product(graph: Graph, adjoint: NodeId, partial: NodeId): NodeId {
  const { algebra: A } = graph;
  if (graph.is(adjoint, 1) || graph.is(partial, 0)) return partial;
  if (graph.is(partial, 1)) return adjoint;
  if (graph.op[partial] === CODE.where) {
    const [p, x, y] = [graph.a[partial]!, graph.b[partial]!, graph.c[partial]!];
    if (graph.is(x, 1) && graph.is(y, 0)) return A.where(p, adjoint, y);
    if (graph.is(x, 0) && graph.is(y, 1)) return A.where(p, x, adjoint);
  }
  if (!graph.hasFlag(adjoint, MASKED)) {
    // The partial of `chain` itself is a sum of masks, whose zeros go on meaning "not taken" in further derivatives.
    const isSum = graph.hasFlag(partial, MASKED) && graph.op[partial] !== CODE.where;
    return isSum ? A.chain(partial, adjoint) : A.mul(adjoint, partial);
  }
  if (graph.isConstant(partial) && Number.isFinite(graph.value(partial))) return A.mul(adjoint, partial);
  const [x, y, z] = [graph.a[adjoint]!, graph.b[adjoint]!, graph.c[adjoint]!];
  switch (graph.op[adjoint]) {
    case CODE.where:
      return graph.is(z, 0) ? A.where(x, product(graph, y, partial), z) : A.where(x, y, product(graph, z, partial));
    case CODE.neg:
      return A.neg(product(graph, x, partial));
    case CODE.mul:
      return graph.hasFlag(x, MASKED) ? A.mul(product(graph, x, partial), y) : A.mul(x, product(graph, y, partial));
    default:
      return A.chain(adjoint, partial);
  }
}
