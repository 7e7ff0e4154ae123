/**
 * The operators of plain programs become functions. On values that are not traced each of them is JavaScript's own: `add("a", 1)` is "a1" and `lt(1n, 2)` is
 * true. On traced ones it is the function of that name of `nondiff`.
 */
import * as T from "../../autodiff/expr.ts";
import { eq } from "../../program/pick.ts";
import { noteCondition } from "../../program/places.ts";
import { ceil, floor } from "../../program/rounding.ts";
import { currentFrame } from "./frame.ts";
import { refuse } from "./refusal.ts";
import { HalfSet, isTraced, numberOf, truthOf } from "./values.ts";

// What TypeScript forbids of two unknowns, and JavaScript does.
type Any = number;

type Binary = (x: unknown, y: unknown, place: string) => unknown;

const arithmetic =
  (plain: (x: Any, y: Any) => unknown, traced: (x: T.Real, y: T.Real) => T.Real): Binary =>
  (x, y, place) =>
    isTraced(x) || isTraced(y) ? traced(operand(x, y, place), operand(y, x, place)) : plain(x as Any, y as Any);

export const add: Binary = /* @__PURE__ */ arithmetic((x, y) => x + y, T.add);
export const sub: Binary = /* @__PURE__ */ arithmetic((x, y) => x - y, T.sub);
export const mul: Binary = /* @__PURE__ */ arithmetic((x, y) => x * y, T.mul);
export const div: Binary = /* @__PURE__ */ arithmetic((x, y) => x / y, T.div);
/** What is left of x once as many whole y as there are in it are taken away, with the sign of x: 7 % 3 is 1, −7 % 3 is −1. */
export const rem: Binary = /* @__PURE__ */ arithmetic(
  (x, y) => x % y,
  (x, y) => {
    const ratio = T.div(x, y);
    return T.sub(x, T.mul(y, T.where(T.gt(ratio, 0), floor(ratio), ceil(ratio))));
  },
);
export const pow: Binary = /* @__PURE__ */ arithmetic((x, y) => x ** y, T.pow);

// A side of an operator of which some side is traced: "y" + z and rows[3].missing * z are refused with their place.
function operand(value: unknown, other: unknown, place: string): T.Real {
  if (typeof value === "number" || typeof value === "boolean" || isTraced(value)) return numberOf(value);
  return refuse(
    place,
    `an operator is given what is no number beside what depends on a latent; got ${T.describe(value)} beside ${T.describe(other)}, expected a number${
      typeof value === "string" ? "; to try: names and texts made of the data alone" : ""
    }`,
  );
}

const comparison =
  (plain: (x: Any, y: Any) => boolean, traced: (x: T.Real, y: T.Real) => T.Truth): Binary =>
  (x, y, place) =>
    isTraced(x) || isTraced(y)
      ? at(place, traced(operand(x, y, place), operand(y, x, place)))
      : plain(x as Any, y as Any);

export const gt: Binary = /* @__PURE__ */ comparison((x, y) => x > y, T.gt);
export const lt: Binary = /* @__PURE__ */ comparison((x, y) => x < y, T.lt);
export const ge: Binary = /* @__PURE__ */ comparison((x, y) => x >= y, T.ge);
export const le: Binary = /* @__PURE__ */ comparison((x, y) => x <= y, T.le);

function at(place: string, condition: T.Truth): T.Truth {
  if (!(condition instanceof T.Condition)) return condition;
  const { session, node } = condition;
  noteCondition(session.graph, node, place);
  const frame = currentFrame();
  if (frame) frame.session = session;
  return condition;
}

/** x === y: of discrete latents the condition that they agree; a traced value equals no string, object or undefined. */
export function same(x: unknown, y: unknown, place: string): unknown {
  return isTraced(x) || isTraced(y) ? at(place, tracedSame(x, y)) : x === y;
}

export function different(x: unknown, y: unknown, place: string): unknown {
  return isTraced(x) || isTraced(y) ? at(place, T.not(tracedSame(x, y))) : x !== y;
}

/** x == y */
export function equal(x: unknown, y: unknown, place: string): unknown {
  // biome-ignore lint/suspicious/noDoubleEquals: it is what the program says
  return isTraced(x) || isTraced(y) ? at(place, tracedSame(x, y)) : x == y;
}

export function unequal(x: unknown, y: unknown, place: string): unknown {
  // biome-ignore lint/suspicious/noDoubleEquals: it is what the program says
  return isTraced(x) || isTraced(y) ? at(place, T.not(tracedSame(x, y))) : x != y;
}

function tracedSame(x: unknown, y: unknown): T.Truth {
  for (const value of [x, y]) if (value instanceof HalfSet) value.read();
  if (isCondition(x) && isCondition(y)) return T.or(T.and(x, y), T.and(T.not(x), T.not(y)));
  if ([x, y].every((value) => typeof value === "number" || value instanceof T.Expr))
    return eq(x as T.Real, y as T.Real);
  return false;
}

const isCondition = (value: unknown): value is T.Truth => typeof value === "boolean" || value instanceof T.Condition;

/** −x */
export function neg(x: unknown): unknown {
  return isTraced(x) ? T.neg(numberOf(x)) : -(x as Any);
}

/** +x */
export function plus(x: unknown): unknown {
  return isTraced(x) ? numberOf(x) : +(x as Any);
}

/** !x */
export function not(x: unknown): unknown {
  return isTraced(x) ? T.not(truthOf(x)) : !x;
}

/** `x + 1` of `++x`, which is no concatenation: of "5" it is 6. */
export function increment(x: unknown, by: 1 | -1): unknown {
  if (isTraced(x)) return by === 1 ? T.add(numberOf(x), 1) : T.sub(numberOf(x), 1);
  let value = x as Any;
  return by === 1 ? ++value : --value;
}

/** What `x++` is: the number that x was. */
export function before(x: unknown, _after: unknown): unknown {
  if (isTraced(x)) return numberOf(x);
  let value = x as Any;
  return value++;
}

/** `typeof x`, where traced values are the numbers and truth values that they stand for. */
export function typed(x: unknown): unknown {
  if (x instanceof HalfSet) x.read();
  return x instanceof T.Expr ? 0 : x instanceof T.Condition ? true : x;
}

const OUT = {
  loop: "a loop to the largest count that an `if` leaves: for (let i = 0; i < MOST; i++) { if (i >= n) break; … }",
  index: "pick(values, k), which selects by a latent, or a loop over the values with an `if`",
  jump: "the statements after it in an `else` arm, as an arm on a latent cannot leave a switch, a try, a labelled block, or a loop with `var` or `await`",
  wait: "no decision on a latent in an async function or a generator",
  switch: "if (k === 0) { … } else if (k === 1) { … }",
  operator: "+ - * / % **, comparisons and Math functions",
  rest: "decisions by `if`, `?:`, `&&` and `||`",
  choice: "a loop over all entries with an `if` inside, or pick(values, k) for the entry that a latent names",
  key: "pick(values, k) of nondiff, which selects by a latent",
  text: "texts made of the data alone; print a posterior after the fit",
  length: "an array as long as the largest count, and an `if` inside of the loop over it",
} as const;

/** What a plain value is needed for. */
export type Use = keyof typeof OUT;

/** The left side of `??`: whether it is set may not depend on a latent. */
export function settled<T>(x: T): T {
  if (x instanceof HalfSet) x.read();
  return x;
}

/** What `for (… of …)` runs over. */
export function iterated(value: unknown, place: string): unknown {
  const plain = known(value, "loop", place, "what a loop runs over");
  if (typeof (plain as Partial<Iterable<unknown>> | null | undefined)?.[Symbol.iterator] === "function") return plain;
  return refuse(
    place,
    `a loop runs over what has no entries; got ${plain === null ? "null" : T.describe(plain)}, expected an array or another iterable`,
  );
}

/** The value, which must be no traced one here; the refusal says what to write instead. */
export function known<T>(value: T, use: Use, place: string, what: string): T {
  if (!isTraced(value)) return value;
  return refuse(
    place,
    `${what} depends on a latent; got ${T.describe(value)}, expected a plain value; to try: ${OUT[use]}`,
  );
}
