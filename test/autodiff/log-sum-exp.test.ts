import { describe, expect, test } from "vitest";
import { Graph, type NodeId } from "../../src/autodiff/index.ts";
import { FAST_ENGINE, PLAIN_ENGINE } from "../../src/autodiff/lanes/interpreter/engines.ts";
import { logSumExp } from "../../src/autodiff/log-sum-exp.ts";
import { evaluation } from "../../src/autodiff/tape/evaluation.ts";

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
