import { describe, expect, test } from "vitest";
import { coincident } from "../../../src/boundaries/check/coincident.ts";
import { DISTINCT } from "../../../src/boundaries/check/distinct.ts";
import { analyseBoundaries } from "../../../src/boundaries/find/boundaries.ts";
import { ROOTS_ALONG_LINES } from "../../../src/boundaries/move/roots-along-lines.ts";
import { add, and, exp, gt, mul, pow, square, sub, type Truth, where } from "../../../src/index.ts";
import { boundariesText, type Holds, objectiveOf } from "../../support/condition-rows.ts";

const both = (p: Truth, q: Truth): Truth => and(p, q);
const MERGED = coincident(ROOTS_ALONG_LINES);

/** Two conditions: how many boundaries their forms have, and how many there are; "in part" where that depends on the point. */
interface Row {
  readonly holds: Holds;
  readonly found: number;
  readonly are: number | "in part";
}

// biome-ignore format: a table
const ROWS: readonly Row[] = [
  // One by their forms, scaled or mirrored.
  { holds: (x) => both(gt(x, 1), gt(mul(2, x), 2)),                                                 found: 1, are: 1 },
  { holds: (x, y) => both(gt(x, y), gt(y, x)),                                                      found: 1, are: 1 },
  // Two.
  { holds: (x) => both(gt(x, 1), gt(x, 2)),                                                         found: 2, are: 2 },
  { holds: (x, y) => both(gt(x, y), gt(add(x, y), 0)),                                              found: 2, are: 2 },
  { holds: (x, y) => both(gt(add(y, square(x)), 0), gt(y, square(x))),                              found: 2, are: 2 },
  { holds: (x, y) => both(gt(add(y, square(x)), 0), gt(add(y, square(x)), 0.001)),                  found: 2, are: 2 },
  { holds: (x, y) => both(gt(add(y, exp(x)), 0), gt(add(x, mul(2, y)), 1)),                         found: 2, are: 2 },
  // One, and nothing in their forms says so.
  { holds: (x, y) => both(gt(add(y, square(add(x, 1))), 0), gt(add(add(y, square(x)), add(mul(2, x), 1)), 0)), found: 2, are: 1 },
  { holds: (x, y) => both(gt(add(y, square(x)), 0), gt(add(y, mul(x, x)), 0)),                      found: 2, are: 1 },
  { holds: (x, y) => both(gt(add(y, pow(x, 3)), 0), gt(mul(3, add(y, mul(x, mul(x, x)))), 0)),      found: 2, are: 1 },
  { holds: (x, y) => both(gt(add(y, exp(add(x, 1))), 0), gt(add(y, mul(Math.E, exp(x))), 0)),       found: 2, are: 1 },
  // One on one side of a further condition.
  { holds: (x, y) => both(gt(add(y, square(x)), 0), gt(add(y, where(gt(x, 0), mul(x, x), 3)), 0)),  found: 3, are: "in part" },
];

describe("two conditions", () => {
  test.each(ROWS)(
    "of $found forms are $are boundaries: merged by one pass, refused by the other",
    ({ holds, found, are }) => {
      const objective = objectiveOf(holds);
      const { boundaries } = analyseBoundaries(objective);
      expect(boundaries).toHaveLength(found);
      if (are === "in part") expect(() => MERGED.run(objective, boundaries)).toThrow(/coincide in part/);
      else {
        const merged = MERGED.run(objective, boundaries);
        expect(merged).toHaveLength(are);
        const predicates = merged.map((boundary) => boundary.predicates.length);
        expect(predicates.reduce((sum, each) => sum + each, 0)).toBe(2);
        if (are < found) expect(boundariesText(objective, merged)[0]).toMatch(/ \(2\) by /);
      }
      if (are === found) expect(DISTINCT.run(objective, boundaries)).toBe(boundaries);
      else
        expect(() => DISTINCT.run(objective, boundaries)).toThrow(/got boundaries that meet though their forms differ/);
    },
  );

  test("that differ by a billionth of a condition are told apart from one", () => {
    const apart =
      (by: number): Holds =>
      (x, y) =>
        both(gt(add(y, square(x)), 0), gt(add(y, mul(x, x)), by));
    const count = (by: number): number => {
      const objective = objectiveOf(apart(by));
      return MERGED.run(objective, analyseBoundaries(objective).boundaries).length;
    };
    expect([1e-3, 1e-6, 1e-13, 0].map(count)).toEqual([2, 2, 1, 1]);
  });

  test("of three latents each, many of them, are looked at in groups of the same latents", () => {
    const many: Holds = (x, y, z) =>
      Array.from({ length: 30 }, (_, k) => gt(add(k % 2 === 0 ? x : y, mul(k + 1, square(z))), sub(0.1, k))).reduce(
        (all, each) => and(all, each),
      );
    const objective = objectiveOf(many);
    const { boundaries } = analyseBoundaries(objective);
    expect(boundaries).toHaveLength(30);
    expect(DISTINCT.run(objective, boundaries)).toBe(boundaries);
  });
});
