import { describe, expect, test } from "vitest";
import { Graph } from "../../src/autodiff/index.ts";
import { type LaneInputs, type LaneRequest, laneInputs } from "../../src/objective/lane-inputs.ts";
import { fillNoise, laneInputsOf, noiseRowsOf } from "../../src/objective/noise.ts";
import { fillNormals, makeGenerator, noiseRequest } from "../../src/random/index.ts";

const [AT, STRIDE, LANES] = [3, 8, 5];

/** Two normals; then twice the second of them; then that less the first. */
function example() {
  const graph = new Graph();
  const [x, y, double, difference] = ["x", "y", "double", "difference"].map((name) => graph.input(name, true));
  const asked: LaneRequest[] = [];
  const made = (
    reads: readonly number[],
    node: number,
    f: (values: readonly number[], theta: Float64Array) => number,
  ): LaneInputs =>
    laneInputs({
      nodes: [node],
      reads,
      fill(request) {
        asked.push({ ...request });
        const { slots, from, to, lanes, theta } = request;
        for (let i = 0; i < lanes; i++)
          slots[to[0]! + i] = f(
            Array.from(from, (row) => slots[row + i]!),
            theta,
          );
      },
    });
  const derived = [
    made([y!], double!, ([value], theta) => theta[0]! * value!),
    made([double!, x!], difference!, ([one, other]) => one! - other!),
  ];
  const slots = new Float64Array(AT + 4 * STRIDE).fill(7);
  const inputs = { normals: [x!, y!], derived };
  return { inputs, nodes: [x!, y!, double!, difference!], slots, asked };
}

describe("the noise of a pass", () => {
  test("has a row for each normal, then for each node of what is derived, in their order", () => {
    const { inputs, nodes } = example();
    expect(laneInputsOf(inputs)).toEqual(nodes);
    expect(laneInputsOf({ normals: [nodes[1]!] })).toEqual([nodes[1]]);
  });

  test("is normals first, then what is computed from them and from what was computed before", () => {
    const { inputs, slots } = example();
    const rows = noiseRowsOf({ slots, at: AT, stride: STRIDE }, inputs);
    const generator = makeGenerator(4);
    Object.assign(rows.normals, { generator, stream: 2, firstSample: 30, lanes: LANES });
    fillNoise(rows, fillNormals, Float64Array.of(2));
    const normals = new Float64Array(2 * LANES);
    fillNormals(noiseRequest({ out: normals, generator, stream: 2, firstSample: 30, lanes: LANES, dimensions: 2 }));
    const row = (k: number): number[] => [...slots.subarray(AT + k * STRIDE, AT + k * STRIDE + LANES)];
    const [x, y] = [normals.subarray(0, LANES), normals.subarray(LANES)];
    expect([0, 1, 2, 3].map(row)).toEqual([
      [...x],
      [...y],
      [...y].map((value) => 2 * value),
      [...y].map((value, i) => 2 * value - x[i]!),
    ]);
    // Beside the rows' first lanes nothing is written.
    expect(slots.filter((value) => value === 7)).toHaveLength(AT + 4 * (STRIDE - LANES));
  });

  test("of a later pass is that of its own samples, stream, generator and parameters", () => {
    const { inputs, slots, asked } = example();
    const rows = noiseRowsOf({ slots, at: AT, stride: STRIDE }, inputs);
    const passes = [
      { generator: makeGenerator(1), stream: 0, firstSample: 0, lanes: 5, theta: Float64Array.of(1) },
      { generator: makeGenerator(2), stream: 3, firstSample: 2 ** 40, lanes: 2, theta: Float64Array.of(-1) },
    ];
    for (const { theta, ...samples } of passes) {
      Object.assign(rows.normals, samples);
      fillNoise(rows, fillNormals, theta);
    }
    expect(asked).toHaveLength(4);
    asked.forEach((request, k) => {
      const { theta, generator, ...samples } = passes[k >> 1]!;
      expect(request).toMatchObject(samples);
      expect(request.generator).toBe(generator);
      expect(request.theta).toBe(theta);
    });
  });
});
