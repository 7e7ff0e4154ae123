/** A value with two traced ends counts only where these are in order: the mass between two thresholds, either of which may be the lower one, is −∞ elsewhere. */
import { difference } from "../autodiff/difference.ts";
import { exprOf, nodeOf, type Real } from "../autodiff/expr.ts";

/** `x` where low < high, `otherwise` elsewhere: also where both are equal, as the derivative of `x` would be infinite there. */
export function ordered(low: Real, high: Real, x: Real, otherwise: Real = -Infinity): Real {
  const gap = difference(low, high);
  if (typeof gap === "number") return gap >= 0 ? otherwise : x;
  const { session, node } = gap;
  const { algebra: A } = session.graph;
  // An equality: a difference that is not negative is its own magnitude.
  const wrong = A.equal(node, A.abs(node));
  return exprOf(session, A.where(wrong, nodeOf(session, otherwise), nodeOf(session, x)));
}
