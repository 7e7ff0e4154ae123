/**
 * Functions that jump: rounding, steps and signs, such that `corrected` counts every jump.
 *
 * Within a stated range rounding is a sum of predicates: floor(x) = from + Σ_{k = from + 1 … to} [x ≥ k] wherever from ≤ x < to + 1, and
 * so on. All predicates of one call are parallel: on the boundary of one of them the others are constants, so that cost grows like
 * the number of steps. Without a range it is the op `floor`, whose places of change are sought along the line of each noise.
 */

import { add, type Expr, gt, neg, type Real, requireReal, sum, where } from "../autodiff/expr.ts";
import { largestInteger } from "../autodiff/floors.ts";
import { requireNoMore } from "../checks/arguments.ts";
import { requireOptions } from "../checks/options.ts";
import { shown } from "../checks/shown.ts";

/** The smallest and the largest result, both integers. */
export interface RoundingRange {
  readonly from: number;
  readonly to: number;
  /** What a value outside comes to: an error, "fail" (default), or the nearer end of the range, "saturate". */
  readonly outside?: "fail" | "saturate" | undefined;
}

/** Most predicates of one call: making the tape of so many boundaries takes seconds. */
const MOST_STEPS = 10_000;

/**
 * The largest integer ≤ x.
 *
 *     observe(normal(floor(z), 1), 2.2);
 *     observe(normal(floor(z, { from: -5, to: 5 }), 1), 2.2);
 *
 * Without a range every jump is sought along the line of each noise that moves x, sample by sample; `corrected` refuses by name what
 * jumps too often to be told apart, as floor(1e9·x) does. With a range, for from ≤ x < to + 1, it costs to − from boundaries, which are
 * moved onto. A traced x outside the range makes the ELBO NaN, which `fit` and `estimateGradient` report, and the result saturates there;
 * with `outside: "saturate"` that is what is meant, and nothing is reported. Throws RangeError for a number outside it and for a range
 * that is none.
 */
export function floor(x: Real, range?: RoundingRange): Real {
  requireNoMore("floor", 2, arguments);
  return rounded("floor", x, range, Math.floor, 1, true);
}

/** The smallest integer ≥ x; in a range for from − 1 < x ≤ to; otherwise as `floor`. */
export function ceil(x: Real, range?: RoundingRange): Real {
  requireNoMore("ceil", 2, arguments);
  return rounded("ceil", x, range, Math.ceil, 0, false);
}

/** The nearest integer, halves up as `Math.round` does; in a range for from − ½ ≤ x < to + ½; otherwise as `floor`. */
export function round(x: Real, range?: RoundingRange): Real {
  requireNoMore("round", 2, arguments);
  return rounded("round", x, range, Math.round, 0.5, true);
}

/** 1 where x > 0, else 0. */
export function step(x: Real): Real {
  requireNoMore("step", 1, arguments);
  requireReal(x, "step");
  return where(gt(x, 0), 1, 0);
}

/** 1 where x > 0, −1 where x < 0, else 0. */
export function sign(x: Real): Real {
  requireNoMore("sign", 1, arguments);
  requireReal(x, "sign");
  return where(gt(x, 0), 1, where(gt(0, x), -1, 0));
}

// The result is at least k from x = k − 1 + shift on: there already if `closed`, else beyond it.
function rounded(
  name: string,
  x: Real,
  range: RoundingRange | undefined,
  plain: (x: number) => number,
  shift: number,
  closed: boolean,
): Real {
  if (range === undefined) {
    const value = requireReal(x, name);
    if (typeof value === "number") return plain(value) + 0; // no −0
    return closed ? largestInteger(add(x, shift === 1 ? 0 : shift) as Expr) : neg(largestInteger(neg(x) as Expr));
  }
  const { from, to, outside: beyond = "fail" } = range ?? {};
  if (!(Number.isSafeInteger(from) && Number.isSafeInteger(to) && from < to))
    throw new RangeError(
      `${name}: range is none; got from=${String(from)}, to=${String(to)}, expected { from, to }, the least and the largest result, as integers with from < to`,
    );
  if (to - from > MOST_STEPS)
    throw new RangeError(`${name}: range is too wide; got ${to - from} steps, expected at most ${MOST_STEPS}`);
  requireOptions<RoundingRange>(name, range, { from: "any", to: "any", outside: "any" });
  if (beyond !== "fail" && beyond !== "saturate")
    throw new RangeError(`${name}: unknown outside; got ${shown(beyond)}, expected "fail" or "saturate"`);
  const [low, high] = [from - 1 + shift, to + shift];
  const expected = closed ? `${low} ≤ x < ${high}` : `${low} < x ≤ ${high}`;
  const outside = (at: number): string =>
    `${name}: value is outside the stated range; got x=${at}, expected ${expected}; each further step of { from, to } costs one boundary`;
  const value = requireReal(x, name);
  if (typeof value === "number") {
    const result = plain(value) + 0;
    if (beyond === "saturate") return Math.min(Math.max(result, from), to);
    if (!(from <= result && result <= to)) throw new RangeError(outside(value));
    return result;
  }
  if (beyond === "fail") {
    const { session, node } = value;
    const { algebra: A } = session.graph;
    const [aboveLow, belowHigh] = [A.sub(node, A.constant(low)), A.sub(A.constant(high), node)];
    const [isAbove, isBelow] = closed
      ? [A.not(A.positive(A.neg(aboveLow))), A.positive(belowHigh)]
      : [A.positive(aboveLow), A.not(A.positive(A.neg(belowHigh)))];
    session.checks.push({ outside, value: node, ok: A.and(isAbove, isBelow) });
  }
  const steps = Array.from({ length: to - from }, (_, j) => {
    const edge = low + j + 1;
    return closed ? where(gt(edge, x), 0, 1) : where(gt(x, edge), 1, 0);
  });
  return add(from, sum(steps));
}
