import { beforeAll, describe, expect, test } from "vitest";
import { linearForm } from "../../../src/autodiff/graph/linear-form.ts";
import { substitute } from "../../../src/autodiff/graph/substitute.ts";
import { compileTape, Graph, gradient, type NodeId, print, runLanes, runUniform } from "../../../src/autodiff/index.ts";

const START = 0.3;

/** x ← sin(x + x₀), n/2 times: a chain of n nodes. */
function chain(graph: Graph, x: NodeId, n: number): NodeId {
  let node = x;
  for (let i = 0; i < n / 2; i++) node = graph.algebra.sin(graph.algebra.add(node, x));
  return node;
}

/** Builds, differentiates, compiles and runs a chain; the milliseconds each step took, and value and slope. */
function pipeline(n: number) {
  const times: number[] = [performance.now()];
  const graph = new Graph();
  const x = graph.input("x", true);
  const node = chain(graph, x, n);
  times.push(performance.now());
  const [slope] = gradient(graph, node, [x]);
  times.push(performance.now());
  const tape = compileTape(graph, [node, slope!], { lanes: 1, laneInputs: [x] });
  times.push(performance.now());
  tape.slots[tape.noiseOffset] = START;
  runUniform(tape);
  runLanes(tape, 1);
  times.push(performance.now());
  const [value, derivative] = tape.outputs.map(({ offset }) => tape.slots[offset]!);
  const step = (i: number): number => times[i + 1]! - times[i]!;
  return {
    build: step(0),
    differentiate: step(1),
    compile: step(2),
    size: graph.size,
    value,
    derivative,
    graph,
    x,
    node,
  };
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

describe("a chain of 10⁶ nodes", () => {
  let small: readonly ReturnType<typeof pipeline>[] = [];
  let large = pipeline(2);
  beforeAll(() => {
    small = [pipeline(1e5), pipeline(1e5)];
    large = pipeline(1e6);
  }, 120_000);

  test("is built, differentiated, compiled and run without overflowing the stack", () => {
    expect(large.size).toBeGreaterThan(2e6);
    for (const [n, { value, derivative }] of [
      [1e5, small[0]!],
      [1e6, large],
    ] as const) {
      const [expected, slope] = recurrence(n);
      expect(value).toBe(expected);
      // The chain contracts: slope is a geometric sum of a few dozen terms, in reverse order.
      expect(Math.abs(derivative! - slope)).toBeLessThanOrEqual(100 * Number.EPSILON * Math.abs(slope));
    }
  });

  // Linear time makes the ratio to a chain of 10⁵ 10, and up to 3 times that because the working set leaves the cache;
  // quadratic time would make it 100. The faster of two runs stands for 10⁵, so that only a pause in it can mislead.
  test.each(["build", "differentiate", "compile"] as const)("takes linear time to %s", (step) => {
    const base = Math.min(...small.map((run) => run[step]));
    expect(large[step] / base).toBeLessThan(40);
  });

  test("hash-consing does not degrade: building it again finds every node, in linear time", () => {
    const again = ({ graph, x, node, size }: typeof large, n: number): number => {
      const start = performance.now();
      expect(chain(graph, x, n)).toBe(node);
      const elapsed = performance.now() - start;
      expect(graph.size).toBe(size);
      return elapsed;
    };
    const base = Math.min(...small.map((run) => again(run, 1e5)));
    expect(again(large, 1e6) / base).toBeLessThan(40);
  });

  test("can be printed, searched and rebuilt", () => {
    const { graph, x, node } = large;
    expect(print(graph, node).length).toBeLessThan(1000);
    expect(graph.reachable([node]).length).toBe(1e6 + 1);
    const [rebuilt] = substitute(graph, [node], new Map([[x, graph.input("y", true)]]));
    expect(graph.reachable([rebuilt!]).length).toBe(1e6 + 1);
  });
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
