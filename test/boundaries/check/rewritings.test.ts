import { describe, expect, test } from "vitest";
import { substitute } from "../../../src/autodiff/graph/substitute.ts";
import { requireSamePath, requireSameTerms } from "../../../src/boundaries/check/rewritings.ts";
import { PEELING } from "../../../src/conditions/peeling.ts";
import { packParameters } from "../../../src/guides/guide.ts";
import { add, div, exp, gt, log, lt, max, mul, normalCdf, not, pow, relu, where } from "../../../src/index.ts";
import { type Pass, withNodes } from "../../../src/objective/pass.ts";
import { FULL } from "../../../src/profile.ts";
import { type Holds, objectiveOf } from "../../support/condition-rows.ts";

const ROWS: readonly Holds[] = [
  (x) => gt(exp(x), 2),
  (x, y) => gt(div(x, y), 0.4),
  (x) => gt(div(1, relu(x)), 0.5),
  (x, y) => gt(add(x, where(gt(x, 1), y, 0)), 0.3),
  (x, y) => gt(mul(y, log(max(x, 0))), 0.2),
  (x) => gt(pow(x, 1.5), 1),
  (x) => gt(18, add(4, mul(14, normalCdf(x)))), // equal in doubles above 8.3
];

describe("rewritten conditions are compared with those of the program", () => {
  test.each(ROWS)("%s: passes keep the values", (holds) => {
    const objective = objectiveOf(holds);
    let rewritten = objective;
    for (const pass of FULL.repertoire.conditionPasses) rewritten = pass.run(rewritten);
    expect(() => requireSameTerms(objective, rewritten)).not.toThrow();
  });

  test("where the numbers of the program are too great for doubles, only draws of the guide tell", () => {
    const objective = objectiveOf((x, y) => not(lt(div(x, exp(exp(y))), 0)));
    const rewritten = PEELING.run(objective);
    // Of y = 8 the quotient is 0 or −0, and the condition of the program is true.
    expect(() => requireSameTerms(objective, rewritten)).not.toThrow();
    const [near, far] = [0, 8].map((mean) =>
      packParameters("test", objective.guide.space, { mu: [0, mean], rho: [0, 0] }),
    );
    expect(() => requireSameTerms(objective, rewritten, near)).not.toThrow();
    expect(() => requireSameTerms(objective, rewritten, far)).toThrow("cannot be taken apart");
  });

  const moved: Pass = {
    name: "moved",
    sentence: "Peeling, with every threshold moved.",
    run(objective) {
      const { graph, variables } = objective;
      const { node } = variables[0]!;
      const nodes = substitute(
        graph,
        PEELING.run(objective).terms.map((term) => term.node),
        new Map([[node, graph.algebra.add(node, graph.constant(0.05))]]),
      );
      return withNodes(
        objective,
        nodes.map((each, k) => (objective.terms[k]!.site.startsWith("factor") ? each : objective.terms[k]!.node)),
      );
    },
  };

  test("a path is compared after the last of the passes that are asked about, and there alone", () => {
    const objective = objectiveOf((x) => gt(exp(x), 2));
    const stages = [PEELING, moved].map((pass) => ({ pass, objective: pass.run(objective) }));
    const path = { objective, seen: objective, gradient: [], stages };
    expect(() => requireSamePath(path, [PEELING])).not.toThrow();
    expect(() => requireSamePath(path, [moved, PEELING])).not.toThrow();
    expect(() => requireSamePath(path, [PEELING, moved])).toThrow("cannot be taken apart");
    // Of a pass that the path does not have there is nothing to compare.
    expect(() => requireSamePath(path, [{ ...PEELING }])).not.toThrow();
    expect(() => requireSamePath(path, [])).not.toThrow();
  });

  test("a pass that moves a threshold by 0.05 is refused, with the site", () => {
    const objective = objectiveOf((x) => gt(exp(x), 2));
    expect(() => requireSameTerms(objective, moved.run(objective))).toThrow(
      /^corrected: the conditions of factor "condition" cannot be taken apart; got [01] for [01] at x=0\.\d+, expected the same value;/,
    );
  });
});
