import { describe, expect, test } from "vitest";
import { Graph } from "../../src/autodiff/graph/graph.ts";
import { print } from "../../src/autodiff/graph/infix-text.ts";
import { ALL_OPS } from "../../src/autodiff/ops/all-ops.ts";
import type { Algebra, NodeId } from "../../src/autodiff/ops/op.ts";
import { signFactors } from "../../src/conditions/clear-denominators.ts";
import { differences } from "../support/condition-rows.ts";

type Make = (A: Algebra, x: NodeId, y: NodeId) => NodeId;

function made(make: Make): { graph: Graph; c: NodeId; inputs: NodeId[]; factors: NodeId[] | undefined } {
  const graph = new Graph();
  graph.link(ALL_OPS);
  const inputs = [graph.input("x", true), graph.input("y", true)];
  const c = make(graph.algebra, inputs[0]!, inputs[1]!);
  return { graph, c, inputs, factors: signFactors(graph, c) };
}

// c and the factors whose signs multiply to its own: the numerator, then the divisors with odd powers.
// biome-ignore format: a table
const ROWS: readonly { readonly make: Make; readonly factors: readonly string[] }[] = [
  { make: (A, x) => A.div(A.constant(1), x),                                               factors: ["1", "x"] },
  { make: (A, x, y) => A.div(y, x),                                                        factors: ["y", "x"] },
  { make: (A, x, y) => A.sub(A.div(y, x), A.constant(0.6)),                                factors: ["y - 0.6 * x", "x"] },
  { make: (A, x, y) => A.add(y, A.div(A.constant(2), x)),                                  factors: ["x * y + 2", "x"] },
  { make: (A, x) => A.sub(A.constant(3), A.div(A.constant(1), A.square(x))),               factors: ["x * (3 * x) - 1"] },
  { make: (A, x, y) => A.add(A.div(A.constant(1), x), A.div(A.constant(1), y)),            factors: ["x + y", "x", "y"] },
  { make: (A, x, y) => A.sub(A.div(y, A.mul(x, y)), A.constant(1)),                        factors: ["y - x * y", "x", "y"] },
  { make: (A, x, y) => A.sub(A.square(A.div(y, x)), A.constant(2)),                        factors: ["y * y + x * (-2 * x)"] },
  { make: (A, x, y) => A.neg(A.mul(A.div(y, x), A.div(A.constant(1), y))),                 factors: ["-y", "x", "y"] },
  { make: (A, x) => A.sub(A.tan(x), A.constant(1)),                                        factors: ["sin(x) - cos(x)", "cos(x)"] },
  { make: (A, x) => A.sub(A.pow(x, A.constant(-3)), A.constant(2)),                        factors: ["x * (x * (-2 * x)) + 1", "x"] },
  { make: (A, x, y) => A.div(A.sub(A.div(A.constant(1), x), y), A.exp(y)),                 factors: ["(1 - x * y) / exp(y)", "x"] },
  { make: (A, x, y) => A.sub(A.pow(A.div(y, x), A.constant(-2)), A.constant(3)),           factors: ["x * x + y * (-3 * y)"] },
  { make: (A, x, y) => A.div(A.constant(1), A.sub(A.div(A.constant(1), x), y)),            factors: ["x", "1 - x * y"] },
  // What is nowhere negative has no sign; it may also stay 0, below one quotient.
  { make: (A, x, y) => A.sub(A.div(y, A.abs(x)), A.constant(1)),                           factors: ["y - abs(x)"] },
  { make: (A, x, y) => A.sub(A.div(A.abs(x), A.add(A.abs(x), A.abs(y))), A.constant(0.5)), factors: ["abs(x) - 0.5 * (abs(x) + abs(y))"] },
  { make: (A, x, y) => A.sub(A.div(x, A.max(y, A.constant(0))), A.constant(1)),            factors: ["x - max(y, 0)"] },
  { make: (A, x, y) => A.sub(y, A.div(A.constant(2), A.max(x, A.constant(0)))),            factors: ["y * max(x, 0) - 2"] },
  { make: (A, x, y) => A.sub(A.constant(0.4), A.div(A.max(x, A.constant(0)), A.max(A.mul(x, y), A.constant(0)))), factors: ["0.4 * max(x * y, 0) - max(x, 0)"] },
  { make: (A, x, y) => A.mul(A.sub(y, A.constant(1)), A.square(A.div(y, A.max(x, A.constant(0))))), factors: ["(y - 1) * (y * y)"] },
];

// What has no divisor that may be 0, or too many, or one inside of another function.
const NONE: readonly (readonly [string, Make])[] = [
  ["a sum", (A, x, y) => A.add(x, y)],
  ["a quotient by what is positive", (A, x, y) => A.div(x, A.exp(y))],
  [
    "two quotients by what may stay 0",
    (A, x, y) => {
      const by = A.max(x, A.constant(0));
      return A.sub(A.div(y, by), A.div(x, by));
    },
  ],
  ["a quotient by what may stay 0 beside a logarithm", (A, x, y) => A.add(A.div(y, A.max(x, A.constant(0))), A.log(y))],
  ["a quotient by what may stay 0 or be negative", (A, x, y) => A.div(y, A.max(x, A.constant(-1)))],
  ["a quotient inside of exp", (A, x) => A.exp(A.div(A.constant(1), x))],
  [
    "nine divisors",
    (A, x) =>
      Array.from({ length: 9 }, (_, k) => A.div(A.constant(1), A.sub(x, A.constant(k)))).reduce((sum, each) =>
        A.add(sum, each),
      ),
  ],
];

describe("signs of a quotient", () => {
  test.each(NONE)("there are none of %s", (_, make) => {
    expect(made(make).factors).toBeUndefined();
  });

  test.each(ROWS)("are those of $factors", ({ make, factors: expected }) => {
    const { graph, c, inputs, factors } = made(make);
    expect(factors!.map((node) => print(graph, node))).toEqual(expected);
    const { algebra: A } = graph;
    const product = factors!.reduce((signs, factor) => A.mul(signs, A.sign(factor)), graph.constant(1));
    const truth = (node: NodeId): NodeId => A.where(A.positive(node), graph.constant(1), graph.constant(0));
    const apart = differences(graph, [truth(c), truth(product)], inputs);
    expect(apart.filter((point) => point.every(Number.isFinite))).toEqual([]);
  });

  test("are wrong where a divisor is forgotten: the check sees it", () => {
    const { graph, c, inputs, factors } = made((A, x, y) => A.div(y, x));
    const { algebra: A } = graph;
    const truth = (node: NodeId): NodeId => A.where(A.positive(node), graph.constant(1), graph.constant(0));
    const apart = differences(graph, [truth(c), truth(factors![0]!)], inputs);
    expect(apart.filter((point) => point.every(Number.isFinite)).length).toBeGreaterThan(10);
  });
});
