import { describe, expect, test } from "vitest";
import { CONSTANT_CONDITIONS } from "../../src/conditions/constant-conditions.ts";
import {
  abs,
  add,
  and,
  cos,
  div,
  erf,
  exp,
  gt,
  log,
  log1p,
  max,
  min,
  mul,
  not,
  or,
  relu,
  sigmoid,
  sin,
  softplus,
  sqrt,
  square,
  sub,
  tanh,
  where,
} from "../../src/index.ts";
import { type ConditionRow, objectiveOf, rowFault } from "../support/condition-rows.ts";

// A latent is a number, and so are its sums and products while they do not overflow: a condition that holds for all numbers may fail
// for what is none.
const isNoNumber = (...point: number[]): boolean => !point.every(Number.isFinite);

// biome-ignore format: a table
const ROWS: readonly ConditionRow[] = [
  { holds: (x) => gt(sin(x), 2),                             becomes: "false" },
  { holds: (x) => gt(square(x), -0.5),                       becomes: "true", except: isNoNumber },
  { holds: (x) => gt(exp(x), -1),                            becomes: "true", except: isNoNumber },
  { holds: (x) => gt(abs(tanh(x)), 1.01),                    becomes: "false" },
  { holds: (x) => gt(add(sigmoid(x), softplus(x)), -0.1),    becomes: "true", except: isNoNumber },
  { holds: (x, y) => gt(add(sin(x), cos(y)), 2.1),           becomes: "false" },
  { holds: (x, y) => gt(mul(tanh(x), erf(y)), 1.1),          becomes: "false" },
  { holds: (x) => gt(max(x, 1), 0.5),                        becomes: "true" },
  { holds: (x) => gt(min(relu(x), 3), 3.5),                  becomes: "false" },
  { holds: (x, y) => and(gt(exp(x), -2), gt(y, 0)),          becomes: "y > 0", except: isNoNumber },
  { holds: (x, y) => or(gt(sin(x), 2), not(gt(y, 0))),       becomes: "not (y > 0)" },
  { holds: (x, y) => gt(where(gt(cos(x), 2), y, x), 0.1),    becomes: "x > 0.1" },
  // What can change stays, however seldom it does, as does what jumps or is NaN at infinity …
  { holds: (x) => gt(cos(x), -1.5),                          becomes: "cos(x) > -1.5" },
  { holds: (x) => gt(where(gt(x, 0), 2, 1), 0),              becomes: "where(x > 0, 2, 1) > 0" },
  { holds: (x) => gt(x, 1e300),                              becomes: "x > 1e+300" },
  { holds: (x) => gt(sin(x), 0.999999),                      becomes: "sin(x) > 0.999999" },
  // … and so does what is NaN on a part of the line: log(x) > −∞ and √x > −1 fail for x < 0.
  { holds: (x) => gt(sqrt(x), -1),                           becomes: "sqrt(x) > -1" },
  { holds: (x) => gt(exp(log1p(x)), -0.5),                   becomes: "exp(log1p(x)) > -0.5" },
  { holds: (x) => gt(square(log(x)), -1),                    becomes: "square(log(x)) > -1" },
  { holds: (x) => gt(sin(div(1, x)), 2),                     becomes: "false" },
  { holds: (x) => gt(sub(exp(x), exp(mul(2, x))), 1),        becomes: "exp(x) - exp(2 * x) > 1" },
];

describe("constant conditions", () => {
  test.each(ROWS)("become $becomes, true at the same points", (row) => {
    expect(rowFault(CONSTANT_CONDITIONS, row)).toBeUndefined();
  });

  test("an objective without any is left alone", () => {
    const objective = objectiveOf((x) => gt(x, 0));
    expect(CONSTANT_CONDITIONS.run(objective)).toBe(objective);
  });

  test("the check sees a condition that is declared constant and is none", () => {
    const hasty = { ...CONSTANT_CONDITIONS, run: () => objectiveOf((x) => gt(square(x), -1)) };
    const never: ConditionRow = { holds: (x) => gt(x, 2), becomes: "true" };
    const made = objectiveOf(never.holds);
    const always = {
      ...hasty,
      run: () => ({ ...made, terms: made.terms.map((term) => ({ ...term, node: made.graph.constant(1) })) }),
    };
    expect(rowFault(always, never)).toMatch(/^the truth differs at/);
  });
});
