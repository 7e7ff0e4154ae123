import { describe, expect, test } from "vitest";
import { continued } from "../../src/autodiff/definedness.ts";
import { withComparisons } from "../../src/conditions/comparisons.ts";
import { DOMAINS } from "../../src/conditions/domains.ts";
import {
  add,
  div,
  exp,
  ge,
  gt,
  le,
  log,
  log1p,
  lt,
  mul,
  neg,
  not,
  pow,
  relu,
  sqrt,
  square,
  sub,
  tanh,
  where,
} from "../../src/index.ts";
import type { Pass } from "../../src/objective/pass.ts";
import { finished } from "../../src/pieces/pieces.ts";
import { againstQuadrature, type Comparison } from "../oracle/one-jump.ts";
import { type ConditionRow, conditionText, objectiveOf, rowFault } from "../support/condition-rows.ts";

const isInfinite = (...point: number[]): boolean => point.includes(Infinity) || point.includes(-Infinity);

// Latents are numbers, and of no others x ≥ y asks whether they are.
const isNaNOrInfinite = (...point: number[]): boolean => !point.every(Number.isFinite);

// biome-ignore format: a table
const ROWS: readonly ConditionRow[] = [
  { holds: (x, y) => gt(y, log(x)),                           becomes: "not (-x > 0) and y > log(max(x, 0))" },
  { holds: (x, y) => gt(y, log1p(x)),                         becomes: "not (-1 > x) and y > log1p(max(x, -1))" },
  { holds: (x, y) => gt(y, sqrt(x)),                          becomes: "not (-x > 0) and y > sqrt(max(x, 0))" },
  { holds: (x, y) => gt(log(x), mul(x, y)),                   becomes: "not (-x > 0) and log(max(x, 0)) > x * y" },
  { holds: (x) => lt(add(x, log(x)), 1),                      becomes: "not (-x > 0) and 1 > x + log(max(x, 0))" },
  { holds: (x, y) => gt(y, pow(x, 1.5)),                      becomes: "not (-x > 0) and y > pow(max(x, 0), 1.5)" },
  { holds: (x, y) => gt(y, pow(x, -0.5)),                     becomes: "not (-x > 0) and y > pow(max(x, 0), -0.5)", except: isInfinite },
  { holds: (x, y) => gt(y, log(sub(1, square(x)))),           becomes: "not (x > 1 or -1 > x) and y > log1p(max(-square(x), -1))" },
  { holds: (x, y) => gt(y, sqrt(sub(exp(x), 2))),             becomes: "not (0.693147 > x) and y > sqrt(max(exp(x) - 2, 0))" },
  { holds: (x, y) => gt(y, add(log(x), log(log(x)))),         becomes: "y > log(max(x, 0)) + log(max(log(max(x, 0)), 0)) and (not (-x > 0) and (not (-x > 0) and not (1 > x)))" },
  { holds: (x, y, z) => gt(y, add(log(x), sqrt(z))),          becomes: "not (-x > 0) and not (-z > 0) and y > log(max(x, 0)) + sqrt(max(z, 0))" },
  { holds: (x, y) => gt(y, where(gt(x, 1), log(x), sqrt(neg(x)))), becomes: "(x > 1 and not (-x > 0) or not (x > 0) and not (x > 1)) and y > where(x > 1, log(max(x, 0)), sqrt(max(-x, 0)))" },
  { holds: (x, y) => gt(y, log(relu(x))),                     becomes: "y > log(max(x, 0))" },
  { holds: (x, y) => gt(y, log(add(exp(x), square(y)))),      becomes: "y > log(square(y) + exp(x))" },
  { holds: (x, y) => gt(y, pow(x, 3)),                        becomes: "y > pow(x, 3)" },
  { holds: (x, y) => gt(2, pow(x, y)),                        becomes: "2 > pow(x, y)" },
  { holds: (x, y) => gt(y, tanh(div(1, x))),                  becomes: "y > tanh(1 / x)" },
  { holds: (x, y) => ge(y, log(x)),                           becomes: "not (-x > 0) and not (log(max(x, 0)) > y)", except: isNaNOrInfinite },
  { holds: (x, y) => le(y, sqrt(x)),                          becomes: "not (-x > 0) and not (y > sqrt(max(x, 0)))", except: isNaNOrInfinite },
  { holds: (x, y) => not(gt(y, log(x))),                      becomes: "not (not (-x > 0) and y > log(max(x, 0)))" },
  { holds: (x, y) => not(le(log(x), sqrt(y))),                becomes: "not (not (-x > 0) and (not (-y > 0) and not (not (-x > 0) and log(max(x, 0)) > sqrt(max(y, 0)))))", except: isNaNOrInfinite },
  { holds: (x, y) => ge(div(relu(x), relu(x)), y),            becomes: "not (y > max(x, 0) / max(x, 0)) and equal(max(x, 0) / max(x, 0), max(x, 0) / max(x, 0))" },
  { holds: (x, y) => ge(div(y, exp(x)), 0.5),                 becomes: "not (0.5 > y / exp(x))", except: isNaNOrInfinite },
  { holds: (x, y) => ge(x, sqrt(add(1, square(y)))),          becomes: "not (sqrt(square(y) + 1) > x)", except: isNaNOrInfinite },
];

describe("the edge of a domain becomes a condition", () => {
  test.each(ROWS)("$becomes", (row) => {
    expect(rowFault(DOMAINS, row)).toBeUndefined();
  });

  test("an objective without one stays the same", () => {
    const objective = objectiveOf((x, y) => gt(exp(x), tanh(y)));
    expect(DOMAINS.run(objective)).toBe(objective);
    expect(conditionText(objective)).toBe("exp(x) > tanh(y)");
  });

  test("the check of a row sees an edge that was forgotten", () => {
    const forgetful: Pass = {
      ...DOMAINS,
      run: (objective) =>
        finished(withComparisons(objective, (c) => objective.graph.algebra.positive(continued(objective.graph, c)))),
    };
    expect(rowFault(forgetful, { holds: (x, y) => gt(y, log(x)), becomes: "y > log(max(x, 0))" })).toMatch(
      /^the truth differs at -/,
    );
  });
});

describe("the gradient of the ELBO is that of quadrature, also under a guide that correlates", () => {
  const CASES: readonly (readonly [string, Comparison])[] = [
    ["y > log x", (x, y) => gt(y, log(x))],
    ["√x > log y", (x, y) => gt(sqrt(x), log(y))],
    ["y > √x + 2x²", (x, y) => gt(y, add(sqrt(x), mul(2, square(x))))],
    ["log(1 + x) > √y − 0.2", (x, y) => gt(log1p(x), sub(sqrt(y), 0.2))],
    ["x + log x < 1", (x) => lt(add(x, log(x)), 1)],
    // Half of the points lie on the edge of the domain, where the root is a number.
    ["√max(x, 0) < 0.8", (x) => lt(sqrt(relu(x)), 0.8)],
    ["log max(x, 0) < y", (x, y) => lt(log(relu(x)), y)],
    ["not y ≤ log x", (x, y) => not(le(y, log(x)))],
    ["x·√y ≥ 0.3", (x, y) => ge(mul(x, sqrt(y)), 0.3)],
    ["max(x, 0)/max(x, 0) ≥ y", (x, y) => ge(div(relu(x), relu(x)), y)],
  ];
  test.each(CASES)("%s", (_text, holds) => {
    for (const share of [undefined, 0.6]) {
      const { worst, control } = againstQuadrature(holds, share);
      // 10 conditions, 4 or 5 components, 2 ways: |z| above 4.5 has probability 8e-4 in all.
      expect(worst).toBeLessThan(4.5);
      expect(control).toBeGreaterThan(7);
    }
  });
});
