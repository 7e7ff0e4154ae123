/** Products with a logarithm that are 0 where the factor is, even where the logarithm is −∞. */
import { exprOf, log, log1p, mul, neg, type Real, sub } from "../autodiff/expr.ts";
import { neverNegative } from "../autodiff/graph/signs.ts";

/** n · log x; NaN for x < 0. */
export function timesLog(n: Real, x: Real): Real {
  return n === 0 ? zeroWhere(x, NaN) : mul(n, log(x));
}

/** n · log(1 − x), accurate for small x; NaN for x > 1. */
export function timesLog1p(n: Real, x: Real): Real {
  return n === 0 ? zeroWhere(sub(1, x), NaN) : mul(n, log1p(neg(x)));
}

// On a boundary of the model a value is 0 up to rounding; a real violation is larger than this in its natural unit.
const ROUNDING = 1e-9;

/**
 * 0 where slack ≥ 0 (up to 1e-9 below it, if traced) and `otherwise` elsewhere: what makes a density say that a traced
 * value is out of range. An equality, because a check is not a condition of the model and has no boundary.
 */
export function zeroWhere(slack: Real, otherwise: number): Real {
  if (typeof slack === "number") return slack >= 0 ? 0 : otherwise;
  const { session, node } = slack;
  if (neverNegative(session.graph, node)) return 0; // the common cases cost nothing
  const { algebra: A } = session.graph;
  const raised = A.add(node, A.constant(ROUNDING));
  return exprOf(session, A.where(A.equal(raised, A.abs(raised)), A.constant(0), A.constant(otherwise)));
}
