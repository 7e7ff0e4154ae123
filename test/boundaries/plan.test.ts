import { describe, expect, test } from "vitest";
import { operationCount } from "../../src/autodiff/graph/operation-count.ts";
import { costOf, planCorrection, requireAccepted } from "../../src/boundaries/plan.ts";
import { correctionPlan } from "../../src/estimators/corrected.ts";
import { corrected, explain, type Model, makeSampler } from "../../src/index.ts";
import { conditions, gmm, temperature, textmsg, walk, xornet } from "../../src/models/index.ts";
import { SAMPLED } from "../../src/objective/entropy.ts";
import { buildObjective } from "../../src/objective/objective.ts";
import { CORE, FULL } from "../../src/profile.ts";

const PLAIN = { marginalise: false } as const;
const planOf = (model: Model, options = {}, { repertoire } = FULL) =>
  correctionPlan("test", buildObjective(model), repertoire, options);

describe("the plan of a correction", () => {
  test("has the boundaries as found, after each check, and refused ones apart", () => {
    const plan = planOf(conditions.coincidentCurve);
    expect(plan.found).toHaveLength(2);
    expect(plan.checks.map(({ pass: { name }, boundaries }) => [name, boundaries.length])).toEqual([
      ["cheaper-blocks", 2],
    ]);
    expect(plan.boundaries).toEqual([]);
    expect(plan.counted?.decisions.map(({ text }) => text())).toEqual(["z + (pow(z, 3) - square(z)) > 1", "z > 1"]);
    expect(plan.refused).toEqual([]);
    const inCore = planOf(conditions.coincidentCurve, {}, CORE);
    expect(inCore.found).toHaveLength(1);
    expect(inCore.refused.map(({ reason }) => reason)).toEqual(["no variable in which it is affine"]);
    expect(() => requireAccepted("test", inCore)).toThrow(
      /^test: condition `z \+ \(pow\(z, 3\) - square\(z\)\) > 1` at observe "x" cannot be handled exactly; got no variable/,
    );
  });

  test("moves onto what is affine in a block of variables and counts the rest along lines", () => {
    const plane = planOf(conditions.plane, PLAIN);
    const [boundary] = plane.boundaries;
    expect(boundary!.blocks[0]!.entries).toHaveLength(3);
    expect(plane.counted).toBeUndefined();
    const circle = planOf(conditions.circle);
    expect(circle.boundaries).toEqual([]);
    expect(circle.counted?.variables).toEqual([0, 1]);
    expect(circle.counted?.derived).toHaveLength(1);
  });

  test("takes what it is given: without passes the conditions are the program's own", () => {
    const bare = { entropy: SAMPLED, passes: [], boundaryPasses: [], accepts: () => true } as const;
    const plan = planCorrection(buildObjective(conditions.exp), bare);
    expect(plan.boundaries.map(({ text }) => text())).toEqual(["exp(z) > 1.5"]);
    expect(planOf(conditions.exp, PLAIN).boundaries.map(({ text }) => text())).toEqual(["z > 0.405465"]);
  });
});

// What is explained is what runs: the operations of the nodes that `corrected` hands to the sampler are those that are explained,
// but for the additions that join the terms of a component.
describe.each([
  {},
  PLAIN,
  { entropy: "analytic" } as const,
  { entropy: "sticking-the-landing", ...PLAIN } as const,
  { boundaries: 2, ...PLAIN } as const,
])("explain and corrected with %j", (options) => {
  test.each([gmm, textmsg, temperature, walk, xornet, conditions.circle])("agree on $name", (model) => {
    const { objective, nodes } = makeSampler(model, corrected(options));
    const explained = explain(model, options);
    const count = operationCount(objective.graph);
    const value = count([nodes.value!]);
    const ran = value + count(nodes.gradient);
    expect(explained.cost.value).toBe(value);
    const joins = nodes.gradient.length * (1 + explained.conditions.length);
    expect(ran).toBeGreaterThanOrEqual(explained.cost.corrected - nodes.gradient.length);
    expect(ran).toBeLessThanOrEqual(explained.cost.corrected + joins);
    const plan = planOf(model, options);
    const all = costOf(plan, [
      ...plan.boundaries.map((boundary) => [...plan.term(boundary).values()]),
      [...(plan.counted?.term.values() ?? [])],
    ]);
    if (!("boundaries" in options)) expect(all.total).toBe(explained.cost.corrected);
  });
});

test("explain tells the conditions that its options leave: those of gmm are marginalised, or moved onto", () => {
  expect(explain(gmm).conditions).toMatchObject([{ strategy: "marginalised: no boundary is left" }]);
  expect(explain(gmm, PLAIN).conditions).toMatchObject([{ strategy: "z set onto the boundary" }]);
  expect(explain(gmm, PLAIN).cost).not.toEqual(explain(gmm, { entropy: "analytic", ...PLAIN }).cost);
});
