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
