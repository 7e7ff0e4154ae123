import { balanced } from "./balanced-tree.ts";
import { exp, log } from "./elementary.ts";
import { peak } from "./logistic.ts";

/**
 * log Σ exp(xⱼ) without overflow, as m + log Σ exp(xⱼ − m) with the largest number for m: [1000, 1000] gives 1000 + log 2.
 *
 * Domain: any numbers; −Infinity for none or if all are, +Infinity if one is, NaN if one is. Error below 4 ulp of the largest of
 * |m|, |result| and 1 (the sum is one in pairs).
 */
export function logSumExp(values: readonly number[]): number {
  if (values.length < 2) return values[0] ?? Number.NEGATIVE_INFINITY;
  const largest = values.reduce(peak);
  const exponentials = values.map((x) => exp(x - largest));
  return largest + log(balanced(exponentials, (x, y) => x + y)!);
}
