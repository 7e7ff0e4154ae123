import { describe, expect, test } from "vitest";
import { print } from "../../src/autodiff/graph/infix-text.ts";
import { smoothing } from "../../src/estimators/smoothed.ts";
import { add, and, exp, gt, log, not, or, square, sub, where } from "../../src/index.ts";
import type { Pass } from "../../src/objective/pass.ts";
import { withNodes } from "../../src/objective/pass.ts";
import { disagreements, type Holds, objectiveOf, termOf, valuesAt } from "../support/condition-rows.ts";

// A latent is a number; and nearer to 0, which is an edge, than the accuracy that is left, both arms count.
const isOther = (point: readonly number[]): boolean => point.some((t) => !Number.isFinite(t) || Math.abs(t) < 1e-11);

// k is the sharpness 1/η; the term is 1 where the condition holds, else 0.
// biome-ignore format: a table
const ROWS: readonly { readonly holds: Holds; readonly becomes: string }[] = [
  { holds: (x) => gt(x, 0.3),                                 becomes: "sigmoid((x - 0.3) * k)" },
  { holds: (x) => gt(0.3, x),                                 becomes: "sigmoid((0.3 - x) * k)" },
  { holds: (x) => not(gt(x, 1)),                              becomes: "sigmoid(-((x - 1) * k))" },
  { holds: (x) => and(gt(x, -1), gt(1, x)),                   becomes: "sigmoid((x + 1) * k) * sigmoid((1 - x) * k)" },
  { holds: (x) => or(gt(x, 1), gt(-1, x)),                    becomes: "sigmoid((x - 1) * k) + sigmoid(-((x - 1) * k)) * sigmoid((-1 - x) * k)" },
  { holds: (x, y) => and(gt(x, 0), not(gt(y, 0))),            becomes: "sigmoid(x * k) * sigmoid(-(y * k))" },
  { holds: (x, y) => or(not(gt(x, 0)), gt(y, 0)),             becomes: "sigmoid(-(x * k)) + sigmoid(x * k) * sigmoid(y * k)" },
  { holds: (x, y) => and(or(gt(x, 0), gt(y, 0)), gt(1, x)),   becomes: "(sigmoid(x * k) + sigmoid(-(x * k)) * sigmoid(y * k)) * sigmoid((1 - x) * k)" },
  { holds: (x, y) => gt(x, y),                                becomes: "sigmoid((x - y) * k)" },
  { holds: (x, y) => gt(add(x, where(gt(y, 0), 1, 0)), 0.5),  becomes: "sigmoid(k * (x + sigmoid(y * k) - 0.5))" },
  { holds: (x) => gt(square(x), 1),                           becomes: "sigmoid((square(x) - 1) * k)" },
  // At the edge of a domain nothing is known of NaN: beyond it the mixture is NaN, as its condition is.
  { holds: (x) => gt(log(x), 0),                              becomes: "sigmoid(log(x) * k)" },
];

/** Smoothing so sharp that what is left of a mixture is its larger part, read as a truth again. */
const SHARP: Pass = {
  ...smoothing(0),
  run(objective) {
    const { graph } = objective;
    const { algebra: A } = graph;
    const { terms } = smoothing(graph.constant(1e14)).run(objective);
    const half = graph.constant(0.5);
    return withNodes(
      objective,
      terms.map(({ node }, j) =>
        node === objective.terms[j]!.node
          ? node
          : A.where(A.positive(A.sub(node, half)), graph.constant(1), graph.constant(0)),
      ),
    );
  },
};

describe("a smoothed condition", () => {
  test.each(ROWS)("is $becomes", ({ holds, becomes }) => {
    const objective = objectiveOf(holds);
    const { graph } = objective;
    expect(print(graph, termOf(smoothing(graph.input("k", false)).run(objective)))).toBe(becomes);
  });

  test.each(ROWS)("is true where the condition is, as the accuracy goes to 0: $becomes", ({ holds }) => {
    expect(disagreements(SHARP, holds).filter((point) => !isOther(point))).toEqual([]);
  });

  test("is left alone where no latent decides", () => {
    const objective = objectiveOf((x) => gt(x, 0));
    const { terms } = objective;
    const others = smoothing(objective.graph.constant(1)).run(objective).terms;
    expect(others.map(({ node }, j) => node === terms[j]!.node)).toEqual(
      terms.map(({ site }) => !site.startsWith("factor")),
    );
  });

  test("adds nothing of an arm of weight 0, be it infinite or NaN", () => {
    const values = valuesAt((x) => where(gt(x, 0), log(x), exp(sub(700, x))), SHARPENED, [[2], [-2000], [-1e300]]);
    expect(values[0]).toBeCloseTo(Math.log(2), 12);
    expect(values.slice(1)).toEqual([Infinity, Infinity]); // what is taken is infinite itself
    expect(valuesAt((x) => where(gt(x, 0), log(x), 5), SHARPENED, [[-3], [-0.1]])).toEqual([5, 5]);
  });
});

/** Very sharp smoothing, with its values as they are. */
const SHARPENED: Pass = {
  ...smoothing(0),
  run: (objective) => smoothing(objective.graph.constant(1e14)).run(objective),
};
