/**
 * A choice between two formulas of one value. Φ(b) − Φ(a) is one formula for wide intervals and another for narrow ones; both agree
 * where they meet, so that the choice, unlike `where(gt(…), …)` in a model, is no condition with a boundary.
 */
import { exprOf, nodeOf, type Real, sub } from "../autodiff/expr.ts";

/** `x` where slack ≥ 0 and `y` elsewhere; the other one has no influence, NaN included. */
export function choose(slack: Real, x: Real, y: Real): Real {
  if (typeof slack === "number") return slack >= 0 ? x : y;
  const { session, node } = slack;
  const { algebra: A } = session.graph;
  // An equality: a difference that is not negative is its own magnitude.
  return exprOf(session, A.where(A.equal(node, A.abs(node)), nodeOf(session, x), nodeOf(session, y)));
}

/**
 * `x` where low < high, −∞ elsewhere: the log of a mass between two ends that may be in the wrong order, or equal, where the derivative of
 * `x` would be infinite.
 */
export function ordered(low: Real, high: Real, x: Real): Real {
  return choose(sub(low, high), -Infinity, x);
}
