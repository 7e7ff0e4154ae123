import { describe, expect, test } from "vitest";
import { substitute } from "../../../src/autodiff/graph/substitute.ts";
import { analyseBoundaries } from "../../../src/boundaries/find/boundaries.ts";
import { separateIfs } from "../../../src/boundaries/find/separate-ifs.ts";
import {
  add,
  and,
  defineModel,
  exp,
  gt,
  log,
  mul,
  normal,
  not,
  or,
  type Real,
  square,
  where,
} from "../../../src/index.ts";
import { buildObjective } from "../../../src/objective/objective.ts";
import { withNodes } from "../../../src/objective/pass.ts";
import { conditionText, disagreements, type Holds, objectiveOf } from "../../support/condition-rows.ts";

// Every tie is an input of its own.
// biome-ignore format: a table
const ROWS: readonly { readonly holds: Holds; readonly becomes: string }[] = [
  { holds: (x) => gt(x, 0.3),                                 becomes: "x - 0.3 > tie" },
  { holds: (x) => gt(0.3, x),                                 becomes: "0.3 - x > tie" },
  { holds: (x) => not(gt(x, 1)),                              becomes: "not (x - 1 > tie)" },
  { holds: (x) => and(gt(x, -1), gt(1, x)),                   becomes: "x + 1 > tie and 1 - x > tie" },
  { holds: (x) => or(gt(x, 1), gt(-1, x)),                    becomes: "x - 1 > tie or -1 - x > tie" },
  { holds: (x, y) => and(gt(x, 0), not(gt(y, 0))),            becomes: "x > tie and not (y > tie)" },
  { holds: (x, y) => gt(x, y),                                becomes: "x - y > tie" },
  { holds: (x, y) => gt(add(x, where(gt(y, 0), 1, 0)), 0.5),  becomes: "x + where(y > tie, 1, 0) - 0.5 > tie" },
  { holds: (x) => gt(square(x), 1),                           becomes: "square(x) - 1 > tie" },
  { holds: (x, y) => gt(mul(x, y), 1),                        becomes: "x * y - 1 > tie" },
  // At the edge of its domain a condition is NaN with and without a tie.
  { holds: (x) => gt(log(x), 0),                              becomes: "log(x) > tie" },
  // What no latent moves across 0 has no boundary, and no tie.
  { holds: (x) => gt(x, Infinity),                            becomes: "x > Infinity" },
];

describe("an if with a condition of its own", () => {
  test.each(ROWS)("reads $becomes, and with every tie at 0 holds where it did", ({ holds, becomes }) => {
    expect(conditionText(separateIfs().pass.run(objectiveOf(holds)))).toBe(becomes);
    const tied = separateIfs();
    const untying = {
      ...tied.pass,
      run: (objective: ReturnType<typeof objectiveOf>) =>
        withNodes(
          objective,
          tied.tied(
            objective.graph,
            tied.pass.run(objective).terms.map(({ node }) => node),
          ),
        ),
    };
    expect(disagreements(untying, holds)).toEqual([]);
  });

  test("does not hold where it did with ties at 0.1: the check sees it", () => {
    const { pass } = separateIfs();
    const moved = {
      ...pass,
      run(objective: ReturnType<typeof objectiveOf>) {
        const { graph, terms } = pass.run(objective);
        const ties = graph.inputs.filter(({ name }) => name === "tie");
        const at = new Map(ties.map(({ node }) => [node, graph.constant(0.1)]));
        return withNodes(
          objective,
          substitute(
            graph,
            terms.map(({ node }) => node),
            at,
          ),
        );
      },
    };
    expect(disagreements(moved, (x) => gt(x, 0.3)).length).toBeGreaterThan(0);
  });

  test("no longer shares its boundary with others, and groupOf says with which it did", () => {
    const observed = (z: Real): Real => where(gt(z, 0), 1, 2);
    const model = defineModel("shared", ({ sample, observe }) => {
      const z = sample("z", normal(0, 1));
      observe(normal(observed(z), 1), 0.5);
      observe(normal(0, exp(where(gt(mul(2, z), 0), 1, 0))), 0.5);
      observe(normal(where(gt(z, 1), 3, 4), 1), 0.5);
    });
    const objective = buildObjective(model, { pushIntoWhere: false });
    expect(analyseBoundaries(objective).boundaries.map(({ predicates }) => predicates.length)).toEqual([2, 1]);
    const { pass, groupOf } = separateIfs();
    const { boundaries } = analyseBoundaries(pass.run(objective), false);
    expect(boundaries.map(({ predicates }) => predicates.length)).toEqual(boundaries.map(() => 1));
    expect(new Set(boundaries.map(groupOf))).toEqual(new Set([0, 1]));
    expect(boundaries.filter((boundary) => groupOf(boundary) === 0).length).toBeGreaterThan(1);
  });
});
