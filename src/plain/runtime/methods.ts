/**
 * Functions of JavaScript that ask values for their truth, their equality or their text, and would take every traced one for true and for nobody
 * else's equal. In plain programs they do what they say of latents, or are refused with their place:
 *
 *     rows.some((x) => x > z)        or(gt(rows[0], z), gt(rows[1], z), …)
 *     [0, 2].includes(k)             or(eq(0, k), eq(2, k))
 *     rows.find((x) => x > z)        where(gt(rows[0], z), rows[0], where(gt(rows[1], z), …)), if one is for sure
 *     rates.sort((x, y) => x - y)    each two neighbours in each other's place where they are not in order, as often as it takes
 *     rows.filter((x) => x > z)      refused: how many entries there are would depend on z
 */
import { and, describe, Expr, ge, gt, not, or, type Truth } from "../../autodiff/expr.ts";
import type { State } from "./arms.ts";
import { conjoin, disjoin } from "./decisions.ts";
import { known, same } from "./operators.ts";
import { refuse } from "./refusal.ts";
import { isTraced, numberOf, select, truthOf } from "./values.ts";
import { outside, write } from "./writes.ts";

type Callback = (value: unknown, index: number, list: unknown) => unknown;
type Call = (this: unknown, ...values: unknown[]) => unknown;

/** What the iterators of arrays, maps and generators have in common. */
const ITERATOR: object = /* @__PURE__ */ Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()));

/** `object.name(…)` for a name such as `some`, `filter`, `includes`, `has`, `toFixed`. `isPure` says that a callback does nothing but give its value. */
export function asked(
  object: unknown,
  name: string,
  values: readonly unknown[],
  isPure: boolean,
  place: string,
  state?: State,
): unknown {
  const [first, second] = values;
  if (isTraced(object)) known(object, "text", place, `what \`${name}\` is asked of`);
  if (name === "next" && Object.prototype.isPrototypeOf.call(ITERATOR, object as object))
    outside(object, "`next`", place);
  if (Array.isArray(object) && typeof first === "function") {
    const callback: Callback = (...entry) => (first as Call).call(second, ...entry);
    if (name === "some" || name === "every") return quantified(object, name, callback, isPure, place, state);
    if (/^find/.test(name)) return firstOf(object, name, callback, place);
    if (/^(sort|toSorted)$/.test(name)) return inOrder(object, name, callback as Compare, place);
    if (name === "filter") {
      const plain: Call = (...entry) =>
        known((first as Call).call(second, ...entry), "choice", place, `what \`${name}\` decides by`);
      return native(object, name, [plain], place);
    }
  } else if (Array.isArray(object)) {
    if (/^(includes|(lastI|i)ndexOf)$/.test(name) && (isTraced(first) || object.some(isTraced)))
      return found(object, name, values, place);
    if (/^(toSorted|sort)$/.test(name) && object.length > 1)
      for (const entry of object) known(entry, "choice", place, `an entry that \`${name}\` puts in its place`);
    if (name === "at") known(first, "key", place, "an index");
  } else if (object instanceof Map || object instanceof Set) known(first, "key", place, `the key of \`${name}\``);
  return native(object, name, values, place);
}

function native(object: unknown, name: string, values: readonly unknown[], place: string): unknown {
  const method = (object as Record<string, unknown>)[name];
  if (typeof method !== "function")
    return refuse(place, `\`${name}\` is no function; got ${describe(object)}, expected an object with such a method`);
  return (method as Call).call(object, ...values);
}

// `some` and `every`, whose callback is not run any more once the answer is known.
function quantified(
  list: readonly unknown[],
  name: "some" | "every",
  callback: Callback,
  isPure: boolean,
  place: string,
  state: State | undefined,
): unknown {
  const isSome = name === "some";
  const conditions: Truth[] = [];
  for (let i = 0; i < list.length; i++) {
    if (!(i in list)) continue;
    const answer = callback(list[i], i, list);
    const condition = isTraced(answer) ? truthOf(answer) : Boolean(answer);
    if (condition === isSome) return isSome;
    if (typeof condition === "boolean") continue;
    if (!isPure) {
      const rest = (): unknown =>
        quantified(list.slice(i + 1), name, (x, j) => callback(x, i + 1 + j, list), isPure, place, state);
      return (isSome ? disjoin : conjoin)(condition, rest, false, place, false, state);
    }
    conditions.push(condition);
  }
  return isSome ? or(...conditions) : and(...conditions);
}

// `includes` and `indexOf`: the first entry that is the same.
function found(list: readonly unknown[], name: string, [value, from]: readonly unknown[], place: string): unknown {
  if (from !== undefined)
    return refuse(place, `\`${name}\` of a latent from an index on; got two arguments, expected one`);
  const agree = list.map((entry) => same(entry, value, place) as Truth);
  if (name === "includes") return or(...agree);
  const order = agree.map((_, i) => (name === "indexOf" ? agree.length - 1 - i : i));
  return order.reduce<unknown>((index, i) => select(agree[i]!, i, index, name, place), -1);
}

// `find`, `findIndex`, `findLast` and `findLastIndex`: the entry whose condition is the first to hold.
function firstOf(list: readonly unknown[], name: string, callback: Callback, place: string): unknown {
  const order = list.map((_, i) => (/Last/.test(name) ? list.length - 1 - i : i));
  const answers: [number, Truth][] = [];
  for (const i of order) {
    const answer = callback(list[i], i, list);
    const holds = isTraced(answer) ? truthOf(answer) : Boolean(answer);
    if (holds !== false) answers.push([i, holds]);
    if (holds === true) break;
  }
  const found = (i: number): unknown => (/Index$/.test(name) ? i : list[i]);
  const none = /Index$/.test(name) ? -1 : undefined;
  return answers.reduceRight<unknown>(
    (others, [i, holds]) => (holds === true ? found(i) : select(holds, found(i), others, name, place)),
    none,
  );
}

type Compare = (x: unknown, y: unknown) => unknown;

// A list of n is in order after n rounds in which neighbours change places, those of even places in one round, of odd places in the next. Where the
// function compares latents it says which come first in a part of the posterior only.
function inOrder(list: unknown[], name: string, compare: Compare, place: string): unknown {
  const sorted = [...list];
  let isPlain = true;
  const isAfter = (x: unknown, y: unknown): Truth => {
    const order = compare(x, y);
    if (!isTraced(order)) return Number(order) > 0;
    isPlain = false;
    return gt(numberOf(order), 0);
  };
  for (let round = 0; round < list.length; round++)
    for (let i = round % 2; i + 1 < list.length; i += 2) {
      const [x, y] = [sorted[i], sorted[i + 1]];
      const swaps = isAfter(x, y);
      if (swaps === false) continue;
      sorted[i] = swaps === true ? y : select(swaps, y, x, name, place);
      sorted[i + 1] = swaps === true ? x : select(swaps, x, y, name, place);
    }
  if (isPlain) return native(list, name, [compare], place);
  if (name === "sort") sorted.forEach((value, i) => void write(list, i, value, place));
  return name === "sort" ? list : sorted;
}

/** `name(…)` for a global function such as `Number`, `Boolean`, `isNaN`. */
export function asGlobal(name: string, place: string, ...values: unknown[]): unknown {
  const [value] = values;
  if (!values.some(isTraced)) return (globalThis as unknown as Record<string, Call>)[name]!(...values);
  if (name === "Number") return numberOf(value);
  if (name === "Boolean") return truthOf(value);
  if (name === "isNaN") return value instanceof Expr ? not(ge(value, value)) : false;
  return known(
    value,
    name === "Array" ? "length" : name === "String" ? "text" : "operator",
    place,
    `what ${name} is given`,
  );
}

/** What `new Set(…)` or `new Map(…)` is given: its keys must not depend on a latent. */
export function keys<T>(entries: T, name: string, place: string): T {
  if (Array.isArray(entries))
    for (const entry of entries)
      known(name === "Map" && Array.isArray(entry) ? entry[0] : entry, "key", place, `a key of a ${name}`);
  return entries;
}
