/** The number, if it is an integer ≥ `least`; RangeError naming the option otherwise. */
export function count(caller: string, option: string, value: number, least: number = 1): number {
  if (!Number.isSafeInteger(value) || value < least)
    throw new RangeError(`${caller}: ${option} is not a count; got ${String(value)}, expected an integer ≥ ${least}`);
  return value;
}
