/** A draw by weights is at a place that has one. */
import { expect, test } from "vitest";
import { weightedPlace } from "../../src/random/weighted-place.ts";

test("is where the running sum passes the number, and never where the weight is 0", () => {
  const weights = [9, 0, 0.2, 0, 0.3, 0, 7]; // the first and the last are of others
  const at = (number: number): number => weightedPlace(weights, 1, 5, number);
  expect([0, 0.199, 0.2, 0.25, 0.499].map(at)).toEqual([1, 1, 3, 3, 3]);
  // A number at or beyond the total, as rounding may make it, is at the last place with a weight.
  expect([0.5, 0.7].map(at)).toEqual([3, 3]);
});
