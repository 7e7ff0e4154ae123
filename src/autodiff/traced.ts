/**
 * A traced value is a number or a truth value of a program that runs on no numbers, as a node of a graph. It refuses to be used as a JavaScript number
 * or boolean: `z + 1` and `if (gt(z, 0))` throw, where `add(z, 1)` and `where(gt(z, 0), 1, 2)` make further nodes.
 */
import { shown } from "../checks/shown.ts";
import type { NodeId } from "./ops/op.ts";
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
export function nodeOf(session: Session, value: Real, caller?: string): NodeId {
  const real = requireReal(value, caller);
  return typeof real === "number" ? session.graph.constant(real) : nodeIn(session, real);
}

/** The node of a condition; false and true are constants 0 and −1. */
export function maskOf(session: Session, value: Truth): NodeId {
  const truth = requireTruth(value);
  if (typeof truth === "boolean") return session.graph.truth(truth);
  session.unusedConditions.delete(truth);
  return nodeIn(session, truth);
}

function nodeIn(session: Session, value: Traced): NodeId {
  if (value.session.graph !== session.graph)
    throw new TypeError(`${describe(value)}: got one traced in another program, expected one of this run`);
  return value.node;
}

/** Any value, for messages. */
export function describe(value: unknown): string {
  if (value instanceof Expr) return "a traced number";
  if (value instanceof Condition) return "a traced condition";
  if ((value as Traced | undefined)?.session) return "a traced value of another copy of nondiff";
  return shown(value);
}

/** The session of the first traced value among these; undefined where all are known. */
export function sessionOf(values: readonly unknown[]): Session | undefined {
  return (values.find((value) => value instanceof Traced) as Traced | undefined)?.session;
}

/** The traced value of a node; a plain number if the node is a constant. */
export function exprOf(session: Session, node: NodeId): Real {
  const { graph } = session;
  return graph.isConstant(node) ? graph.value(node) : new Expr(session, node);
}

/** The traced truth value of a mask; a boolean if the mask is a constant. */
export function conditionOf(session: Session, node: NodeId): Truth {
  const { graph } = session;
  return graph.isConstant(node) ? graph.value(node) !== 0 : new Condition(session, node);
}

/** Throws TypeError for a value that is none of a kind, as `refuse` does, which knows no traced values. */
export function refuseKind(caller: string, what: string, value: unknown, expected: string): never {
  throw new TypeError(`${caller}: not ${what}; got ${describe(value)}, expected ${expected}`);
}

/** Is it a number, known or traced? */
export function isReal(value: unknown): value is Real {
  return typeof value === "number" || value instanceof Expr;
}

/** The value, if it is a number, known or traced; TypeError that names the caller otherwise. */
export function requireReal(value: unknown, caller = "expression"): Real {
  return isReal(value) ? value : refuseKind(caller, "a number", value, "a number or a traced value");
}

/** The value, if it is a truth value, known or traced; TypeError that names the caller otherwise. */
export function requireTruth(value: unknown, caller = "condition"): Truth {
  return typeof value === "boolean" || value instanceof Condition
    ? value
    : refuseKind(caller, "a truth value", value, "a boolean or a comparison such as gt(x, 0)");
}
