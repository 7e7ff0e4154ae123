/** Which conditions are one boundary: those whose numbers agree to rounding, wherever the numbers lie. */
import { expect, test } from "vitest";
import { analyseBoundaries } from "../../../src/boundaries/find/boundaries.ts";
import { add, defineModel, gt, mul, normal, where } from "../../../src/index.ts";
import { buildObjective } from "../../../src/objective/objective.ts";

// How many boundaries x + k·y > t has for all pairs, each beside one whose t is a little off.
function boundariesOf(pairs: readonly (readonly [k: number, t: number])[], off: number): number {
  const objective = buildObjective(
    defineModel("pairs", ({ sample, factor }) => {
      const [x, y] = [sample("x", normal(0, 1)), sample("y", normal(0, 1))];
      for (const [j, [k, t]] of pairs.entries())
        for (const threshold of [t, t * (1 + off)])
          factor(`${j} at ${threshold}`, where(gt(add(x, mul(k, y)), threshold), 2, 1));
    }),
  );
  return analyseBoundaries(objective).boundaries.length;
}

test("thresholds that differ by rounding are one boundary, those that differ by more are two", () => {
  const pairs = Array.from({ length: 400 }, (_, j) => [1 + (j % 20), 0.3 + Math.sin(j) ** 2 + j] as const);
  expect(boundariesOf(pairs, 9e-14)).toBe(400);
  expect(boundariesOf(pairs, -9e-14)).toBe(400);
  expect(boundariesOf(pairs, 2e-13)).toBe(800);
  expect(boundariesOf(pairs, -2e-13)).toBe(800);
});
