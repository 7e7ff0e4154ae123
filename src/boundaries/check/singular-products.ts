/**
 * Products of what is infinite at a place and what vanishes there. z·exp(−log|z|) is z/|z|, which jumps from −1 to 1 at z = 0 though
 * nothing is divided, and z·(z²)^−½ is the same. Such a product may have any limit on either side, so that the place is looked
 * at from both. Where what is infinite is multiplied by what has nothing to do with it, as in y·log|x|, nothing can cancel.
 */
import { isBentOp } from "../../autodiff/definedness.ts";
import { behaviourOf } from "../../autodiff/graph/behaviour.ts";
import { type Graph, MASK } from "../../autodiff/graph/graph.ts";
import { neverZero } from "../../autodiff/graph/signs.ts";
import { CODE, codesOf } from "../../autodiff/ops/codes.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import { type Objective, variablesBelow } from "../../objective/objective.ts";
import { visits } from "../../pieces/lists.ts";
import { finished, type Pieces } from "../../pieces/pieces.ts";

const PRODUCTS: ReadonlySet<number> = /* @__PURE__ */ codesOf("mul", "div", "chain", "pow");

/**
 * May a function of a node have another analytic form on one side of a place than on the other? √x and log x have a domain that ends, beyond
 * which they are continued by log max(x, 0) and such, and the product of `chain` is 0 where its first factor is, whatever the second.
 */
export function isBent(graph: Graph, root: NodeId): boolean {
  return graph.reachable([root]).some((node) => {
    if (graph.arity(node) === 0) return false;
    const code = graph.op[node]!;
    return isBentOp(code) || code === CODE.chain || behaviourOf(graph, node).from !== Number.NEGATIVE_INFINITY;
  });
}

/** The nodes that are 0 where a product among `nodes` (in topological order) meets such a place. */
export function singularProducts(objective: Objective, nodes: readonly NodeId[]): Set<NodeId> {
  return finished(singularPieces(objective, nodes));
}

/** Nodes of a piece of the work. */
const EACH = 2048;

/** `singularProducts` in pieces. */
export function* singularPieces(objective: Objective, nodes: readonly NodeId[]): Pieces<Set<NodeId>> {
  const { graph } = objective;
  const found = new Set<NodeId>();
  // By node: what is 0 where it is infinite, or was on the way to it.
  const singularAt = new Map<NodeId, readonly NodeId[]>();
  yield* visits(nodes, EACH, (node) => {
    if (graph.hasFlag(node, MASK) || graph.arity(node) === 0) return;
    const own = infiniteAt(graph, node);
    if (own === undefined && singularAt.size === 0) return;
    const operands = graph.operands(node);
    const below = operands.map((operand) => singularAt.get(operand) ?? []);
    const all = [...new Set([...below.flat(), ...(own === undefined ? [] : [own])])];
    if (all.length === 0) return;
    singularAt.set(node, all);
    if (!PRODUCTS.has(graph.op[node]!) || !isBent(graph, node)) return;
    operands.forEach((factor, j) => {
      const others = [...below.filter((_, k) => k !== j).flat(), ...(own !== undefined && j === 0 ? [own] : [])];
      if (others.length === 0) return;
      const moved = new Set(variablesBelow(objective, factor));
      for (const zero of others) if (variablesBelow(objective, zero).some((v) => moved.has(v))) found.add(zero);
    });
  });
  return found;
}

// The node that is 0 where the op of `node` is infinite by itself.
function infiniteAt(graph: Graph, node: NodeId): NodeId | undefined {
  const [x, y] = [graph.a[node]!, graph.b[node]!];
  const code = graph.op[node];
  const zero =
    code === CODE.div ? y : code === CODE.log || (code === CODE.pow && !isNonNegative(graph, y)) ? x : undefined;
  return zero === undefined || neverZero(graph, zero) ? undefined : zero;
}

function isNonNegative(graph: Graph, exponent: NodeId): boolean {
  return graph.isConstant(exponent) && graph.value(exponent) >= 0;
}
