/**
 * The inverse of a function that rises or falls, by bisection: it is as accurate as the function, whatever that is made of. For
 * inverses that are taken of constants, where some thousand evaluations do not count.
 */

/**
 * The smallest double x with f(x) ≥ value, or f(x) ≤ value if f falls: 8 for `Math.cbrt` and 2.
 *
 * Domain: f is a number on the whole line, value lies between its ends. NaN gives NaN. Error: that of f divided by its slope.
 */
export function bisected(f: (x: number) => number, value: number, falls: boolean = false): number {
  if (Number.isNaN(value)) return Number.NaN;
  let [low, high] = [-Number.MAX_VALUE, Number.MAX_VALUE];
  for (;;) {
    const middle = 0.5 * low + 0.5 * high;
    if (middle <= low || middle >= high) return high;
    const at = f(middle);
    if (falls ? at <= value : at >= value) high = middle;
    else low = middle;
  }
}
