import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exprOf, nodeOf } from "../../../src/autodiff/expr.ts";
import { Graph, type NodeId } from "../../../src/autodiff/index.ts";
import { FAST_ENGINE, PLAIN_ENGINE } from "../../../src/autodiff/lanes/interpreter/engines.ts";
import { Session } from "../../../src/autodiff/session.ts";
import { evaluation, pointsAtOnce } from "../../../src/autodiff/tape/evaluation.ts";
import { evaluate, trace, trees } from "../../support/expressions.ts";
import { amount } from "../../support/soak.ts";

/** A graph with a uniform input u and a lane input x. */
function inputsOf() {
  const graph = new Graph();
  return { graph, A: graph.algebra, u: graph.input("u", false), x: graph.input("x", true) };
}

describe.each([
  ["plain", PLAIN_ENGINE],
  ["fast", FAST_ENGINE],
])("values of nodes on the %s engine", (_name, engine) => {
  test("of uniform and of lane nodes, of inputs and of constants, at every point", () => {
    const { graph, A, u, x } = inputsOf();
    const nodes = [A.mul(u, x), A.exp(u), x, u, graph.constant(7), x];
    const { run, value, values } = evaluation(graph, nodes, { engine, inputs: [u], laneInputs: [x], points: 3 });
    run([0], [5, 6, 7]);
    run([2], [1, 2, 3]);
    expect(nodes.map((_, index) => [...values(index)])).toEqual([
      [2, 4, 6],
      [Math.exp(2), Math.exp(2), Math.exp(2)],
      [1, 2, 3],
      [2, 2, 2],
      [7, 7, 7],
      [1, 2, 3],
    ]);
    expect([value(0), value(0, 2), value(1, 2)]).toEqual([2, 6, Math.exp(2)]);
  });

  test("are those of the expression in plain JavaScript, and the same bits for any number of points", () => {
    const real = fc.double({ min: -2, max: 2, noNaN: true });
    const options = { inputs: 2, depth: 4, where: true };
    fc.assert(
      fc.property(trees(options), real, fc.array(real, { minLength: 1, maxLength: 5 }), (tree, u, xs) => {
        const { graph, u: uniform, x } = inputsOf();
        const session = new Session(graph);
        const node = nodeOf(session, trace(tree, [exprOf(session, uniform), exprOf(session, x)]));
        const made = (points: number) =>
          evaluation(graph, [node], { engine, inputs: [uniform], laneInputs: [x], points });
        const [all, one] = [made(xs.length), made(1)];
        all.run([u], xs);
        xs.forEach((at, point) => {
          one.run([u], [at]);
          expect(all.value(0, point)).toBe(one.value(0));
          const expected = evaluate(tree, [u, at]);
          if (Number.isFinite(expected.value))
            expect(Math.abs(one.value(0) - expected.value)).toBeLessThanOrEqual(4 * expected.error);
        });
      }),
      { numRuns: amount(60, 200) },
    );
  });

  test("of truth values are −1 and 0; nothing is greater than NaN", () => {
    const { graph, A, u, x } = inputsOf();
    const positive = A.positive(x);
    const nodes = [positive, A.not(positive), A.positive(u), graph.truth(true), graph.truth(false)];
    const { run, values } = evaluation(graph, nodes, { engine, inputs: [u], laneInputs: [x], points: 4 });
    run([-1], [3, 0, -2, Number.NaN]);
    expect(nodes.map((_, index) => [...values(index)])).toEqual([
      [-1, 0, 0, 0],
      [0, -1, -1, -1],
      [0, 0, 0, 0],
      [-1, -1, -1, -1],
      [0, 0, 0, 0],
    ]);
  });

  test("are NaN and infinite where that is their value, and nowhere beside it", () => {
    const { graph, A, u, x } = inputsOf();
    const nodes = [A.log(x), A.div(u, x), A.where(A.positive(x), A.log(x), u)];
    const { run, values } = evaluation(graph, nodes, { engine, inputs: [u], laneInputs: [x], points: 3 });
    run([4], [-1, 0, 1]);
    expect(nodes.map((_, index) => [...values(index)])).toEqual([
      [Number.NaN, -Infinity, 0],
      [-4, Infinity, 4],
      [4, 4, 0],
    ]);
    run([Number.NaN], [Number.NaN, 1, 2]);
    expect([...values(1)]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    expect([...values(2)]).toEqual([Number.NaN, 0, Math.log(2)]);
  });

  test("of lane inputs that a function writes into their rows", () => {
    const { graph, A, x } = inputsOf();
    const y = graph.input("y", true);
    const { run, values } = evaluation(graph, [A.sub(x, y)], { engine, laneInputs: [y, x], points: 2 });
    run([], ({ slots, at, stride }) => {
      slots.set([1, 2], at);
      slots.set([10, 20], at + stride);
    });
    expect([...values(0)]).toEqual([9, 18]);
  });

  test("of as many points as leave a gap between the rows", () => {
    const { graph, A, x } = inputsOf();
    const y = graph.input("y", true);
    const { run, values } = evaluation(graph, [A.sub(x, y)], { engine, laneInputs: [x, y], points: 64 });
    const [xs, ys] = [0, 1].map((k) => Array.from({ length: 64 }, (_, point) => (k + 1) * point));
    let distance = 0;
    run([], ({ stride }) => {
      distance = stride;
    });
    expect(distance).toBeGreaterThan(64);
    run([], [...ys!, ...xs!]);
    expect([...values(0)]).toEqual(xs);
  });

  test("need the inputs they are computed from, and no others", () => {
    const { graph, A, u, x } = inputsOf();
    const other = graph.input("other", false);
    const compiled = (nodes: NodeId[], inputs: NodeId[], laneInputs: NodeId[]) => () =>
      evaluation(graph, nodes, { engine, inputs, laneInputs });
    expect(compiled([A.exp(u)], [other], [])).toThrow('evaluation: no value of uniform input "u"');
    expect(compiled([u], [], [])).toThrow(TypeError);
    expect(compiled([A.exp(x)], [], [])).toThrow('lane input "x" is not among laneInputs');
    const { run, value } = compiled([A.exp(u)], [other, u], [x])();
    run([5, 1], [3]);
    expect(value(0)).toBe(Math.exp(1));
    const constant = compiled([graph.constant(3)], [], [])();
    constant.run();
    expect(constant.value(0)).toBe(3);
  });

  test("need a value for each input", () => {
    const { graph, A, u, x } = inputsOf();
    const options = { engine, inputs: [u], laneInputs: [x], points: 3 };
    const { run } = evaluation(graph, [A.mul(u, x)], options);
    expect(() => run([], [1, 2, 3])).toThrow("evaluation: too few values of inputs; got 0, expected 1");
    expect(() => run([1], [1, 2])).toThrow("evaluation: too few values of lane inputs; got 2, expected 3");
    expect(() => run([1])).toThrow(RangeError);
  });
});

test("points at once are fewer where there are many nodes, so that a run is short", () => {
  const chainOf = (length: number): [Graph, NodeId] => {
    const { graph, A, x } = inputsOf();
    let node = x;
    for (let i = 0; i < length; i++) node = A.sin(node);
    return [graph, node];
  };
  for (const [length, points] of [
    [300, 512],
    [1500, 256],
    [10_000, 32],
    [200_000, 16],
  ] as const) {
    const [graph, node] = chainOf(length);
    expect(pointsAtOnce(graph, [node], 512)).toBe(points);
  }
});
