import { expect, test } from "vitest";
import { Graph, mayBeNaN } from "../../../src/autodiff/graph/graph.ts";
import { useCounts } from "../../../src/autodiff/graph/users.ts";
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

test("equal nodes are one, also of hundreds with the same operands, and −0 and 0 are two constants", () => {
  const graph = new Graph();
  const { algebra: A } = graph;
  const earlier = Array.from({ length: 300 }, (_, i) => graph.input(`x${i}`, true));
  const last = graph.input("last", true);
  const products = earlier.map((x) => A.mul(x, last));
  const { size } = graph;
  expect(new Set(products).size).toBe(300);
  expect(earlier.map((x) => A.mul(last, x))).toEqual(products);
  expect(graph.size).toBe(size);
  const numbers = [0, -0, 1, -1, 0.1, Number.NaN, -Infinity];
  const constants = numbers.map((value) => graph.constant(value));
  expect(new Set(constants).size).toBe(numbers.length);
  expect(numbers.map((value) => graph.constant(value))).toEqual(constants);
  expect(constants.map((node) => graph.value(node))).toEqual(numbers);
  expect(graph.is(constants[1]!, 0)).toBe(true);
});

test("nodes are told by their operands: whether one is marked, and in how many each is", () => {
  const graph = new Graph();
  const { algebra: A } = graph;
  const [x, y, p] = ["x", "y", "p"].map((name) => graph.input(name, true)) as [number, number, number];
  const both = A.where(A.positive(p), x, y);
  const marks = new Uint8Array(graph.size);
  marks[y] = 1;
  expect([x, both, graph.a[both]!].map((node) => graph.reads(node, marks))).toEqual([false, true, false]);
  const sum = A.add(A.exp(x), both);
  const uses = useCounts(graph, graph.reachable([sum]), [sum]);
  expect([x, y, p, both, sum].map((node) => uses[node])).toEqual([2, 1, 1, 1, 2]);
});
