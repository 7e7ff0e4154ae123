/**
 * Comparisons of a function that rises or falls with what does not move its argument: Φ(v) > g, of which the mass under v ~ N(0, 1) is 1 − g,
 * is v > Φ⁻¹(g).
 */
import { behaviourOf } from "../../autodiff/graph/behaviour.ts";
import type { Graph } from "../../autodiff/graph/graph.ts";
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
  return { at: A.add(inverse.node(A, inside), A.mul(A.constant(falls ? -STEEP : STEEP), beyond)), falls };
}
