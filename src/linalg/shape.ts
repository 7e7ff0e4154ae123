/** Public functions check sizes, lengths and that entries are finite, once, so that inner loops need not. */

import { shown } from "../checks/shown.ts";

/** Throws RangeError unless the value is an integer, at least `least`. */
export function checkSize(caller: string, name: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least)
    throw new RangeError(`${caller}: ${name} is not a size; got ${shown(value)}, expected an integer ≥ ${least}`);
}

/** Throws RangeError unless the array holds rows × columns numbers. */
export function checkLength(
  caller: string,
  name: string,
  array: ArrayLike<number>,
  rows: number,
  columns: number = 1,
): void {
  checkSize(caller, "a number of rows", rows, 0);
  checkSize(caller, "a number of columns", columns, 0);
  if (array?.length === rows * columns) return;
  const expected = columns === 1 ? `${rows}` : `${rows} × ${columns}`;
  throw new RangeError(`${caller}: ${name} has the wrong length; got ${array?.length}, expected ${expected}`);
}

/** Throws RangeError if the result of a product would overwrite one of its operands. */
export function checkDistinct(caller: string, out: unknown, a: unknown, b: unknown): void {
  if (out === a || out === b)
    throw new RangeError(`${caller}: out is also an operand; got one array, expected an array of its own`);
}

/** Throws RangeError for an entry that is NaN or infinite, with its position. */
export function checkFinite(caller: string, name: string, value: number, row: number, column?: number): void {
  if (Number.isFinite(value)) return;
  const at = column === undefined ? row : `${row}, ${column}`;
  throw new RangeError(`${caller}: ${name} is not finite; got ${name}[${at}] = ${value}, expected finite numbers`);
}
