/**
 * These checks are of models, posteriors and other objects that functions are given: `predict(fit(model), model)` says that the first is no model, where else it would
 * fail far inside, or not at all.
 */

import { shown } from "./shown.ts";

/** Throws TypeError, naming what was expected, unless the value has this method, as a posterior has `reweighted`. */
export function requireMethod<T>(caller: string, what: string, value: T, method: keyof T, expected: string): T {
  if (typeof value?.[method] !== "function") refuse(caller, what, value, expected);
  return value;
}

/** The numbers, if they are an array of any kind. */
export function requireList<T extends ArrayLike<unknown>>(caller: string, what: string, list: T, expected: string): T {
  if (!Array.isArray(list) && !ArrayBuffer.isView(list)) refuse(caller, what, list, expected);
  return list;
}

/** Throws TypeError for what is none of a kind. */
export function refuse(caller: string, what: string, value: unknown, expected: string): never {
  throw new TypeError(`${caller}: not ${what}; got ${shown(value)}, expected ${expected}`);
}

/**
 * Throws TypeError where a function is given more than the `most` it takes. JavaScript drops what a function does not name, and a fit without
 * its options, or a model without a summand, is another one. What a function takes stands in an overload of it, so that its type shows no rest
 * parameter: with one of `never[]` TypeScript knows no `ReturnType` of it.
 */
export function requireNoMore(caller: string, most: number, more: readonly unknown[], what = "arguments"): void {
  if (more.length > 0 && !isListed(more))
    throw new TypeError(`${caller}: too many ${what}; got ${most + more.length}, expected ${most}`);
}

/** Do these go on with an index and a list, as `values.map(exp)` and `values.reduce(add)` pass them beside a value? */
export function isListed([, list]: readonly unknown[]): boolean {
  return Array.isArray(list) || ArrayBuffer.isView(list);
}

/** Is this an index alone, as `Array.from(values, exp)` passes it beside a value? */
export function isIndexed([index, ...further]: readonly unknown[]): boolean {
  return further.length === 0 && typeof index === "number" && index >= 0 && Number.isInteger(index);
}
