/** The number, if it is an integer ≥ 1; RangeError naming the option otherwise. */
export function count(caller: string, option: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 1)
    throw new RangeError(`${caller}: ${option} is not a count; got ${String(value)}, expected an integer ≥ 1`);
  return value;
}
