/** What is known of a node by its op, and by a constant second operand. */
import { describe, expect, test } from "vitest";
import { behaviourOf, mayOverflow } from "../../../src/autodiff/graph/behaviour.ts";
import { Graph } from "../../../src/autodiff/graph/graph.ts";
import { operationCount } from "../../../src/autodiff/graph/operation-count.ts";
import { ALL_OPS } from "../../../src/autodiff/ops/all-ops.ts";

function made() {
  const graph = new Graph();
  graph.link(ALL_OPS);
  const { algebra: A } = graph;
  const [x, y] = [graph.input("x", true), graph.input("y", false)];
  return { graph, A, x, y, of: (value: number) => graph.constant(value) };
}

describe("a power", () => {
  test.each([
    [3, -Infinity, true],
    [1.5, 0, true],
    [-2, -Infinity, false],
    [-0.5, 0, false],
    [400, -Infinity, false],
  ])("of %d begins at %d; of numbers of ordinary size it is finite: %s", (exponent, from, bounded) => {
    const { graph, A, x, of } = made();
    const node = A.pow(x, of(exponent));
    expect(behaviourOf(graph, node)).toMatchObject({ from, bounded });
    expect(mayOverflow(graph, A.add(of(1), node))).toBe(!bounded);
  });
});

test("what may be infinite is found anywhere below a node, also as a constant", () => {
  const { graph, A, x, y, of } = made();
  expect(mayOverflow(graph, A.sin(A.mul(x, y)))).toBe(false);
  expect(mayOverflow(graph, A.sin(A.div(x, y)))).toBe(true);
  expect(mayOverflow(graph, A.max(x, of(Infinity)))).toBe(true);
});

test("operations are counted once, and those of the lanes alone", () => {
  const { graph, A, x, y } = made();
  const shared = A.sin(A.mul(x, A.exp(y)));
  const count = operationCount(graph);
  expect(count([shared])).toBe(2);
  expect(count([shared, A.add(shared, y), A.cos(shared)])).toBe(2);
  expect(count([A.cos(shared)])).toBe(0);
});

test("any of no masks is false, and of some holds where one does", () => {
  const { graph, A, x, y, of } = made();
  const none = graph.any([]);
  expect(graph.isConstant(none) && graph.value(none)).toBe(0);
  const [p, q] = [A.positive(x), A.positive(A.sub(y, of(1)))];
  expect(graph.any([p])).toBe(p);
  expect(graph.any([p, q])).toBe(A.or(p, q));
});
