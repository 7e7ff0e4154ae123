import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inputIndex } from "../../../src/autodiff/graph/graph.ts";
import { compileTape, Graph, type NodeId, runLanes, runUniform } from "../../../src/autodiff/index.ts";
import { amount } from "../../support/soak.ts";

const LANES = 4;

/** Outputs of a tape for lane inputs and uniform inputs in the order of the graph's inputs, lane by lane. */
function outputsOf(graph: Graph, roots: readonly NodeId[], inputs: readonly (readonly number[])[]): number[][] {
  const laneInputs = graph.inputs.filter(({ lane }) => lane).map(({ node }) => node);
  const tape = compileTape(graph, roots, { lanes: LANES, laneInputs });
  for (const { node, offset } of tape.uniformInputs) tape.slots[offset] = inputs[inputIndex(graph, node)]![0]!;
  laneInputs.forEach((node, k) => {
    tape.slots.set(inputs[inputIndex(graph, node)]!, tape.noiseOffset + k * LANES);
  });
  runUniform(tape);
  runLanes(tape, LANES);
  return tape.outputs.map(({ offset, lane }) =>
    Array.from({ length: LANES }, (_, i) => tape.slots[offset + (lane ? i : 0)]!),
  );
}

const sizeOf = (graph: Graph, roots: readonly NodeId[]): number =>
  compileTape(graph, roots, { laneInputs: graph.inputs.filter(({ lane }) => lane).map(({ node }) => node) }).size.lane;

describe("sums before a tape is made", () => {
  test("of many multiples of two nodes cost two products per lane", () => {
    const graph = new Graph();
    const { algebra: A } = graph;
    const [x, y] = [graph.input("x", true), graph.input("y", true)];
    const w = Array.from({ length: 40 }, (_, k) => graph.input(`w${k}`, false));
    const jumps = w.map((_, k) => A.sub(A.mul(A.constant(k + 2), x), A.exp(y)));
    const sums = [0, 1].map((power) =>
      graph.sum(jumps.map((jump, k) => A.mul(power === 0 ? w[k]! : A.square(w[k]!), jump))),
    );
    expect(sizeOf(graph, sums)).toBeLessThanOrEqual(5);
    const weights = w.map((_, k) => Math.cos(k));
    const xs = [0.3, -2, 5, 0];
    const ys = [1, 0.5, -3, 2];
    const [first, second] = outputsOf(graph, sums, [xs, ys, ...weights.map((weight) => [weight])]);
    for (let i = 0; i < LANES; i++) {
      const each = weights.map((weight, k) => weight * ((k + 2) * xs[i]! - Math.exp(ys[i]!)));
      const scale = each.reduce((total, value) => total + Math.abs(value), 0);
      // 40 terms of two products each, added in another order: 100 roundings of at most the sum of magnitudes.
      const bound = 100 * Number.EPSILON * scale;
      expect(Math.abs(first![i]! - each.reduce((p, q) => p + q))).toBeLessThan(bound);
      expect(Math.abs(second![i]! - each.reduce((p, q, k) => p + q * weights[k]!, 0))).toBeLessThan(bound);
    }
  });

  test("share the selections of a value with its gradient", () => {
    const graph = new Graph();
    const { algebra: A } = graph;
    const [x, y, z] = [graph.input("x", true), graph.input("y", true), graph.input("z", true)];
    const masks = Array.from({ length: 16 }, (_, k) => A.positive(A.sub(z, A.constant(k / 8 - 1))));
    const value = graph.sum(masks.map((mask, k) => A.mul(A.constant(k + 3), A.where(mask, x, y))));
    const ofX = graph.sum(masks.map((mask, k) => A.where(mask, A.constant(k + 3), A.constant(0))));
    const alone = sizeOf(graph, [value]);
    // The derivative by x is one of the coefficients: no further instruction.
    expect(sizeOf(graph, [value, ofX])).toBe(alone);
  });

  test("an infinite arm that no condition takes stays out of the sum", () => {
    const graph = new Graph();
    const { algebra: A } = graph;
    const [x, y, z] = [graph.input("x", true), graph.input("y", true), graph.input("z", true)];
    const value = graph.sum(
      Array.from({ length: 8 }, (_, k) =>
        A.mul(A.constant(k + 2), A.where(A.positive(A.sub(z, A.constant(k))), A.exp(x), A.exp(y))),
      ),
    );
    const [sums] = outputsOf(
      graph,
      [value],
      [
        [1000, 0, 1000, 0],
        [0, 1000, 1000, 0],
        [-1, 10, -1, 3.5],
      ],
    );
    expect(sums).toEqual([44, 44, Infinity, 44]);
  });

  test("a weight of zero absorbs an infinite jump", () => {
    const graph = new Graph();
    const { algebra: A } = graph;
    const x = graph.input("x", true);
    const w = Array.from({ length: 3 }, (_, k) => graph.input(`w${k}`, false));
    const jumps = w.map((_, k) => A.sub(A.exp(x), A.mul(A.constant(k), x)));
    const value = graph.sum(w.map((weight, k) => A.chain(weight, jumps[k]!)));
    const xs = [1000, 1, 1000, 0];
    expect(outputsOf(graph, [value], [xs, [0], [0], [0]])).toEqual([[0, 0, 0, 0]]);
    expect(outputsOf(graph, [value], [xs, [0], [1], [0]])[0]![0]).toBe(Infinity);
  });
});

test("a random sum of products keeps its value, whatever is shared in it", () => {
  // A straight-line program over two lane inputs and two uniform ones: each step is linear, a product or a selection.
  const step = fc.record({ op: fc.nat(6), left: fc.nat(1000), right: fc.nat(1000), third: fc.nat(1000) });
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 60 }), (steps) => {
      const graph = new Graph();
      const { algebra: A } = graph;
      const inputs = [graph.input("x", true), graph.input("y", true), graph.input("u", false), graph.input("v", false)];
      const values = [[0.5, -1.5, 0.25, 1], [1.25, 0.75, -0.5, -1], [0.75], [-1.25]];
      const nodes = [...inputs];
      const numbers = values.map((column) => [0, 1, 2, 3].map((i) => column[i % column.length]!));
      // Bound of the error of each number, from the magnitudes that went into it.
      const sizes = numbers.map((column) => column.map(Math.abs));
      for (const { op, left, right, third } of steps) {
        const [a, b, c] = [left % nodes.length, right % nodes.length, third % nodes.length];
        const apply = (f: (x: number, y: number, z: number) => number, from: number[][]): number[] =>
          [0, 1, 2, 3].map((i) => f(from[a]![i]!, from[b]![i]!, from[c]![i]!));
        const build: [
          NodeId,
          (x: number, y: number, z: number) => number,
          (x: number, y: number, z: number) => number,
        ][] = [
          [A.add(nodes[a]!, nodes[b]!), (x, y) => x + y, (x, y) => x + y],
          [A.sub(nodes[a]!, nodes[b]!), (x, y) => x - y, (x, y) => x + y],
          [A.neg(nodes[a]!), (x) => -x, (x) => x],
          [A.mul(A.constant(0.5), nodes[a]!), (x) => 0.5 * x, (x) => x],
          [A.mul(A.tanh(nodes[a]!), inputs[2]!), (x) => Math.tanh(x) * 0.75, (x) => x + 1],
          [A.add(A.mul(inputs[3]!, nodes[a]!), nodes[b]!), (x, y) => -1.25 * x + y, (x, y) => 2 * x + y],
          [A.add(A.square(A.tanh(nodes[a]!)), nodes[b]!), (x, y) => Math.tanh(x) ** 2 + y, (x, y) => 2 * x + y + 1],
        ];
        const [node, number, size] = build[op]!;
        nodes.push(node);
        numbers.push(apply(number, numbers));
        sizes.push(apply(size, sizes));
      }
      const roots = nodes.slice(-3);
      const found = outputsOf(graph, roots, values);
      roots.forEach((_, k) => {
        const at = nodes.length - roots.length + k;
        for (let i = 0; i < LANES; i++)
          // One rounding of the running magnitude per step, in either order.
          expect(Math.abs(found[k]![i]! - numbers[at]![i]!)).toBeLessThanOrEqual(
            4 * 60 * Number.EPSILON * sizes[at]![i]!,
          );
      });
    }),
    { numRuns: amount(80, 300) },
  );
});
