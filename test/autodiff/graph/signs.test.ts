import { describe, expect, test } from "vitest";
import { Graph } from "../../../src/autodiff/graph/graph.ts";
import { neverNegative, neverZero } from "../../../src/autodiff/graph/signs.ts";
import { ALL_OPS } from "../../../src/autodiff/ops/all-ops.ts";
import type { NodeId } from "../../../src/autodiff/ops/op.ts";

describe("signs of powers of a constant exponent are those of their values", () => {
  const graph = new Graph();
  graph.link(ALL_OPS);
  const { algebra: A } = graph;
  const z = graph.input("z", true);
  const BASES = [
    { name: "z", base: z, values: [-2, 0, 3] },
    { name: "z² + 1", base: A.add(A.square(z), A.constant(1)), values: [1, 3] },
    { name: "z²", base: A.square(z), values: [0, 3] },
    { name: "−exp z", base: A.neg(A.exp(z)), values: [-3] },
  ];
  const EXPONENTS = [-3, -2, -0.5, 0.5, 2, 3, 4];
  test.each(BASES)("$name", ({ base, values }) => {
    for (const exponent of EXPONENTS) {
      const powers = values.map((value) => value ** exponent).filter(Number.isFinite);
      const node = A.pow(base, A.constant(exponent));
      const found = { isZero: !neverZero(graph, node), isNegative: !neverNegative(graph, node) };
      const there = { isZero: powers.includes(0), isNegative: powers.some((power) => power < 0) };
      expect({ exponent, ...found }).toEqual({ exponent, ...there });
    }
  });
});

test("signs are sought eight operations deep", () => {
  const graph = new Graph();
  const { algebra: A } = graph;
  const inputs = Array.from({ length: 12 }, (_, i) => A.exp(graph.input(`z${i}`, true)));
  // exp is the ninth operation below nine products, and is not looked at.
  const product = (factors: number): NodeId =>
    inputs.slice(1, factors).reduce((all, factor) => A.mul(all, factor), inputs[0]!);
  expect([2, 8, 9].map((factors) => neverZero(graph, product(factors)))).toEqual([true, true, true]);
  expect([11, 12].map((factors) => neverZero(graph, product(factors)))).toEqual([false, false]);
});
