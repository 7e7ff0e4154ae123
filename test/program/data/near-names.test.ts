import { expect, test } from "vitest";
import { areNearlyEqual } from "../../../src/program/data/near-names.ts";

test.each([
  ["scale", "Scale"],
  ["rainfall_mm", "rainfallMM"],
  ["rainfall mm", "rainfall-mm"],
  ["scale", "scael"],
  ["scale", "sale"],
  ["scale", "scaley"],
  ["visitors", "visitor"],
  ["scale", "skale"],
  ["x", "X"],
])("%s and %s are nearly equal", (name, other) => {
  expect([areNearlyEqual(name, other), areNearlyEqual(other, name)]).toEqual([true, true]);
});

test.each([
  ["x", "y"],
  ["x1", "x2"],
  ["score1", "score2"],
  ["score", "score2"],
  ["sd", "id"],
  ["scale", "scores"],
  ["north", "south"],
])("%s and %s are two names", (name, other) => {
  expect([areNearlyEqual(name, other), areNearlyEqual(other, name)]).toEqual([false, false]);
});
