/** Few fixed points stand for many when their gradient is tilted to a mean that others tell. */
import { expect, test } from "vitest";
import type { Ascent, Points } from "../../../../src/inference/fit/climb/ascent.ts";
import { tilted } from "../../../../src/inference/fit/climb/tilted.ts";
import { climbOf } from "../../../support/climbs.ts";
import { deduct } from "../../../support/study-models.ts";

const POINTS: Points = { kind: "stage", start: 0, batch: 0, count: 64 };

// −½·(x − 3)² by the fixed points, where the ELBO has its optimum at 5.
const few = {
  gradientInto(g: Float64Array, x: Float64Array): number {
    g[0] = 3 - x[0]!;
    return -0.5 * (x[0]! - 3) ** 2;
  },
} as unknown as Ascent;

test("a tilted gradient is 0 where the known slope says that the optimum is, and its values have it", () => {
  const known = { x: Float64Array.of(4), slope: Float64Array.of(1), share: 1 };
  const ascent = tilted(few, known);
  const g = new Float64Array(1);
  ascent.gradientInto(g, known.x, POINTS);
  expect(g[0]).toBe(1);
  const [below, at, above] = [4.9, 5, 5.1].map((x) => ascent.gradientInto(g, Float64Array.of(x), POINTS));
  expect(at).toBeGreaterThan(Math.max(below!, above!));
  ascent.gradientInto(g, Float64Array.of(5), POINTS);
  expect(g[0]).toBeCloseTo(0, 12);
});

test("half a share moves the optimum half as far", () => {
  const ascent = tilted(few, { x: Float64Array.of(4), slope: Float64Array.of(1), share: 0.5 });
  const g = new Float64Array(1);
  ascent.gradientInto(g, Float64Array.of(4), POINTS);
  ascent.gradientInto(g, Float64Array.of(4), POINTS);
  expect(g[0]).toBe(0); // (3 − 4) + ½·(1 − (−1))
});

test("a climb of 36 parameters ends on its 64 points, in 5000 samples in the middle of five seeds", () => {
  const climbs = [0, 1, 2, 3, 4].map((seed) => climbOf(deduct(), seed));
  expect(climbs.map(({ status }) => status)).toEqual(climbs.map(() => "converged"));
  for (const { stages } of climbs) expect(stages.map(({ points }) => points)).toEqual([64]);
  expect(climbs.map(({ samples }) => samples).sort((p, q) => p - q)[2]).toBeLessThan(5000);
});
