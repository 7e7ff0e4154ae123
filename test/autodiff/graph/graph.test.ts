import { expect, test } from "vitest";
import { Graph, mayBeNaN } from "../../../src/autodiff/graph/graph.ts";
import { ALL_OPS } from "../../../src/autodiff/ops/all-ops.ts";

test("whether a node may be NaN is told of those made before anyone asked, and of those made later", () => {
  const graph = new Graph();
  graph.link(ALL_OPS);
  const { algebra: A } = graph;
  const [x, y] = ["x", "y"].map((name) => graph.input(name, true)) as [number, number];
  const log = A.log(x);
  const told = (...nodes: number[]): boolean[] => nodes.map((node) => mayBeNaN(graph, node));
  expect(told(x, log, A.add(log, y), A.square(y))).toEqual([false, true, true, false]);
  // 0/0 is NaN, z/3 is a number; z^3 is one and z^0.5 is not below 0; a condition on NaN is true or false.
  expect(told(A.div(x, y), A.div(x, A.constant(3)))).toEqual([true, false]);
  expect(told(A.pow(x, A.constant(3)), A.pow(x, A.constant(0.5)))).toEqual([false, true]);
  expect(told(A.positive(log), A.where(A.positive(log), x, y), A.where(A.positive(x), log, y))).toEqual([
    false,
    false,
    true,
  ]);
});
