import { describe, expect, test } from "vitest";
import { gradient as gradientOf } from "../../src/autodiff/graph/gradient.ts";
import { Graph as PlainGraph } from "../../src/autodiff/graph/graph.ts";
import { compileTape, Graph, type NodeId, print, runLanes, runUniform } from "../../src/autodiff/index.ts";
import { FAST_ENGINE, PLAIN_ENGINE } from "../../src/autodiff/lanes/interpreter/engines.ts";
import { jit } from "../../src/autodiff/lanes/javascript/jit.ts";
import { wasmKernels } from "../../src/autodiff/lanes/wasm/kernels.ts";
import { wasm } from "../../src/autodiff/lanes/wasm/wasm.ts";
import { logSumExp } from "../../src/autodiff/log-sum-exp.ts";
import { CODE } from "../../src/autodiff/ops/codes.ts";
import { evaluation } from "../../src/autodiff/tape/evaluation.ts";
import type { Backend } from "../../src/autodiff/tape/executable.ts";

type Summands = (graph: Graph, x: readonly NodeId[]) => NodeId[];

/** The value of the node for inputs, by the interpreters of both engines. */
function valuesAt(summands: Summands, at: readonly number[]): number[] {
  return [PLAIN_ENGINE, FAST_ENGINE].map((engine) => {
    const graph = new Graph();
    const inputs = at.map((_, i) => graph.input(`x${i}`, false));
    const run = evaluation(graph, [logSumExp(graph, summands(graph, inputs))], { engine, inputs });
    run.run(at);
    return run.value(0);
  });
}

const plus = (graph: Graph, k: number, x: NodeId): NodeId => graph.algebra.add(graph.constant(k), x);

describe("the node of log Σ exp(x)", () => {
  test("makes the ops that it takes known to a graph that has the basic ones alone", () => {
    const graph = new PlainGraph();
    const inputs = ["x", "y"].map((name) => graph.input(name, false));
    const run = evaluation(graph, [logSumExp(graph, inputs)], { engine: PLAIN_ENGINE, inputs });
    run.run([1, 2]);
    expect(run.value(0)).toBeCloseTo(2 + Math.log1p(Math.exp(-1)), 12);
  });

  test.each<[string, Summands, readonly number[], number]>([
    ["of two", (_g, x) => [...x], [1, 2], Math.log(Math.exp(1) + Math.exp(2))],
    [
      "of five",
      (_g, x) => [...x],
      [1, 2, -3, 0.5, 2],
      Math.log(Math.exp(1) + 2 * Math.exp(2) + Math.exp(-3) + Math.exp(0.5)),
    ],
    ["of far ones", (_g, x) => [...x], [-5000, 3000, 3001], 3001 + Math.log1p(Math.exp(-1))],
    ["of one three times", (_g, x) => [x[0]!, x[0]!, x[0]!], [2], 2 + Math.log(3)],
    [
      "of what differs by numbers",
      (g, x) => [plus(g, 1, x[0]!), x[1]!, plus(g, -2, x[0]!)],
      [0.5, 0.25],
      Math.log(Math.exp(1.5) + Math.exp(0.25) + Math.exp(-1.5)),
    ],
    [
      "with constants",
      (g, x) => [g.constant(1), x[0]!, g.constant(2)],
      [0.5],
      Math.log(Math.exp(1) + Math.exp(2) + Math.exp(0.5)),
    ],
    [
      "of a product with a number",
      (g, x) => [g.algebra.mul(g.constant(2), x[0]!), x[0]!],
      [0.5],
      Math.log(Math.E + Math.exp(0.5)),
    ],
    ["with −∞ constants", (g, x) => [g.constant(-Infinity), x[0]!, g.constant(-Infinity)], [0.5], 0.5],
    ["with one −∞", (_g, x) => [...x], [-Infinity, 2, 3], 3 + Math.log1p(Math.exp(-1))],
    ["all −∞", (_g, x) => [...x], [-Infinity, -Infinity, -Infinity], -Infinity],
    ["with ∞", (_g, x) => [...x], [Infinity, 2, -Infinity], Infinity],
    ["with NaN", (_g, x) => [...x], [1, NaN, Infinity], NaN],
    ["with a constant ∞", (g, x) => [g.constant(Infinity), ...x], [1, 2], Infinity],
    ["of nothing", () => [], [], -Infinity],
  ])("%s", (_name, summands, at, expected) => {
    for (const value of valuesAt(summands, at))
      if (Number.isFinite(expected)) expect(value).toBeCloseTo(expected, 12);
      else expect(value).toBe(expected);
  });

  test("equal summands and those that differ by a number are one", () => {
    const graph = new Graph();
    const x = graph.input("x", false);
    const node = logSumExp(graph, [x, plus(graph, 3, x), x, graph.constant(-Infinity)]);
    expect(graph.op[node]).toBe(graph.op[plus(graph, 1, x)]);
    expect(graph.b[node]).toBe(x);
    expect(logSumExp(graph, [graph.constant(-Infinity), x])).toBe(x);
  });
});

test("is printed by its name, with its summands in order; other sums with the largest are not", () => {
  const graph = new Graph();
  const { algebra: A } = graph;
  const [x, y, z] = ["x", "y", "z"].map((name) => graph.input(name, false)) as [NodeId, NodeId, NodeId];
  const node = logSumExp(graph, [A.mul(graph.constant(2), x), y, z]);
  expect(print(graph, node)).toBe("logSumExp(2 * x, y, z)");
  expect(print(graph, A.mul(graph.constant(3), logSumExp(graph, [plus(graph, 1, x), y])))).toBe(
    "3 * logSumExp(x + 1, y)",
  );
  expect(print(graph, A.add(A.peak(x, y), A.log(A.exp(z))))).toBe("z + peak(x, y)");
  expect(print(graph, A.add(A.peak(x, y), A.log(A.add(A.exp(A.sub(x, A.peak(x, y))), z))))).toContain("peak(x, y)");
});

describe("its gradient", () => {
  type Build = (graph: Graph, x: readonly NodeId[]) => NodeId;
  const gradientAt = (build: Build, at: readonly number[]): number[] => {
    const graph = new Graph();
    const inputs = at.map((_, i) => graph.input(`x${i}`, false));
    const run = evaluation(graph, gradientOf(graph, build(graph, inputs), inputs), { engine: FAST_ENGINE, inputs });
    run.run(at);
    return at.map((_, i) => run.value(i));
  };
  const softmax = (at: readonly number[]): number[] => {
    const largest = Math.max(...at);
    const weights = at.map((x) => Math.exp(x - largest));
    const total = weights.reduce((sum, w) => sum + w, 0);
    return weights.map((w) => w / total);
  };
  const far = (got: readonly number[], expected: readonly number[]): number =>
    Math.max(...got.map((g, i) => Math.abs(g - expected[i]!)));

  test.each([
    [[1, 2]],
    [[2, 2]],
    [[0, -1, 4, 4, -700]],
    [[-3000, -3001, -3000.5]],
    [Array.from({ length: 1000 }, (_, i) => 5 * Math.sin(i))],
  ])("at %j is the softmax", (at) => {
    expect(far(gradientAt(logSumExp, at), softmax(at))).toBeLessThan(2e-15);
  });

  test("of an impossible summand is 0", () => {
    expect(gradientAt(logSumExp, [-Infinity, 2, -Infinity])).toEqual([0, 1, 0]);
  });

  test("in an arm that is not taken is 0, though every summand there is −∞", () => {
    const build: Build = (graph, [x, y]) => {
      const { algebra: A } = graph;
      const impossible = [x!, y!].map((node) => A.log(A.mul(graph.constant(0), A.exp(node))));
      const logs = logSumExp(graph, [
        ...impossible.map((node, i) => A.add(node, [x!, y!][i]!)),
        A.log(A.neg(A.exp(x!))),
      ]);
      return A.where(A.positive(x!), logs, A.mul(y!, y!));
    };
    expect(gradientAt(build, [-1, 3])).toEqual([0, 6]);
  });

  test("does not go through the largest; with max in its place it would, and that is seen", () => {
    const graph = new Graph();
    const { algebra: A } = graph;
    const x = Array.from({ length: 40 }, (_, i) => graph.input(`x${i}`, true));
    const countOf = (root: NodeId, op: "exp" | "positive"): number =>
      graph.reachable([root, ...gradientOf(graph, root, x)]).filter((node) => graph.op[node] === CODE[op]).length;
    const node = logSumExp(graph, x);
    // As many exponentials as summands, in value and gradient together.
    expect([countOf(node, "exp"), countOf(node, "positive")]).toEqual([40, 0]);
    const largest = x.reduce((p, q) => A.max(p, q));
    const other = A.add(largest, A.log(graph.sum(x.map((summand) => A.exp(A.sub(summand, largest))))));
    expect(countOf(other, "positive")).toBeGreaterThan(0);
  });
});

test("value and gradient have the same bits on every back end, −∞, ∞ and NaN among the summands too", () => {
  const graph = new Graph();
  const { algebra: A } = graph;
  const x = Array.from({ length: 11 }, (_, i) => graph.input(`x${i}`, true));
  const [few, many] = [logSumExp(graph, x.slice(0, 2)), logSumExp(graph, x)];
  const product = A.mul(few, many);
  const roots = [few, many, ...gradientOf(graph, product, x)];
  const lanes = 40;
  const edges = [0, -0, 1e308, -1e308, Infinity, -Infinity, NaN, 700, -745];
  const bitsOn = (backend: Backend | undefined): string => {
    const tape = compileTape(graph, roots, { laneInputs: x, lanes, backend });
    x.forEach((_, j) => {
      for (let i = 0; i < lanes; i++)
        tape.slots[tape.noiseOffset + j * tape.stride + i] =
          (i + 3 * j) % 7 === 0 ? edges[(i * j) % 9]! : 30 * Math.sin(i * 11 + j);
    });
    runUniform(tape);
    runLanes(tape, lanes);
    const values = tape.outputs.flatMap(({ offset }) => Array.from(tape.slots.subarray(offset, offset + lanes)));
    return values.map((value) => (Object.is(value, -0) ? "-0" : String(value))).join(" ");
  };
  const expected = bitsOn(undefined);
  expect(expected.split(" ").filter((value) => value !== "NaN").length).toBeGreaterThan(100);
  for (const backend of [wasm({ after: 0 }), wasmKernels(), jit()])
    expect(bitsOn(backend), backend.name).toBe(expected);
});
