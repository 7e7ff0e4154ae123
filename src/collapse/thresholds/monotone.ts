/**
 * Comparisons of a function that rises or falls with what does not move its argument: Φ(v) > g, of which the mass under v ~ N(0, 1) is 1 − g,
 * is v > Φ⁻¹(g).
 */
import { isNumber } from "../../autodiff/definedness.ts";
import { behaviourOf } from "../../autodiff/graph/behaviour.ts";
import type { Graph } from "../../autodiff/graph/graph.ts";
import { poles } from "../../autodiff/graph/poles.ts";
import { factorsOf } from "../../autodiff/graph/product-form.ts";
import { neverNegative, neverZero } from "../../autodiff/graph/signs.ts";
import { CODE } from "../../autodiff/ops/codes.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";

/** By how much a threshold moves on where the value lies 1 beyond the range: no prior has mass there. */
const STEEP = 1e20;

/** How near to an end of its range a function is inverted. */
const LEAST = 1e-300;
const ULP = 1.1102230246251565e-16; // 2⁻⁵³

/** Where f(x) passes a value. */
export interface Passage {
  readonly at: NodeId;
  readonly falls: boolean;
  /** x. */
  readonly inside: NodeId;
}

/**
 * For a node f(x) that is defined for every x the x with f(x) = value, which has to be a number. Beyond the range of f it goes on, steep and
 * without a jump, to where no mass is. Undefined where f has no inverse.
 */
export function passageOf(graph: Graph, f: NodeId, value: NodeId): Passage | undefined {
  if (graph.arity(f) !== 1) return undefined;
  const { inverse, even, from } = behaviourOf(graph, f);
  if (inverse === "none" || even || inverse.node === "none" || from > Number.NEGATIVE_INFINITY) return undefined;
  const { algebra: A } = graph;
  const { range, falls } = inverse;
  const [least, most] = range;
  let inside = value;
  let beyond = A.constant(0);
  if (least > Number.NEGATIVE_INFINITY) {
    inside = A.max(inside, A.constant(least === 0 ? LEAST : least + ULP * Math.abs(least)));
    beyond = A.min(A.sub(value, A.constant(least)), A.constant(0));
  }
  if (most < Infinity) {
    inside = A.min(inside, A.constant(most === 0 ? -LEAST : most - ULP * Math.abs(most)));
    beyond = A.add(beyond, A.max(A.sub(value, A.constant(most)), A.constant(0)));
  }
  return {
    at: A.add(inverse.node(A, inside), A.mul(A.constant(falls ? -STEEP : STEEP), beyond)),
    falls,
    inside: graph.a[f]!,
  };
}

/**
 * The same for a product of which the latent moves one factor alone, or for its quotient by what it does not move: scale·e passes a value where e passes
 * value/scale, if scale is positive for every value of the other latents. Undefined where the sign of a factor is not proven.
 */
export function passageOfProduct(
  graph: Graph,
  product: NodeId,
  value: NodeId,
  moved: ReadonlySet<NodeId>,
): Passage | undefined {
  const { algebra: A } = graph;
  const isQuotient = graph.op[product] === CODE.div;
  const factors = isQuotient ? [graph.a[product]!, graph.b[product]!] : factorsOf(graph, product);
  const [inside, ...more] = factors.filter((factor) => moved.has(factor));
  if (inside === undefined || inside === product || more.length > 0) return undefined;
  if (isQuotient && inside !== factors[0]) return undefined;
  const others = factors.filter((factor) => factor !== inside);
  const falling = others.filter((factor) => neverNegative(graph, A.neg(factor)));
  const isSigned = (factor: NodeId): boolean =>
    neverZero(graph, factor) && (neverNegative(graph, factor) || falling.includes(factor));
  if (!others.every(isSigned) || !isAlwaysNumber(graph, others)) return undefined;
  const at = others.reduce((rest, factor) => (isQuotient ? A.mul(rest, factor) : A.div(rest, factor)), value);
  return { at, falls: falling.length % 2 === 1, inside };
}

/** Is it proven that the nodes are numbers, and infinite nowhere inside of their domains, for all values of the inputs? */
export function isAlwaysNumber(graph: Graph, nodes: readonly NodeId[]): boolean {
  if (poles(graph, graph.reachable(nodes)).size > 0) return false;
  const positive = (c: NodeId): NodeId => graph.algebra.positive(c);
  return nodes.every((node) => graph.is(isNumber(graph, node, positive), -1));
}
