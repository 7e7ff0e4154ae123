/** Values of plain programs: which of them are traced, what they are as numbers and conditions, and two of them as one by selection. */
import { and, Condition, describe, Expr, ge, not, or, type Real, type Truth, where } from "../../autodiff/expr.ts";
import { eq } from "../../program/pick.ts";
import { currentArm } from "./frame.ts";
import { refuse } from "./refusal.ts";

/**
 * The value of a variable that one arm sets and the other leaves undefined:
 *
 *     let x;
 *     if (z > 0) x = 1;
 *
 * As long as nobody reads x that is fine; whoever computes with it is told.
 */
export class HalfSet {
  readonly #name: string;
  readonly #place: string;

  constructor(name: string, place: string) {
    this.#name = name;
    this.#place = place;
  }

  /** Always throws. */
  read(): never {
    refuse(
      this.#place,
      `\`${this.#name}\` has a value in one arm only and is used after the decision; got undefined in the other arm, expected a value in both`,
    );
  }

  /** Always throws. */
  [Symbol.toPrimitive](): never {
    return this.read();
  }

  /** Always throws. */
  toJSON(): never {
    return this.read();
  }
}

// Its members, as in `best?.rate`, are not undefined: nobody knows them.
function halfSet(name: string, place: string): HalfSet {
  const value = new HalfSet(name, place);
  const read = (): never => value.read();
  return new Proxy(value, { get: (_, key) => (key === "read" ? read : read()) });
}

export type Traced = Expr | Condition | HalfSet;

export function isTraced(value: unknown): value is Traced {
  return value instanceof Expr || value instanceof Condition || value instanceof HalfSet;
}

/** As a number, as JavaScript does: true is 1, and so is a condition where it holds. Others are left to be refused by who gets them. */
export function numberOf(value: unknown): Real {
  if (value instanceof HalfSet) return value.read();
  if (value instanceof Condition) return where(value, 1, 0);
  return typeof value === "boolean" ? Number(value) : (value as Real);
}

/** As a condition, as JavaScript does: a number is true unless it is 0 or NaN. */
export function truthOf(value: unknown): Truth {
  if (value instanceof HalfSet) return value.read();
  if (value instanceof Condition) return value;
  return value instanceof Expr ? and(ge(value, value), not(eq(value, 0))) : Boolean(value);
}

const isNumber = (value: unknown): value is Real => typeof value === "number" || value instanceof Expr;
const isTruth = (value: unknown): value is Truth => typeof value === "boolean" || value instanceof Condition;

/** Arrays and objects that a decision on a latent selected between, and what it made of them: a write to one would have to show in the others. */
const SELECTED = /* @__PURE__ */ new WeakMap<object, string>();

/** Where the object was selected, or selected from, by a decision on a latent; undefined where it was not. */
export function selectedAt(object: unknown): string | undefined {
  return typeof object === "object" && object !== null ? SELECTED.get(object) : undefined;
}

/**
 * The first where the condition holds, the second elsewhere; `name` and `place` are for messages. Of two arrays or objects it makes a third, which nobody may
 * write to unless both were made in the arms themselves:
 *
 *     const side = z > x ? left : right;      side.sum is where(gt(z, x), left.sum, right.sum)
 *     side.sum += 1;                          refused: it would have to change left or right
 */
export function select(condition: Truth, x: unknown, y: unknown, name: string, place: string, arms?: Made): unknown {
  if (Object.is(x, y)) return x;
  if (isNumber(x) && isNumber(y)) return where(condition, x, y);
  if (isTruth(x) && isTruth(y)) return or(and(condition, x), and(not(condition), y));
  if (x instanceof HalfSet) return x;
  if (y instanceof HalfSet || x === undefined || y === undefined) return halfSet(name, place);
  if (Array.isArray(x) && Array.isArray(y) && x.length === y.length)
    return selected(x, y, arms, place, () =>
      x.map((value, i) => select(condition, value, y[i], `${name}[${i}]`, place, arms)),
    );
  if (isRecord(x) && isRecord(y)) {
    const keys = Object.keys(x);
    if (keys.length === Object.keys(y).length && keys.every((key) => key in y))
      return selected(x, y, arms, place, () =>
        Object.fromEntries(keys.map((key) => [key, select(condition, x[key], y[key], `${name}.${key}`, place, arms)])),
      );
  }
  const distributions = [x, y].some((value) => typeof (value as { logDensity?: unknown })?.logDensity === "function");
  return refuse(
    place,
    `\`${name}\` differs between the arms of a decision on a latent; got ${kind(x)} and ${kind(y)}, expected ${
      distributions
        ? "the decision in the parameters, normal(z > 0 ? 5 : -2, 1), or an `if` around the statement"
        : "two numbers, two truth values, or arrays or objects of these with the same keys"
    }`,
  );
}

/** What the arms of a decision made, and what was selected of it so far: two variables with one object have one after the decision too. */
export interface Made {
  readonly isFresh: (object: object) => boolean;
  readonly selected: Map<object, Map<object, object>>;
  /** Values of variables after the decision, each with those that it had after the arms. */
  readonly merged: Map<unknown, readonly [unknown, unknown]>;
}

function selected(x: object, y: object, arms: Made | undefined, place: string, make: () => object): object {
  if (!arms?.isFresh(x) || !arms.isFresh(y)) {
    const made = make();
    for (const object of [x, y, made]) SELECTED.set(object, place);
    return Object.freeze(made);
  }
  const known = arms.selected.get(x)?.get(y);
  if (known) return known;
  const made = make();
  currentArm()?.fresh.add(made);
  if (!arms.selected.has(x)) arms.selected.set(x, new Map());
  arms.selected.get(x)!.set(y, made);
  return made;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    (prototype === Object.prototype || prototype === null) &&
    !Object.values(value).some((entry) => typeof entry === "function")
  );
}

function kind(value: unknown): string {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === "function") return "a function";
  const name =
    (value as { name?: unknown; logDensity?: unknown } | null)?.logDensity && (value as { name?: unknown }).name;
  return typeof name === "string" ? `the distribution ${name}` : describe(value);
}
