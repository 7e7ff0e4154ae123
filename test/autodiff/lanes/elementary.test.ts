import { describe, expect, test } from "vitest";
import { compileTape, Graph, type NodeId, type OpName, runLanes } from "../../../src/autodiff/index.ts";
import { INTERPRETER } from "../../../src/autodiff/lanes/interpreter/interpreter.ts";
import { jit } from "../../../src/autodiff/lanes/javascript/jit.ts";
import { wasmKernels } from "../../../src/autodiff/lanes/wasm/kernels.ts";
import { wasm } from "../../../src/autodiff/lanes/wasm/wasm.ts";
import { CODE } from "../../../src/autodiff/ops/codes.ts";
import type { Backend } from "../../../src/autodiff/tape/executable.ts";
import { FIXTURE, ROWS } from "../../support/elementary.ts";

// Where code for pairs of lanes leaves numbers out, or has done with them.
const SEAMS = [
  708,
  709.7,
  710,
  720,
  745,
  746,
  1e6,
  1e300,
  Infinity,
  NaN,
  0,
  1,
  5e-324,
  1e-310,
  2.2250738585072014e-308,
];

const BACKENDS: readonly Backend[] = [INTERPRETER, wasm({ after: 0 }), wasmKernels(), jit()];

describe.each(BACKENDS)("on the back end $name", (backend) => {
  test.each(Object.keys(ROWS))("%s has the bits of the function", (name) => {
    const { f, values } = ROWS[name]!;
    // Moved by one, so that points near each other do not always share a pair of lanes.
    const points = [...FIXTURE[name]!, ...values, [1.5, 2.5]].flatMap(([x, y]) => [
      [x!, y!],
      [-x!, y!],
    ]);
    // Each beside an ordinary number, in the first and in the second lane of a pair.
    for (const x of SEAMS) points.push([x, 2.5], [1.5, 2.5], [1.5, 2.5], [x, 2.5], [-x, 2.5], [1.5, 2.5]);
    const binary = name === "pow";
    const graph = new Graph();
    const inputs = (binary ? ["x", "y"] : ["x"]).map((each) => graph.input(each, true));
    const result = graph.apply(CODE[name as OpName], ...(inputs as [NodeId, NodeId]));
    const tape = compileTape(graph, [result], { lanes: points.length, laneInputs: inputs, backend });
    for (const column of inputs.keys())
      for (const [i, point] of points.entries())
        tape.slots[tape.noiseOffset + column * tape.stride + i] = point[column]!;
    runLanes(tape, points.length);
    const { offset } = tape.outputs[0]!;
    const got = Array.from(tape.slots.subarray(offset, offset + points.length));
    expect(got).toEqual(points.map(([px, py]) => f(px!, py!)));
  });
});
