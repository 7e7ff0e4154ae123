import { describe, expect, test } from "vitest";
import { unreached } from "../../../src/boundaries/check/unreached.ts";
import { analyseBoundaries } from "../../../src/boundaries/find/boundaries.ts";
import { ROOTS_ALONG_LINES } from "../../../src/boundaries/move/roots-along-lines.ts";
import { add, div, exp, gt, mul, sin, square, sub, where } from "../../../src/index.ts";
import { boundariesText, type Holds, objectiveOf } from "../../support/condition-rows.ts";

const UNREACHED = unreached(ROOTS_ALONG_LINES);

// The boundaries of a condition as found, and what the pass makes of them where it does not leave them alone.
// biome-ignore format: a table
const ROWS: readonly { readonly holds: Holds; readonly found: readonly string[]; readonly after?: readonly string[] }[] = [
  { holds: (x, y) => gt(add(x, y), 1),                       found: ["x + y > 1 by x+y"] },
  { holds: (x) => gt(square(x), 1),                          found: ["square(x) > 1 by roots"] },
  // Slopes that vanish where the condition does not, or nowhere.
  { holds: (x, y) => gt(mul(x, y), 1),                       found: ["x * y > 1 by x|y"] },
  { holds: (x, y) => gt(add(mul(exp(x), y), square(x)), 1),  found: ["square(x) + y * exp(x) > 1 by y"] },
  { holds: (x, y) => gt(add(mul(sin(x), y), 1), 0),          found: ["y * sin(x) > -1 by y"] },
  { holds: (x, y) => gt(mul(sub(x, 1), sub(y, 2)), 0),       found: ["(x - 1) * (y - 2) > 0 by x|y"] },
  { holds: (x, y) => gt(where(gt(y, 0), x, mul(2, x)), 1),   found: ["y > 0 by y", "where(y > 0, x, 2 * x) > 1 by x"] },
  // A factor that the slope and the condition have in common: x = 1, and x = 0.
  {
    holds: (x, y) => gt(add(mul(sub(x, 1), y), sub(square(x), 1)), 0),
    found: ["y * (x - 1) + (square(x) - 1) > 0 by y"],
    after: ["y * (x - 1) + (square(x) - 1) > 0 by roots"],
  },
  {
    holds: (x, y) => gt(add(mul(square(x), y), x), 0),
    found: ["x + square(x) * y > 0 by y"],
    after: ["x + square(x) * y > 0 by roots"],
  },
  // A slope that is 0 on one side of another condition, where something else moves this one.
  {
    holds: (x, y) => gt(sub(add(mul(2, y), x), where(gt(y, 1), x, 0)), 0),
    found: ["y > 1 by y", "x + 2 * y > where(y > 1, x, 0) by x"],
    after: ["y > 1 by y", "x + 2 * y > where(y > 1, x, 0) by roots"],
  },
  {
    holds: (x, y) => gt(add(x, mul(y, where(gt(x, 0.2), 1, 0))), 0.5),
    found: ["x > 0.2 by x", "x + y * where(x > 0.2, 1, 0) > 0.5 by y"],
    after: ["x > 0.2 by x", "x + y * where(x > 0.2, 1, 0) > 0.5 by roots"],
  },
  // At the edge of its domain: beside a pole there is no variable to move.
  { holds: (x, y) => gt(add(y, div(1, x)), 0.3),             found: ["y + 1 / x > 0.3 by roots"] },
];

describe("boundaries that moving variables does not reach everywhere", () => {
  test.each(ROWS)("of $found are $after", ({ holds, found, after }) => {
    const objective = objectiveOf(holds);
    const { boundaries } = analyseBoundaries(objective);
    expect(boundariesText(objective, boundaries)).toEqual(found);
    const rewritten = UNREACHED.run(objective, boundaries);
    expect(boundariesText(objective, rewritten)).toEqual(after ?? found);
    if (!after) expect(rewritten).toBe(boundaries);
  });
});
