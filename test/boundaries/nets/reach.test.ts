/** At which guides the nets look, at both sides of each limit. */
import { expect, test } from "vitest";
import { isWithinReach } from "../../../src/boundaries/nets/reach.ts";
import { defineModel, meanField, normal, rhoOfSd } from "../../../src/index.ts";
import { buildObjective } from "../../../src/objective/objective.ts";

const objective = buildObjective(
  defineModel("two", ({ sample }) => void [sample("x", normal(0, 1)), sample("y", normal(0, 1))]),
  undefined,
  meanField(),
);

test.each([
  [0, 1, true],
  [0.9e8, 100, true],
  [-0.9e8, 100, true],
  [1.1e8, 100, false],
  [-1.1e8, 100, false],
  [0, 0.9e8, true],
  [0, 1.1e8, false],
  [1.1e8, 1.1e8, false],
  [0, 1.1e-7, true],
  [0.5, 1.1e-7, true],
  [0, 0.9e-7, false],
  [1e3, 1.1e-4, true],
  [-1e3, 0.9e-4, false],
  [Number.NaN, 1, false],
])("a mean of %d and an sd of %d: %s", (mean, sd, expected) => {
  const rho = rhoOfSd(sd);
  expect(isWithinReach(objective, Float64Array.of(mean, 0, rho, 0))).toBe(expected);
  expect(isWithinReach(objective, Float64Array.of(0, mean, 0, rho))).toBe(expected);
});
