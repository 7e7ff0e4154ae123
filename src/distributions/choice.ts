/** What is −∞ where two traced ends are in the wrong order, as the mass between two thresholds of which either may be the lower one. */
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
