import { describe, expect, test } from "vitest";
import { CODE } from "../../src/autodiff/ops/codes.ts";
import { among, blocksOf } from "../../src/conditions/affine-blocks.ts";
import type { Guide } from "../../src/guides/guide.ts";
import { add, fullRank, gt, meanField, mul, normal, type Real, sin, square, sub, where } from "../../src/index.ts";
import { buildObjective } from "../../src/objective/objective.ts";
import { defineModel } from "../../src/program/model.ts";

/** The blocks of c(a, b, d) > 0 by the names of their variables, and whether they are safe. */
function blocksUnder(guide: Guide, c: (a: Real, b: Real, d: Real) => Real, isPrivate?: (variable: number) => boolean) {
  const model = defineModel("m", ({ sample, factor }) => {
    const [a, b, d] = ["a", "b", "d"].map((name) => sample(name, normal(0, 1))) as [Real, Real, Real];
    factor("f", where(gt(c(a, b, d), 0), 1, 0));
  });
  const objective = buildObjective(model, undefined, guide);
  const { graph, terms, variables } = objective;
  const condition =
    graph.a[graph.reachable(terms.map(({ node }) => node)).findLast((node) => graph.op[node] === CODE.positive)!]!;
  return blocksOf(objective, condition, isPrivate && among(isPrivate)).map(
    ({ entries, safe }) => `${entries.map(({ variable }) => variables[variable]!.name).join()}${safe ? "" : "?"}`,
  );
}

// The blocks under mean field, and under a guide that correlates all latents; "?" marks slopes that may be 0.
// biome-ignore format: a table
const ROWS: readonly (readonly [string, (a: Real, b: Real, d: Real) => Real, string[], string[]])[] = [
  ["2a − 1",         (a) => sub(mul(2, a), 1),                               ["a"],                ["a"]],
  ["b − 1",          (_, b) => sub(b, 1),                                    ["b"],                ["a,b"]],
  ["a + 2d",         (a, _, d) => add(a, mul(2, d)),                         ["a,d"],              ["a,b,d"]],
  ["(a + b) − a",    (a, b) => sub(add(a, b), a),                            ["b"],                ["a,b"]],
  ["a² + b",         (a, b) => add(square(a), b),                            ["b"],                ["b"]],
  ["a + b²",         (a, b) => add(a, square(b)),                            ["a"],                []],
  ["ab − 1",         (a, b) => sub(mul(a, b), 1),                            ["a?", "b?"],         []],
  ["ab + d",         (a, b, d) => add(mul(a, b), d),                         ["a,d"],              ["b,d"]],
  ["ab + ad − 1",    (a, b, d) => sub(add(mul(a, b), mul(a, d)), 1),         ["b,d?", "a?"],       []],
  ["(a + b)d − 1",   (a, b, d) => sub(mul(add(a, b), d), 1),                 ["a,b?", "d?"],       []],
  ["(a + b)d + b",   (a, b, d) => add(mul(add(a, b), d), b),                 ["a,b?", "d?"],       []],
  ["(b + sin a)d − 1", (a, b, d) => sub(mul(add(b, sin(a)), d), 1),          ["b?", "d?"],       []],
  ["d + [a > 1]",    (a, _, d) => add(d, where(gt(a, 1), 1, 0)),             ["d"],                ["b,d"]],
  ["a + [d > 1]",    (a, _, d) => add(a, where(gt(d, 1), 1, 0)),             ["a"],                []],
];

describe("the variables that are moved onto a boundary together", () => {
  test.each(ROWS)("%s", (_name, c, free, correlated) => {
    expect(blocksUnder(meanField(), c)).toEqual(free);
    expect(blocksUnder(fullRank(), c)).toEqual(correlated);
    expect(blocksUnder(fullRank({ pairs: [] }), c)).toEqual(free);
  });

  test("are the private ones where some are asked for, but never shares alone, which may be 0", () => {
    const sum = (a: Real, b: Real): Real => add(a, b);
    expect(blocksUnder(meanField(), sum, (v) => v === 0)).toEqual(["a"]);
    expect(blocksUnder(fullRank(), sum, (v) => v === 0)).toEqual(["a,b"]);
    expect(blocksUnder(fullRank(), sum, (v) => v === 1)).toEqual(["b"]);
  });
});
