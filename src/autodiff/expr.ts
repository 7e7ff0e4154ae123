/**
 * The functions that model code and differentiated functions compute with. Each takes numbers and traced values alike; with numbers alone it just
 * computes. What it is given it checks: `exp("2")` says so by its name, and `sum(x, y)` of two lists, of which JavaScript would drop the second, is
 * an error.
 */

import { type Listed, requireNoMore } from "../checks/arguments.ts";
import { balanced } from "../math/balanced-tree.ts";
import { logSumExp as logOfSum } from "../math/log-sum-exp.ts";
import { mayBeNaN } from "./graph/graph.ts";
import { logSumExp as logSumExpNode } from "./log-sum-exp.ts";
import { ALL_OPS, ELEMENTARY } from "./ops/all-ops.ts";
import type { BinaryOp, UnaryOp } from "./ops/op.ts";
import { BASIC, type OpTable } from "./ops/op-table.ts";
import {
  Condition,
  conditionOf,
  describe,
  Expr,
  exprOf,
  maskOf,
  nodeOf,
  type Real,
  requireReal,
  requireTruth,
  sessionOf,
  type Truth,
} from "./traced.ts";

export { Condition, describe, Expr, exprOf, maskOf, nodeOf, type Real, requireReal, type Truth };

type OfTwo<T> = (x: Real, y: Real) => T;

// An index may stand beside a single value, as `Array.from(values, exp)` passes it; not beside that of log, as log(x, 2) is meant to the base 2.
function requireArity(name: string, arity: number, given: ArrayLike<unknown>): void {
  const index = given[1] as number;
  if (name === "log" || given.length !== 2 || !(Number.isInteger(index) && index >= 0))
    requireNoMore(name, arity, given);
}

// The function of an op, by its name or another one, as gt subtracts. Ops of another table than the basic one are made known to the graph where they are
// used.
function applying<F = OfTwo<Real>>(op: UnaryOp | BinaryOp, table: OpTable = BASIC, name: string = op): F {
  const code = table.names.indexOf(op) + 2;
  const { primal, domain } = table.rows[code]!;
  const arity = domain.length;
  // A model calls these tens of thousands of times: no list is made of the arguments.
  return function (x: Real, y: Real) {
    requireArity(name, arity, arguments);
    const first = requireReal(x, name);
    const second = arity > 1 ? requireReal(y, name) : 0;
    const traced = typeof first === "number" ? second : first;
    if (typeof traced === "number") return primal(first as number, second as number, 0);
    const { session } = traced;
    if (!session.graph.ops.rows[code]) session.graph.link(table);
    const node = nodeOf(session, first);
    return exprOf(session, session.graph.apply(code, node, arity > 1 ? nodeOf(session, second) : undefined));
  } as F;
}

/** A function of two numbers that goes on with any further ones: `add(x, y, z)` is `add(add(x, y), z)`. */
interface Folded {
  (x: Real, y: Real): Real;
  (x: Real, y: Real, ...more: readonly Real[]): Real;
}

// `values.reduce(add)` passes an index and the array beside the two numbers: these are no arguments.
const folded = (name: BinaryOp, table?: OpTable): Folded => {
  const of = applying(name, table);
  return (x: Real, y: Real, ...more: readonly Real[]) => {
    const first = of(x, y);
    const isListed = (more as readonly unknown[] as readonly Listed[])[1]?.map;
    return isListed ? first : more.reduce<Real>((all, next) => of(all, next), first);
  };
};

/** x + y, and so on. */
export const add: Folded = /* @__PURE__ */ folded("add");
/** x − y */
export const sub: (x: Real, y: Real) => Real = /* @__PURE__ */ applying("sub");
/** x · y, and so on. */
export const mul: Folded = /* @__PURE__ */ folded("mul");
/** x / y */
export const div: (x: Real, y: Real) => Real = /* @__PURE__ */ applying("div");
/** −x */
export const neg: (x: Real) => Real = /* @__PURE__ */ applying("neg");
/** x to the power y; for x < 0 defined where y is an integer constant. */
export const pow: (x: Real, y: Real) => Real = /* @__PURE__ */ applying("pow", ELEMENTARY);
/** eˣ */
export const exp: (x: Real) => Real = /* @__PURE__ */ applying("exp");
/** Natural logarithm; −∞ at 0, NaN below. */
export const log: (x: Real) => Real = /* @__PURE__ */ applying("log");
/** log(1 + x), accurate near 0. */
export const log1p: (x: Real) => Real = /* @__PURE__ */ applying("log1p", ELEMENTARY);
/** eˣ − 1, accurate near 0. */
export const expm1: (x: Real) => Real = /* @__PURE__ */ applying("expm1", ELEMENTARY);
/** Square root; NaN below 0. */
export const sqrt: (x: Real) => Real = /* @__PURE__ */ applying("sqrt");
/** x² */
export const square: (x: Real) => Real = /* @__PURE__ */ applying("square");
/** |x|; its derivative at 0 is taken as 0. */
export const abs: (x: Real) => Real = /* @__PURE__ */ applying("abs");
/** The smallest one; where two are equal the derivative is that of the later one. */
export const min: Folded = /* @__PURE__ */ folded("min", ELEMENTARY);
/** The largest one; where two are equal the derivative is that of the later one. */
export const max: Folded = /* @__PURE__ */ folded("max", ELEMENTARY);
/** max(x, 0); its derivative at 0 is taken as 0. */
export function relu(x: Real): Real {
  requireArity("relu", 1, arguments);
  return max(requireReal(x, "relu"), 0);
}

/** x, but not below `low` nor above `high`; throws RangeError for numbers low > high. */
export function clamp(x: Real, low: Real, high: Real): Real {
  requireNoMore("clamp", 3, arguments);
  for (const value of [x, low, high]) requireReal(value, "clamp");
  if (typeof low === "number" && typeof high === "number" && !(low <= high))
    throw new RangeError(`clamp: range is empty; got low=${low}, high=${high}, expected low ≤ high`);
  return min(max(x, low), high);
}

/** Sine (radians). */
export const sin: (x: Real) => Real = /* @__PURE__ */ applying("sin", ELEMENTARY);
/** Cosine (radians). */
export const cos: (x: Real) => Real = /* @__PURE__ */ applying("cos", ELEMENTARY);
/** Tangent (radians). */
export const tan: (x: Real) => Real = /* @__PURE__ */ applying("tan", ELEMENTARY);
/** Hyperbolic tangent. */
export const tanh: (x: Real) => Real = /* @__PURE__ */ applying("tanh", ELEMENTARY);
/** 1 / (1 + e⁻ˣ) */
export const sigmoid: (x: Real) => Real = /* @__PURE__ */ applying("sigmoid");
/** log(1 + eˣ), stable for every x. */
export const softplus: (x: Real) => Real = /* @__PURE__ */ applying("softplus");
/** log |Γ(x)| */
export const lgamma: (x: Real) => Real = /* @__PURE__ */ applying("lgamma", ALL_OPS);
/** ψ(x) = d/dx log Γ(x) */
export const digamma: (x: Real) => Real = /* @__PURE__ */ applying("digamma", ALL_OPS);
/** The angle whose tangent is x, between −π/2 and π/2. */
export const atan: (x: Real) => Real = /* @__PURE__ */ applying("atan", ALL_OPS);
/** Error function. */
export const erf: (x: Real) => Real = /* @__PURE__ */ applying("erf", ALL_OPS);
/** Φ(x), the standard normal distribution function. */
export const normalCdf: (x: Real) => Real = /* @__PURE__ */ applying("normalCdf", ALL_OPS);
/** log Φ(x), accurate in both tails. */
export const logNormalCdf: (x: Real) => Real = /* @__PURE__ */ applying("logNormalCdf", ALL_OPS);

type Minus = OfTwo<Real>;

function greater(minus: Minus, x: Real, y: Real): Truth {
  const difference = minus(x, y);
  if (typeof difference === "number") return difference > 0;
  const { session, node } = difference;
  return conditionOf(session, session.graph.algebra.positive(node));
}

function notLess(minus: Minus, x: Real, y: Real): Truth {
  const below = greater(minus, y, x);
  const session = sessionOf([x, y]);
  if (!session) return x >= y;
  const { graph } = session;
  const { algebra: A } = graph;
  const sides = [x, y]
    .map((side) => nodeOf(session, side))
    .filter((side) => graph.isConstant(side) || mayBeNaN(graph, side));
  return conditionOf(
    session,
    sides.reduce((mask, side) => A.and(mask, A.equal(side, side)), A.not(maskOf(session, below))),
  );
}

// A comparison is by a difference, which has its name in messages.
const comparing = (name: string, of: typeof greater): OfTwo<Truth> => {
  const minus = applying("sub", BASIC, name);
  return function (x: Real, y: Real) {
    requireNoMore(name, 2, arguments);
    return of(minus, x, y);
  };
};

/** x > y. On numbers a boolean; on traced values a condition for `where` and `branch`. */
export const gt: OfTwo<Truth> = /* @__PURE__ */ comparing("gt", greater);
/** x < y */
export const lt: OfTwo<Truth> = /* @__PURE__ */ comparing("lt", (minus, x, y) => greater(minus, y, x));
/** x ≥ y: where both are numbers and y > x does not hold. Like every comparison it is false where a side is NaN. */
export const ge: OfTwo<Truth> = /* @__PURE__ */ comparing("ge", notLess);
/** x ≤ y: y ≥ x. */
export const le: OfTwo<Truth> = /* @__PURE__ */ comparing("le", (minus, x, y) => notLess(minus, y, x));

/** Every one of the conditions holds. */
export function and(...conditions: Truth[]): Truth {
  return connect("and", conditions);
}

/** At least one of the conditions holds. */
export function or(...conditions: Truth[]): Truth {
  return connect("or", conditions);
}

function connect(name: "and" | "or", conditions: Truth[]): Truth {
  const truths = conditions.map((condition) => requireTruth(condition, name));
  const session = sessionOf(truths);
  if (!session) return name === "and" ? truths.every(Boolean) : truths.some(Boolean);
  const nodes = truths.map((truth) => maskOf(session, truth));
  return conditionOf(
    session,
    nodes.reduce((p, q) => session.graph.algebra[name](p, q)),
  );
}

/** The condition does not hold. */
export function not(condition: Truth): Truth {
  requireNoMore("not", 1, arguments);
  const truth = requireTruth(condition, "not");
  if (typeof truth === "boolean") return !truth;
  const { session } = truth;
  return conditionOf(session, session.graph.algebra.not(maskOf(session, truth)));
}

/**
 * x where the condition holds, y elsewhere. The arm that is not taken influences neither value nor gradient, whatever
 * it evaluates to there (∞ and NaN included).
 */
export function where(condition: Truth, x: Real, y: Real): Real {
  requireNoMore("where", 3, arguments);
  const truth = requireTruth(condition, "where");
  if (typeof truth === "boolean") return requireReal(truth ? x : y, "where");
  const { session } = truth;
  const { algebra: A } = session.graph;
  return exprOf(session, A.where(maskOf(session, truth), nodeOf(session, x, "where"), nodeOf(session, y, "where")));
}

/** A typed array of numbers. */
export type NumberArray =
  | Float64Array
  | Float32Array
  | Int32Array
  | Int16Array
  | Int8Array
  | Uint32Array
  | Uint16Array
  | Uint8Array
  | Uint8ClampedArray;

/** Numbers in a list of any kind. */
export type RealList = readonly Real[] | NumberArray;

/** A typed array as an array, as its own `map` would make numbers of traced values; anything else as it is, for whoever checks it. */
export function unpacked<T>(values: readonly T[] | NumberArray): readonly (T | number)[] {
  return ArrayBuffer.isView(values) ? Array.from(values) : values;
}

function listOf(caller: string, values: RealList): readonly Real[] {
  const list = unpacked(values);
  // Holes are no numbers either.
  if (Array.isArray(list)) return Array.from(list, (value) => requireReal(value, caller));
  throw new TypeError(
    `${caller}: values are no list; got ${describe(values)}, expected an array of numbers or traced values`,
  );
}

/** Σ x_i, as a balanced tree; 0 for an empty list. */
export function sum(list: RealList): Real {
  requireNoMore("sum", 1, arguments);
  const values = listOf("sum", list);
  const session = sessionOf(values);
  // The same order of additions in both cases.
  if (!session) return balanced(values as readonly number[], (x, y) => x + y) ?? 0;
  return exprOf(session, session.graph.sum(values.map((value) => nodeOf(session, value))));
}

/** Σ x_i · y_i; throws RangeError when the lengths differ. */
export function dot(left: RealList, right: RealList): Real {
  requireNoMore("dot", 2, arguments);
  const [x, y] = [listOf("dot", left), listOf("dot", right)];
  if (x.length !== y.length)
    throw new RangeError(`dot: lengths differ; got ${x.length} and ${y.length}, expected equal lengths`);
  return sum(x.map((value, i) => mul(value, y[i]!)));
}

/** log Σ exp(x_i) without overflow; −∞ for an empty list. */
export function logSumExp(list: RealList): Real {
  requireNoMore("logSumExp", 1, arguments);
  const values = listOf("logSumExp", list);
  const session = sessionOf(values);
  // The same operations in both cases.
  if (!session) return logOfSum(values as readonly number[]);
  return exprOf(
    session,
    logSumExpNode(
      session.graph,
      values.map((value) => nodeOf(session, value)),
    ),
  );
}
