/** What the proofs that two conditions are distinct see of each, and what their forms prove. */
import { describe, expect, test } from "vitest";
import {
  asCondition,
  type Condition,
  conditionOf,
  distinctByForm,
} from "../../../src/boundaries/check/distinctness.ts";
import { analyseBoundaries } from "../../../src/boundaries/find/boundaries.ts";
import type { Guide } from "../../../src/guides/guide.ts";
import { add, defineModel, exp, fullRank, gt, log, meanField, mul, normal, square, where } from "../../../src/index.ts";
import { buildObjective } from "../../../src/objective/objective.ts";
import { type Holds, objectiveOf } from "../../support/condition-rows.ts";

const setOf = (...variables: number[]): ReadonlySet<number> => new Set(variables);
const curved: Condition = { node: 0, variables: setOf(0, 1), steep: setOf(), isLinear: false };

describe("forms", () => {
  test.each<[string, Condition, Condition, boolean]>([
    ["two lines", { ...curved, isLinear: true }, { ...curved, isLinear: true }, true],
    ["a line and a curve", { ...curved, isLinear: true }, curved, false],
    ["a curve and a line", curved, { ...curved, isLinear: true }, false],
    ["two curves", curved, curved, false],
    [
      "a curve that is steep in what the other lacks",
      { ...curved, steep: setOf(0) },
      { ...curved, variables: setOf(1) },
      true,
    ],
    [
      "a curve that is steep in what the other has",
      { ...curved, steep: setOf(1) },
      { ...curved, variables: setOf(1) },
      false,
    ],
    [
      "one that lacks what the other is steep in",
      { ...curved, variables: setOf(0) },
      { ...curved, steep: setOf(1) },
      true,
    ],
    [
      "one that has what the other is steep in",
      { ...curved, variables: setOf(0) },
      { ...curved, steep: setOf(0) },
      false,
    ],
  ])("of %s", (_name, on, of, distinct) => {
    expect(distinctByForm(on, of)).toBe(distinct);
  });
});

describe("a condition as the proofs see it", () => {
  const only = (holds: Holds): { condition: Condition; blocks: number } => {
    const objective = objectiveOf(holds);
    const [boundary] = analyseBoundaries(objective).boundaries;
    return { condition: conditionOf(objective, boundary!), blocks: boundary!.blocks.length };
  };

  test.each<[string, Holds, boolean, readonly number[], readonly number[]]>([
    ["2x + y > 1", (x, y) => gt(add(mul(2, x), y), 1), true, [0, 1], [0, 1]],
    ["y > x²", (x, y) => gt(y, square(x)), false, [0, 1], [1]],
    ["exp(x)·y > z", (x, y, z) => gt(mul(exp(x), y), z), false, [0, 1, 2], [1, 2]],
    // A slope that vanishes, and a block that is none.
    ["x·y > z", (x, y, z) => gt(mul(x, y), z), false, [0, 1, 2], [2]],
    ["x·y > 1", (x, y) => gt(mul(x, y), 1), false, [0, 1], []],
    ["x + log x > 1", (x) => gt(add(x, log(x)), 1), false, [0], []],
  ])("%s", (_name, holds, isLinear, variables, steep) => {
    const { condition } = only(holds);
    expect(condition.isLinear).toBe(isLinear);
    expect([...condition.variables]).toEqual(variables);
    expect([...condition.steep].sort((p, q) => p - q)).toEqual(steep);
  });

  test("of several blocks is steep in none, and so is one of none", () => {
    const { blocks, condition } = only((x, y) => gt(mul(x, y), 1));
    expect(blocks).toBe(2);
    expect(condition.steep.size).toBe(0);
    const objective = objectiveOf((x) => gt(x, 0.4));
    const [boundary] = analyseBoundaries(objective).boundaries;
    expect(conditionOf(objective, { ...boundary!, blocks: [] }).steep.size).toBe(0);
    const [block] = boundary!.blocks;
    expect([...conditionOf(objective, { ...boundary!, blocks: [block!, block!] }).steep]).toEqual([]);
  });

  test("of a node that is no condition is neither a line nor steep, and has the noises that move it", () => {
    const model = defineModel("two", ({ sample, factor }) => {
      const [x, y] = [sample("x", normal(0, 1)), sample("y", normal(0, 1))];
      factor("f", where(gt(y, 0.3), x, 0));
    });
    const noisesOf = (guide: Guide) => {
      const objective = buildObjective(model, undefined, guide);
      const found = asCondition(objective, objective.variables[1]!.node);
      expect(found).toMatchObject({ steep: setOf(), isLinear: false });
      return [...found.variables];
    };
    expect(noisesOf(meanField())).toEqual([1]);
    // The noise of x moves y too.
    expect(noisesOf(fullRank())).toEqual([0, 1]);
  });
});
