import { describe, expect, test } from "vitest";
import { DISTINCT } from "../../../src/boundaries/check/distinct.ts";
import { provenDistinct } from "../../../src/boundaries/check/distinct-values.ts";
import { asCondition, conditionOf, distinctByForm } from "../../../src/boundaries/check/distinctness.ts";
import { analyseBoundaries } from "../../../src/boundaries/find/boundaries.ts";
import {
  add,
  and,
  atan,
  defineModel,
  div,
  exp,
  gt,
  log,
  max,
  mul,
  normal,
  pow,
  type Real,
  square,
  sub,
  tanh,
  where,
} from "../../../src/index.ts";
import { buildObjective, type Objective } from "../../../src/objective/objective.ts";
import { type Holds, objectiveOf } from "../../support/condition-rows.ts";

/** Two conditions, the first of which is moved onto: whether it is proven that they have next to nothing in common. */
interface Row {
  readonly holds: Holds;
  readonly found: number;
  readonly proven: boolean;
}

// biome-ignore format: a table
const ROWS: readonly Row[] = [
  // Linear, with different forms.
  { holds: (x) => and(gt(x, 1), gt(x, 2)),                                                          found: 2, proven: true },
  { holds: (x, y) => and(gt(x, y), gt(add(x, y), 0)),                                               found: 2, proven: true },
  // A variable of the one that the other does not contain.
  { holds: (x, y, z) => and(gt(add(z, square(x)), 0), gt(add(y, square(x)), 0)),                    found: 2, proven: true },
  // Not 0 at one point of the graph.
  { holds: (x, y) => and(gt(add(y, square(x)), 0), gt(add(y, square(x)), 0.001)),                   found: 2, proven: true },
  { holds: (x, y) => and(gt(add(y, exp(x)), 0), gt(add(x, mul(2, y)), 1)),                          found: 2, proven: true },
  { holds: (x, y) => and(gt(x, 0.4), gt(mul(x, exp(y)), 1)),                                        found: 2, proven: true },
  { holds: (x, y) => and(gt(x, 70), gt(mul(x, where(gt(y, 68), 1.2, 1.1)), 70)),                    found: 3, proven: true },
  // 0 all over it, or on a piece of it, wherever that is.
  { holds: (x, y) => and(gt(add(y, square(add(x, 1))), 0), gt(add(add(y, square(x)), add(mul(2, x), 1)), 0)), found: 2, proven: false },
  { holds: (x, y) => and(gt(add(y, pow(x, 3)), 0), gt(mul(3, add(y, mul(x, mul(x, x)))), 0)),       found: 2, proven: false },
  { holds: (x, y) => and(gt(add(y, exp(add(x, 1))), 0), gt(add(y, mul(Math.E, exp(x))), 0)),        found: 2, proven: false },
  { holds: (x, y) => and(gt(x, 70), gt(mul(x, where(gt(y, 68), 1, 1.1)), 70)),                      found: 3, proven: false },
  { holds: (x, y) => and(gt(x, 0.4), gt(mul(x, max(1, y)), 0.4)),                                   found: 2, proven: false },
  // Divided by what is 0 on it: it jumps there, and has a value.
  { holds: (x, y) => and(gt(y, 0), gt(add(mul(0.3, x), tanh(div(x, y))), 0.5)),                     found: 2, proven: false },
  { holds: (x, y) => and(gt(y, mul(0.1, x)), gt(add(x, atan(div(x, sub(y, mul(0.1, x))))), 0.5)),   found: 2, proven: false },
  { holds: (x, y) => and(gt(y, 0), gt(add(x, tanh(div(x, sub(y, 0.3)))), 0.5)),                     found: 2, proven: true },
  // Infinite on it: it has places as near to it as one likes.
  { holds: (x, y) => and(gt(x, 0), gt(mul(y, log(x)), 0.2)),                                        found: 2, proven: false },
  // Seven choices are not looked through.
  { holds: (x, y) => and(gt(x, 3), gt(mul(x, [1, 2, 3, 4, 5, 6, 7].reduce((sum, i) => add(sum, max(y, i)), exp(y))), 1)), found: 2, proven: false },
];

describe("two conditions", () => {
  test.each(ROWS)("that have $found forms, distinct or not: proven is $proven", ({ holds, found, proven }) => {
    const objective = objectiveOf(holds);
    const { boundaries } = analyseBoundaries(objective);
    expect(boundaries).toHaveLength(found);
    const [first, last] = [boundaries[0]!, boundaries.at(-1)!];
    const [on, of] = [first, last].map((boundary) => conditionOf(objective, boundary)) as [
      ReturnType<typeof conditionOf>,
      ReturnType<typeof conditionOf>,
    ];
    expect(provenDistinct(objective, on, of)).toBe(proven);
    if (!on.isLinear || !of.isLinear)
      expect(provenDistinct(objective, on, asCondition(objective, last.condition))).toBe(proven);
    const isMoved = [first, last].every(({ blocks }) => blocks.length === 1);
    if (!isMoved) return;
    const isParallel = first.family === last.family;
    if (isParallel || distinctByForm(on, of)) expect(DISTINCT.run(objective, boundaries)).toBe(boundaries);
    else
      expect(() => DISTINCT.run(objective, boundaries)).toThrow(
        /got boundaries that may meet though their forms differ/,
      );
  });

  const inTerms = (...terms: readonly ((x: Real, y: Real) => Real)[]) =>
    buildObjective(
      defineModel("m", ({ sample, factor }) => {
        const [x, y] = [sample("x", normal(0, 1)), sample("y", normal(0, 1))];
        for (const term of terms) factor(term(x, y));
      }),
    );
  const checked = (objective: Objective) => DISTINCT.run(objective, analyseBoundaries(objective).boundaries);
  const one = (x: Real, y: Real): Real => where(gt(add(y, square(x)), 0), 1, 0);
  const other = (x: Real, y: Real): Real => where(gt(add(mul(2, y), exp(x)), 0), 1, 0);

  test("that no term reads together may meet; that one term reads may not, whatever others read, and both are named", () => {
    expect(checked(inTerms(one, other))).toHaveLength(2);
    expect(() => checked(inTerms(one, other, (x, y) => mul(one(x, y), other(x, y))))).toThrow(
      /^corrected: conditions `.*exp.*` and `.*square.*` cannot be handled|^corrected: conditions `.*square.*` and `.*exp.*` cannot be handled/,
    );
  });

  test("that differ by a billionth of a condition are told apart from one", () => {
    const isProven = (by: number): boolean => {
      const objective = objectiveOf((x, y) => and(gt(add(y, square(x)), 0), gt(sub(add(y, mul(x, x)), by), 0)));
      const [on, of] = analyseBoundaries(objective).boundaries.map((boundary) => conditionOf(objective, boundary));
      return of === undefined ? false : provenDistinct(objective, on!, of);
    };
    expect([1e-3, 1e-6, 1e-13, 0].map(isProven)).toEqual([true, true, false, false]);
  });
});
