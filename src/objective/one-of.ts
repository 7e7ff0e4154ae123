/** Some options take one of a few values, such as the entropy: "sampled", "analytic" or "sticking-the-landing". */

/** The value of an option, the first of `values` where nothing is said; RangeError naming the option if it is none of them. */
export function oneOf<T extends string>(caller: string, option: string, value: T | undefined, values: readonly T[]): T {
  if (value === undefined) return values[0]!;
  if (values.includes(value)) return value;
  throw new RangeError(`${caller}: unknown ${option}; got ${String(value)}, expected "${values.join('" or "')}"`);
}
