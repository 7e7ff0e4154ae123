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
 * Throws TypeError where a function is given more than the `most` it takes; the function passes its `arguments`, so that its signature stays
 * what it takes: of a rest parameter TypeScript would show one. JavaScript drops what a function does not name, and a fit without its options,
 * or a model without a summand, is another one. An index and a list behind the values are none of it: `values.map(exp)` passes them.
 */
export function requireNoMore(caller: string, most: number, given: ArrayLike<unknown>): void {
  if (given.length > most && !(given[most + 1] as Listed)?.map)
    throw new TypeError(`${caller}: too many arguments; got ${given.length}, expected ${most}`);
}

/** What has a method `map`, if it is an array of any kind. */
export type Listed = Partial<readonly unknown[]> | undefined;
