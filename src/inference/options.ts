/** The number, if it is an integer from `least` to `most`; RangeError naming the option otherwise. */
export function count(
  caller: string,
  option: string,
  value: number,
  least: number = 1,
  most: number = Infinity,
): number {
  if (!Number.isSafeInteger(value) || value < least || value > most)
    throw new RangeError(
      `${caller}: ${option} is not a count; got ${String(value)}, expected an integer ≥ ${least}${most < Infinity ? ` and ≤ ${most}` : ""}`,
    );
  return value;
}
