/**
 * Options of calls, checked against one table that their type shares: a table that misses an option, or has one that the type has not, does
 * not compile, and an option that the table has not, such as `learningRate` in `fit(model, { learningRate: 1 })`, throws.
 */
import { shown } from "./shown.ts";

/** For each option what `typeof` says of its values, such as "boolean" or "number|string"; "any" where the call looks at the value itself. */
export type OptionTable<T> = { readonly [K in keyof Required<T>]: string };

/** The options, if they are an object of known ones with values of these types; TypeError or RangeError otherwise. */
export function requireOptions<T extends object>(caller: string, options: T, table: OptionTable<T>): T {
  const known = Object.keys(table);
  if (Object(options) !== options || Array.isArray(options))
    throw new TypeError(`${caller}: options are no object; got ${shown(options)}, expected { ${known[0]}: … }`);
  for (const [name, value] of Object.entries(options)) {
    const types = Object.hasOwn(table, name) ? table[name as keyof T] : "";
    if (!types) throw new RangeError(`${caller}: unknown option; got "${name}", expected ${known.join(", ")}`);
    if (value !== undefined && types !== "any" && (value === null || !types.split("|").includes(typeof value)))
      throw new TypeError(`${caller}: ${name} is of another type; got ${shown(value)}, expected ${types}`);
  }
  return options;
}
