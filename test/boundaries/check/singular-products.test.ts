/** Where what is infinite meets what vanishes: z·exp(−log|z|) at z = 0. */
import { describe, expect, test } from "vitest";
import { print } from "../../../src/autodiff/graph/infix-text.ts";
import { isBent, singularProducts } from "../../../src/boundaries/check/singular-products.ts";
import {
  abs,
  add,
  defineModel,
  div,
  exp,
  gt,
  log,
  max,
  mul,
  neg,
  normal,
  pow,
  type Real,
  sqrt,
  square,
  where,
} from "../../../src/index.ts";
import { buildObjective } from "../../../src/objective/objective.ts";

type Value = (x: Real, y: Real) => Real;

function objectiveOf(value: Value) {
  return buildObjective(
    defineModel("product", ({ sample, factor }) => {
      const [x, y] = [sample("x", normal(0, 1)), sample("y", normal(0, 1))];
      factor("f", value(x, y));
    }),
  );
}

/** The nodes at whose zeros a product of the value is looked at from both sides, as text. */
function foundIn(value: Value): string[] {
  const objective = objectiveOf(value);
  const { graph, terms } = objective;
  const node = terms.find(({ site }) => site === 'factor "f"')!.node;
  return [...singularProducts(objective, graph.reachable([node]))].map((zero) => print(graph, zero));
}

describe("products of what is infinite and what vanishes", () => {
  test.each<[string, Value, readonly string[]]>([
    ["z·exp(−log|z|)", (z) => mul(z, exp(neg(log(abs(z))))), ["abs(x)"]],
    ["z·|z|^−½", (z) => mul(z, pow(abs(z), -0.5)), ["abs(x)"]],
    ["z/|z|", (z) => div(z, abs(z)), ["abs(x)"]],
    ["z/√(z²), which is z/|z|", (z) => div(z, sqrt(square(z))), ["abs(x)"]],
    ["(z + y)·log|z|", (z, y) => mul(add(z, y), log(abs(z))), ["abs(x)"]],
    ["|z| to the power y, times z", (z, y) => mul(z, pow(abs(z), y)), ["abs(x)"]],
    // The place is on the way to the factor, not in it.
    ["z·(1 + 2·log|z|)", (z) => mul(z, add(1, mul(2, log(abs(z))))), ["abs(x)"]],
    // Two places, each of which the other factor knows.
    ["log|z|/|z|", (z) => div(log(abs(z)), abs(z)), ["abs(x)"]],
  ])("%s is looked at", (_name, value, zeros) => {
    expect(foundIn(value)).toEqual(zeros);
  });

  test.each<[string, Value]>([
    // Nothing to do with each other.
    ["y·log|z|", (z, y) => mul(y, log(abs(z)))],
    ["y/|z|", (z, y) => div(y, abs(z))],
    // Never 0.
    ["z/(1 + |z|)", (z) => div(z, add(1, abs(z)))],
    ["z·log(1 + |z|)", (z) => mul(z, log(add(1, abs(z))))],
    // One analytic function on both sides.
    ["(z + y)/z", (z, y) => div(add(z, y), z)],
    // Finite where it begins.
    ["z·|z|^½", (z) => mul(z, pow(abs(z), 0.5))],
    // No product.
    ["z + log|z|", (z) => add(z, log(abs(z)))],
    ["max(z, log|z|)", (z) => max(z, log(abs(z)))],
    // A comparison with what is infinite is true or false.
    ["z·(log|z| > 0 ? 1 : 2)", (z) => mul(z, where(gt(log(abs(z)), 0), 1, 2))],
    ["z·|z|", (z) => mul(z, abs(z))],
  ])("%s is not", (_name, value) => {
    expect(foundIn(value)).toEqual([]);
  });
});

describe("a function has another form on one side of a place", () => {
  const bent = (value: Value): boolean => {
    const { graph, terms } = objectiveOf(value);
    const term = terms.find(({ site }) => site === 'factor "f"')!.node;
    return isBent(graph, term);
  };

  test.each<[string, Value, boolean]>([
    ["x", (x) => x, false],
    ["x²·y + exp x", (x, y) => add(mul(square(x), y), exp(x)), false],
    ["1/x", (x) => div(1, x), false],
    ["x^−3", (x) => pow(x, -3), false],
    ["√x", (x) => sqrt(x), true],
    ["exp(2·√x)", (x) => exp(mul(2, sqrt(x))), true],
    ["log x", (x) => log(x), true],
    ["x^0.7", (x) => pow(x, 0.7), true],
    ["|x|", (x) => abs(x), true],
    ["max(x, y)", (x, y) => max(x, y), true],
    ["y > 0 ? x : 1", (x, y) => where(gt(y, 0), x, 1), true],
  ])("%s", (_name, value, expected) => {
    expect(bent(value)).toBe(expected);
  });

  test("as does the product of which a zero absorbs", () => {
    const { graph, variables } = objectiveOf((x, y) => add(x, y));
    const [x, y] = variables.map(({ node }) => node) as [number, number];
    expect(isBent(graph, graph.algebra.chain(x, y))).toBe(true);
    expect(isBent(graph, graph.algebra.mul(x, y))).toBe(false);
  });
});
