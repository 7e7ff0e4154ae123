import { beforeAll, describe, expect, test } from "vitest";
import { Graph as BaseGraph } from "../../../src/autodiff/graph/graph.ts";
import { linearForm } from "../../../src/autodiff/graph/linear-form.ts";
import { substitute } from "../../../src/autodiff/graph/substitute.ts";
import { compileTape, Graph, gradient, type NodeId, print, runLanes, runUniform } from "../../../src/autodiff/index.ts";
import { amount } from "../../support/soak.ts";

const START = 0.3;

/** x ← sin(x + x₀), n/2 times: a chain of n nodes. */
function chain(graph: Graph, x: NodeId, n: number): NodeId {
  let node = x;
  for (let i = 0; i < n / 2; i++) node = graph.algebra.sin(graph.algebra.add(node, x));
  return node;
}

/** Builds, differentiates, compiles and runs a chain: the graph, value and slope, and the instructions of the tape. */
function pipeline(n: number) {
  const graph = new Graph();
  const x = graph.input("x", true);
  const node = chain(graph, x, n);
  const [slope] = gradient(graph, node, [x]);
  const tape = compileTape(graph, [node, slope!], { lanes: 1, laneInputs: [x] });
  tape.slots[tape.noiseOffset] = START;
  runUniform(tape);
  runLanes(tape, 1);
  const [value, derivative] = tape.outputs.map(({ offset }) => tape.slots[offset]!);
  return { size: graph.size, instructions: tape.size.lane + tape.size.uniform, value, derivative, graph, x, node };
}

/** The same by forward recurrence. */
function recurrence(n: number): [value: number, slope: number] {
  let value = START;
  let slope = 1;
  for (let i = 0; i < n / 2; i++) {
    slope = Math.cos(value + START) * (slope + 1);
    value = Math.sin(value + START);
  }
  return [value, slope];
}

/** How many nodes `run` asks a graph for. */
function askedFor(run: () => void): number {
  const { apply } = BaseGraph.prototype;
  let asked = 0;
  BaseGraph.prototype.apply = function (this: BaseGraph, ...operands) {
    asked++;
    return apply.apply(this, operands);
  };
  try {
    run();
  } finally {
    BaseGraph.prototype.apply = apply;
  }
  return asked;
}

/** How often `run`, which makes no new node, looks at a node's first operand: what finding nodes takes. */
function looksOf(graph: Graph, run: () => void): number {
  let looks = 0;
  const { a } = graph;
  graph.a = new Proxy(a, {
    get: (target, key) => {
      looks++;
      return Reflect.get(target, key);
    },
  });
  run();
  graph.a = a;
  return looks;
}

// How long that takes: `npm run bench:growth`. Quadratic work on 10⁶ nodes would take hours.
// A stack overflows at some 10⁴ calls.
const LONG = amount(1e5, 1e6);
describe(`a chain of ${LONG} nodes`, () => {
  let large = pipeline(2);
  beforeAll(() => {
    large = pipeline(LONG);
  }, 120_000);

  test("is built, differentiated, compiled and run without overflowing the stack", () => {
    expect(large.size).toBeGreaterThan(2 * LONG);
    for (const [n, { value, derivative }] of [
      [LONG / 10, pipeline(LONG / 10)],
      [LONG, large],
    ] as const) {
      const [expected, slope] = recurrence(n);
      expect(value).toBe(expected);
      // The chain contracts: slope is a geometric sum of a few dozen terms, in reverse order.
      expect(Math.abs(derivative! - slope)).toBeLessThanOrEqual(100 * Number.EPSILON * Math.abs(slope));
    }
  });

  test("has as many nodes and instructions for each of its own as a short one", () => {
    const short = pipeline(LONG / 100);
    for (const key of ["size", "instructions"] as const) expect(large[key] / short[key] / 100).toBeCloseTo(1, 2);
  });

  test("can be printed, searched and rebuilt", () => {
    const { graph, x, node } = large;
    expect(print(graph, node).length).toBeLessThan(1000);
    expect(graph.reachable([node]).length).toBe(LONG + 1);
    const [rebuilt] = substitute(graph, [node], new Map([[x, graph.input("y", true)]]));
    expect(graph.reachable([rebuilt!]).length).toBe(LONG + 1);
  });
});

test("to build, differentiate and compile a chain asks for nodes in proportion to its length", () => {
  const [short, long] = [1e3, 1e4].map((n) => askedFor(() => void pipeline(n))) as [number, number];
  expect(short).toBeGreaterThan(2e3);
  expect(long / short).toBeCloseTo(10, 1);
});

test("hash-consing does not degrade: building a chain again finds every node, after as many looks for each", () => {
  const [short, long] = [1e3, 2e4].map((n) => {
    const { graph, x, node, size } = pipeline(n);
    const looks = looksOf(graph, () => expect(chain(graph, x, n)).toBe(node));
    expect(graph.size).toBe(size);
    return looks / n;
  }) as [number, number];
  expect(short).toBeGreaterThanOrEqual(1);
  expect(long / short).toBeCloseTo(1, 1);
});

test("a sum of 10⁵ terms that was written as a chain has a linear form", () => {
  const graph = new Graph();
  const inputs = Array.from({ length: 10 }, (_, i) => graph.input(`x${i}`, false));
  let node = graph.constant(0);
  for (let i = 0; i < 1e5; i++)
    node = graph.algebra.sub(
      graph.algebra.mul(graph.constant(2), inputs[i % 10]!),
      graph.algebra.mul(graph.constant(0.5), node),
    );
  const { coefficients, constant } = linearForm(graph, node);
  expect(constant).toBe(0);
  // x₉ came last: 2·(1 + 2⁻¹⁰ + 2⁻²⁰ + …)
  expect(coefficients.get(inputs[9]!)).toBeCloseTo(2 / (1 - 2 ** -10), 14);
  expect(coefficients.size).toBe(10);
});
