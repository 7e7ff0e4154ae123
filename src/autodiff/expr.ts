/**
 * Traced values: what model code and differentiated functions compute with.
 *
 * Every function here takes numbers and traced values alike; with numbers alone it just computes. Traced values are
 * nodes of a graph, so they refuse to be used as JavaScript numbers or booleans.
 */

import { shown } from "../checks/shown.ts";
import { balanced } from "../math/balanced-tree.ts";
import { logSumExp as logOfSum } from "../math/log-sum-exp.ts";
import { mayBeNaN } from "./graph/graph.ts";
import { logSumExp as logSumExpNode } from "./log-sum-exp.ts";
import { ALL_OPS, ELEMENTARY } from "./ops/all-ops.ts";
import { CODE } from "./ops/codes.ts";
import type { BinaryOp, NodeId, UnaryOp } from "./ops/op.ts";
import { BASIC, type OpTable } from "./ops/op-table.ts";
import type { Session } from "./session.ts";

class Traced {
  readonly session: Session;
  readonly node: NodeId;

  constructor(session: Session, node: NodeId) {
    this.session = session;
    this.node = node;
    // `z.scale = 2` throws instead of being forgotten, and `z.node = 0` as another node would be another model.
    Object.freeze(this);
  }

  /** Always throws: JavaScript asked for a plain value, as `if (x > 0)` or `x + 1` does. */
  [Symbol.toPrimitive](): never {
    return this.toString();
  }

  /** Always throws, as `JSON.stringify` of a model's values would print what no sample has. */
  toJSON(): never {
    return this.toString();
  }

  /** Always throws: `[...z]` and `for (const x of z)` ask for it. */
  [Symbol.iterator](): never {
    return this.toString();
  }

  /** Always throws. */
  toString(): never {
    throw new TypeError(
      `${describe(this)}: it has no plain value; got a JavaScript operator or raw \`if\` on it, expected \`where\` or ` +
        "`branch` for decisions, `add`, `not`, … for operators",
    );
  }
}

/** A traced number. */
export class Expr extends Traced {}

/** A traced truth value. */
export class Condition extends Traced {
  constructor(session: Session, node: NodeId) {
    super(session, node);
    session.made(this);
  }
}

/** A number, known or traced. */
export type Real = number | Expr;
/** A truth value, known or traced. */
export type Truth = boolean | Condition;

/** The node of a known or traced number in the graph of a session; throws TypeError for anything else. */
export function nodeOf(session: Session, value: Real): NodeId {
  if (typeof value === "number") return session.graph.constant(value);
  if (!(value instanceof Expr)) notANumber(value);
  return nodeIn(session, value);
}

/** The node of a condition; false and true are constants 0 and −1. */
export function maskOf(session: Session, value: Truth): NodeId {
  if (typeof value === "boolean") return session.graph.truth(value);
  if (!(value instanceof Condition)) notATruth(value);
  session.unusedConditions.delete(value);
  return nodeIn(session, value);
}

function nodeIn(session: Session, value: Traced): NodeId {
  if (value.session.graph !== session.graph)
    throw new TypeError(`${describe(value)}: got one traced in another program, expected one of this run`);
  return value.node;
}

function notANumber(value: unknown): never {
  throw new TypeError(`expression: not a number; got ${describe(value)}, expected a number or a traced value`);
}

function notATruth(value: unknown): never {
  throw new TypeError(
    `condition: not a truth value; got ${describe(value)}, expected a boolean or a comparison such as gt(x, 0)`,
  );
}

/** Any value, for messages. */
export function describe(value: unknown): string {
  if (value instanceof Expr) return "a traced number";
  if (value instanceof Condition) return "a traced condition";
  if ((value as Traced | undefined)?.session) return "a traced value of another copy of nondiff";
  return shown(value);
}

function sessionOf(values: readonly unknown[]): Session | undefined {
  return (values.find((value) => value instanceof Traced) as Traced | undefined)?.session;
}

/** The traced value of a node; a plain number if the node is a constant. */
export function exprOf(session: Session, node: NodeId): Real {
  const { graph } = session;
  return graph.isConstant(node) ? graph.value(node) : new Expr(session, node);
}

function conditionOf(session: Session, node: NodeId): Truth {
  const { graph } = session;
  return graph.isConstant(node) ? graph.value(node) !== 0 : new Condition(session, node);
}

function checkNumber(value: unknown): number {
  if (typeof value !== "number") notANumber(value);
  return value;
}

function checkTruth(value: unknown): boolean {
  if (typeof value !== "boolean") notATruth(value);
  return value;
}

/** The value, if it is a number or a traced one; TypeError otherwise. */
export function checkReal(value: unknown): Real {
  return value instanceof Expr ? value : checkNumber(value);
}

/** The same for a function whose name the error tells. */
export function requireReal(value: unknown, caller: string): Real {
  if (value instanceof Expr || typeof value === "number") return value;
  throw new TypeError(`${caller}: not a number; got ${describe(value)}, expected a number or a traced value`);
}

// Ops of another table than the basic one are made known to the graph where they are used.
const unary = (name: UnaryOp, table: OpTable = BASIC): ((x: Real) => Real) => {
  const code = CODE[name];
  const { primal } = table.rows[code]!;
  return (x) => {
    if (!(x instanceof Expr)) return primal(checkNumber(x), 0, 0);
    const { session } = x;
    const { graph } = session;
    if (!graph.ops.rows[code]) graph.link(table);
    return exprOf(session, graph.apply(code, x.node));
  };
};

/** A function of two numbers that goes on with any further ones: `add(x, y, z)` is `add(add(x, y), z)`. */
interface Folded {
  (x: Real, y: Real): Real;
  (x: Real, y: Real, ...more: readonly Real[]): Real;
}

// JavaScript drops arguments that a function does not name, and a model without its third summand is another model. `values.reduce(add)`
// passes an index and the array beside the two numbers: these are no arguments.
const binary = (name: BinaryOp, table: OpTable = BASIC, goesOn = false): Folded => {
  const code = CODE[name];
  const { primal } = table.rows[code]!;
  const of = (x: Real, y: Real): Real => {
    const session = x instanceof Expr ? x.session : y instanceof Expr ? y.session : undefined;
    if (!session) return primal(checkNumber(x), checkNumber(y), 0);
    const { graph } = session;
    if (!graph.ops.rows[code]) graph.link(table);
    return exprOf(session, graph.apply(code, nodeOf(session, x), nodeOf(session, y)));
  };
  return (x: Real, y: Real, ...more: readonly unknown[]) => {
    const first = of(x, y);
    if (more.length === 0 || Array.isArray(more[1])) return first;
    if (!goesOn) throw new TypeError(`${name}: expected 2 arguments`);
    return more.reduce<Real>((all, next) => of(all, next as Real), first);
  };
};

/** x + y, and so on. */
export const add: Folded = /* @__PURE__ */ binary("add", BASIC, true);
/** x − y */
export const sub: (x: Real, y: Real) => Real = /* @__PURE__ */ binary("sub");
/** x · y, and so on. */
export const mul: Folded = /* @__PURE__ */ binary("mul", BASIC, true);
/** x / y */
export const div: (x: Real, y: Real) => Real = /* @__PURE__ */ binary("div");
/** −x */
export const neg: (x: Real) => Real = /* @__PURE__ */ unary("neg");
/** x to the power y; for x < 0 defined where y is an integer constant. */
export const pow: (x: Real, y: Real) => Real = /* @__PURE__ */ binary("pow", ELEMENTARY);
/** eˣ */
export const exp: (x: Real) => Real = /* @__PURE__ */ unary("exp");
/** Natural logarithm; −∞ at 0, NaN below. */
export const log: (x: Real) => Real = /* @__PURE__ */ unary("log");
/** log(1 + x), accurate near 0. */
export const log1p: (x: Real) => Real = /* @__PURE__ */ unary("log1p", ELEMENTARY);
/** eˣ − 1, accurate near 0. */
export const expm1: (x: Real) => Real = /* @__PURE__ */ unary("expm1", ELEMENTARY);
/** Square root; NaN below 0. */
export const sqrt: (x: Real) => Real = /* @__PURE__ */ unary("sqrt");
/** x² */
export const square: (x: Real) => Real = /* @__PURE__ */ unary("square");
/** |x|; its derivative at 0 is taken as 0. */
export const abs: (x: Real) => Real = /* @__PURE__ */ unary("abs");
/** The smallest one; where two are equal the derivative is that of the later one. */
export const min: Folded = /* @__PURE__ */ binary("min", ELEMENTARY, true);
/** The largest one; where two are equal the derivative is that of the later one. */
export const max: Folded = /* @__PURE__ */ binary("max", ELEMENTARY, true);
/** max(x, 0); its derivative at 0 is taken as 0. */
export function relu(x: Real): Real {
  return max(x, 0);
}

/** x, but not below `low` nor above `high`; throws RangeError for numbers low > high. */
export function clamp(x: Real, low: Real, high: Real): Real {
  if (typeof low === "number" && typeof high === "number" && !(low <= high))
    throw new RangeError(`clamp: range is empty; got low=${low}, high=${high}, expected low ≤ high`);
  return min(max(x, low), high);
}

/** Sine (radians). */
export const sin: (x: Real) => Real = /* @__PURE__ */ unary("sin", ELEMENTARY);
/** Cosine (radians). */
export const cos: (x: Real) => Real = /* @__PURE__ */ unary("cos", ELEMENTARY);
/** Tangent (radians). */
export const tan: (x: Real) => Real = /* @__PURE__ */ unary("tan", ELEMENTARY);
/** Hyperbolic tangent. */
export const tanh: (x: Real) => Real = /* @__PURE__ */ unary("tanh", ELEMENTARY);
/** 1 / (1 + e⁻ˣ) */
export const sigmoid: (x: Real) => Real = /* @__PURE__ */ unary("sigmoid");
/** log(1 + eˣ), stable for every x. */
export const softplus: (x: Real) => Real = /* @__PURE__ */ unary("softplus");
/** log |Γ(x)| */
export const lgamma: (x: Real) => Real = /* @__PURE__ */ unary("lgamma", ALL_OPS);
/** ψ(x) = d/dx log Γ(x) */
export const digamma: (x: Real) => Real = /* @__PURE__ */ unary("digamma", ALL_OPS);
/** The angle whose tangent is x, between −π/2 and π/2. */
export const atan: (x: Real) => Real = /* @__PURE__ */ unary("atan", ALL_OPS);
/** Error function. */
export const erf: (x: Real) => Real = /* @__PURE__ */ unary("erf", ALL_OPS);
/** Φ(x), the standard normal distribution function. */
export const normalCdf: (x: Real) => Real = /* @__PURE__ */ unary("normalCdf", ALL_OPS);
/** log Φ(x), accurate in both tails. */
export const logNormalCdf: (x: Real) => Real = /* @__PURE__ */ unary("logNormalCdf", ALL_OPS);

/** x > y. On numbers a boolean; on traced values a condition for `where` and `branch`. */
export function gt(x: Real, y: Real): Truth {
  const difference = sub(x, y);
  if (typeof difference === "number") return difference > 0;
  const { session, node } = difference;
  return conditionOf(session, session.graph.algebra.positive(node));
}

/** x < y */
export function lt(x: Real, y: Real): Truth {
  return gt(y, x);
}

/** x ≥ y: where both are numbers and y > x does not hold. Like every comparison it is false where a side is NaN. */
export function ge(x: Real, y: Real): Truth {
  const below = gt(y, x);
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

/** x ≤ y: y ≥ x. */
export function le(x: Real, y: Real): Truth {
  return ge(y, x);
}

/** Every one of the conditions holds. */
export function and(...conditions: Truth[]): Truth {
  return connect("and", conditions);
}

/** At least one of the conditions holds. */
export function or(...conditions: Truth[]): Truth {
  return connect("or", conditions);
}

function connect(name: "and" | "or", conditions: Truth[]): Truth {
  const session = sessionOf(conditions);
  if (!session) {
    const known = conditions.map(checkTruth);
    return name === "and" ? known.every(Boolean) : known.some(Boolean);
  }
  const nodes = conditions.map((condition) => maskOf(session, condition));
  return conditionOf(
    session,
    nodes.reduce((p, q) => session.graph.algebra[name](p, q)),
  );
}

/** The condition does not hold. */
export function not(condition: Truth): Truth {
  if (typeof condition === "boolean") return !condition;
  if (!(condition instanceof Condition)) notATruth(condition);
  const { session } = condition;
  return conditionOf(session, session.graph.algebra.not(maskOf(session, condition)));
}

/**
 * x where the condition holds, y elsewhere. The arm that is not taken influences neither value nor gradient, whatever
 * it evaluates to there (∞ and NaN included).
 */
export function where(condition: Truth, x: Real, y: Real): Real {
  if (typeof condition === "boolean") return checkReal(condition ? x : y);
  if (!(condition instanceof Condition)) notATruth(condition);
  const { session } = condition;
  const { algebra: A } = session.graph;
  return exprOf(session, A.where(maskOf(session, condition), nodeOf(session, x), nodeOf(session, y)));
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
  if (Array.isArray(list)) return [...list]; // no holes, which map() leaves out
  throw new TypeError(
    `${caller}: values are no list; got ${describe(values)}, expected an array of numbers or traced values`,
  );
}

/** Σ x_i, as a balanced tree; 0 for an empty list. */
export function sum(list: RealList): Real {
  const values = listOf("sum", list);
  const session = sessionOf(values);
  // The same order of additions in both cases.
  if (!session) return balanced(values.map(checkNumber), (x, y) => x + y) ?? 0;
  return exprOf(session, session.graph.sum(values.map((value) => nodeOf(session, value))));
}

/** Σ x_i · y_i; throws RangeError when the lengths differ. */
export function dot(left: RealList, right: RealList): Real {
  const [x, y] = [listOf("dot", left), listOf("dot", right)];
  if (x.length !== y.length)
    throw new RangeError(`dot: lengths differ; got ${x.length} and ${y.length}, expected equal lengths`);
  return sum(x.map((value, i) => mul(value, y[i]!)));
}

/** log Σ exp(x_i) without overflow; −∞ for an empty list. */
export function logSumExp(list: RealList): Real {
  const values = listOf("logSumExp", list);
  const session = sessionOf(values);
  // The same operations in both cases.
  if (!session) return logOfSum(values.map(checkNumber));
  return exprOf(
    session,
    logSumExpNode(
      session.graph,
      values.map((value) => nodeOf(session, value)),
    ),
  );
}
