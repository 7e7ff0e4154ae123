/** Means over the lanes, and what computes them: sums in two parts, and uniform instructions without a call for each. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileTape, Graph, type NodeId, runLanes, runUniform } from "../../../src/autodiff/index.ts";
import { INTERPRETER } from "../../../src/autodiff/lanes/interpreter/interpreter.ts";
import { runScalars, SCALAR_CODES } from "../../../src/autodiff/lanes/interpreter/scalars.generated.ts";
import { jit } from "../../../src/autodiff/lanes/javascript/jit.ts";
import { wasmKernels } from "../../../src/autodiff/lanes/wasm/kernels.ts";
import { wasm } from "../../../src/autodiff/lanes/wasm/wasm.ts";
import type { Algebra } from "../../../src/autodiff/ops/op.ts";
import { planMeans } from "../../../src/autodiff/planners/lane-means.ts";
import type { Backend, Place, Step } from "../../../src/autodiff/tape/executable.ts";
import { INSTRUCTIONS, rowOf } from "../../../src/autodiff/tape/instruction-table.ts";
import type { InstructionName, Kind } from "../../../src/autodiff/tape/instructions.ts";
import { runRest } from "../../../src/autodiff/tape/tape.ts";
import { corrected, lyy18, reparam, score } from "../../../src/estimators/index.ts";
import { makeGenerator, makeSampler } from "../../../src/index.ts";
import { meanGradientInto } from "../../../src/inference/sampler/means.ts";
import { makeMoments, momentsInto } from "../../../src/inference/sampler/moments.ts";
import { gmm, influenza, temperature, textmsg, walk, xornet } from "../../../src/models/index.ts";
import { amount } from "../../support/soak.ts";
import { KERNELS, tapeProgram } from "../../support/tape-program.ts";

const LANES = 16;
const real = fc.oneof(
  fc.constantFrom(0, -0, 1, 1e-300, 1e300, Infinity, -Infinity, NaN),
  fc.double({ min: -40, max: 40, noNaN: true }),
);
const mask = fc.constantFrom(-1, 0);

describe("sums over the lanes", () => {
  const backends: readonly Backend[] = [INTERPRETER, wasm({ after: 0 }), wasmKernels(), jit()];
  const rows = Object.values(INSTRUCTIONS).flatMap(({ effect, ...row }) =>
    effect.does === "addLanes" ? [{ ...row, effect }] : [],
  );
  describe.each(backends.map((backend) => ({ title: backend.name, backend })))("$title", ({ backend }) => {
    test.each(rows)(
      "$name adds its terms to the sums over even and odd lanes, bit for bit",
      ({ name, reads, effect }) => {
        const { count, width, formula } = effect;
        const isLane = (j: number): boolean => reads[j]!.place === "lane";
        const column = (kind: Kind): fc.Arbitrary<number[]> =>
          fc.array(kind === "mask" ? mask : real, { minLength: LANES, maxLength: LANES });
        const passes = fc.array(fc.integer({ min: 1, max: LANES / 2 }), { minLength: 1, maxLength: 2 });
        fc.assert(
          fc.property(
            fc.tuple(...reads.map(({ kind }) => column(kind))),
            passes,
            fc.integer({ min: 1, max: LANES }),
            (columns, even, last) => {
              let free = 2 * count;
              const operands = reads.map((_, j): Place => {
                const offset = free;
                free += LANES;
                return { offset, lane: isLane(j) };
              });
              const step: Step = { name, result: { offset: 0, lane: false }, operands };
              const { slots, masks, runLanes } = backend.load(
                tapeProgram({ lanes: LANES, realSlots: free, maskSlots: free, lane: [step] }),
              );
              for (const [j, values] of columns.entries())
                (reads[j]!.kind === "mask" ? masks : slots).set(values, operands[j]!.offset);
              const expected = new Float64Array(2 * count);
              // Only the last pass may have an odd number of lanes.
              for (const lanes of [...even.map((n) => 2 * n), last]) {
                runLanes(lanes);
                for (let t = 0; t < count; t++)
                  for (let i = 0; i < lanes; i++) {
                    const term = Array.from({ length: width }, (_, j) => {
                      const at = t * width + j;
                      return columns[at]![isLane(at) ? i : 0]!;
                    });
                    expected[2 * t + (i % 2)]! += formula(...term);
                  }
              }
              expect(slots.slice(0, 2 * count)).toEqual(expected);
            },
          ),
          { numRuns: amount(10, 30) },
        );
      },
    );
  });
});

test.each(Object.entries(SCALAR_CODES).filter(([name]) => KERNELS[name]))(
  "%s without a call has the bits of its kernel",
  (name, scalar) => {
    const kinds = rowOf(name as InstructionName).reads.map(({ kind }) => kind);
    const variants = KERNELS[name]!;
    const kernel = variants[variants.length - 1] ?? variants[0]!;
    const room = 8; // of the result: four sums in two parts
    const offsets = Int32Array.from({ length: kinds.length + 1 }, (_, j) => (j === 0 ? 0 : room + j - 1));
    const code = { kernels: [kernel], offsets, starts: Int32Array.of(0) };
    fc.assert(
      fc.property(fc.tuple(...kinds.map((kind) => (kind === "mask" ? mask : real))), (operands) => {
        const run = (execute: (s: Float64Array, m: Int32Array) => void): [Float64Array, Int32Array] => {
          const [s, m] = [new Float64Array(room + kinds.length).fill(0.5), new Int32Array(room + kinds.length)];
          operands.forEach((value, j) => {
            (kinds[j] === "mask" ? m : s)[room + j] = value;
          });
          execute(s, m);
          return [s, m];
        };
        expect(run((s, m) => runScalars(Uint8Array.of(scalar), Int32Array.of(1), code, s, m))).toEqual(
          run((s, m) => kernel(s, m, 1, offsets, 0)),
        );
      }),
      { numRuns: amount(40, 100) },
    );
  },
);

/** Mean of each output over the lanes of a graph's two lane inputs, by its plan of means and by every lane. */
function bothMeans(build: (graph: Graph, x: NodeId, y: NodeId, u: NodeId) => NodeId[], points: number[][], u: number) {
  const graph = new Graph();
  const [x, y, input] = [graph.input("x", true), graph.input("y", true), graph.input("u", false)];
  const outputs = build(graph, x, y, input);
  const n = points.length;
  const each = compileTape(graph, outputs, { laneInputs: [x, y], lanes: n });
  const lanes = compileTape(graph, [], { laneInputs: [x, y], lanes: n, plan: planMeans(graph, outputs) });
  for (const tape of [each, lanes]) {
    for (const { offset } of tape.uniformInputs) tape.slots[offset] = u;
    points.forEach(([a, b], i) => {
      tape.slots[tape.noiseOffset + i] = a!;
      tape.slots[tape.noiseOffset + tape.stride + i] = b!;
    });
    runUniform(tape);
    runLanes(tape, n);
  }
  for (let at = 0; at < 2 * lanes.sums; at += 2) lanes.slots[at] = (lanes.slots[at]! + lanes.slots[at + 1]!) / n;
  runRest(lanes);
  return {
    sums: lanes.sums,
    instructions: [each.size.lane, lanes.size.lane],
    found: lanes.outputs.map(({ offset }) => lanes.slots[offset]!),
    expected: each.outputs.map(({ offset, lane }) =>
      lane ? points.reduce((sum, _, i) => sum + each.slots[offset + i]!, 0) / n : each.slots[offset]!,
    ),
  };
}

describe("means of a graph's outputs", () => {
  const points = Array.from({ length: 7 }, (_, i) => [Math.sin(i), Math.cos(3 * i)]);

  test("what is linear is not computed in the lanes", () => {
    const { sums, instructions, found, expected } = bothMeans(
      ({ algebra: A }, x, y, u) => [
        A.add(A.mul(u, A.exp(x)), A.mul(A.exp(u), A.exp(y))),
        A.sub(A.mul(A.sin(u), A.exp(x)), A.div(A.exp(y), u)),
        A.neg(A.exp(x)),
      ],
      points,
      0.7,
    );
    // Two exponentials, and one instruction for both of their sums.
    expect(instructions).toEqual([5, 3]);
    expect(sums).toBe(2);
    for (const [p, value] of found.entries()) expect(value).toBeCloseTo(expected[p]!, 14);
  });

  test.each<[string, (A: Algebra, s: NodeId, u: NodeId) => NodeId]>([
    ["s + u", (A, s, u) => A.add(s, u)],
    ["u + s", (A, s, u) => A.add(u, s)],
    ["s − u", (A, s, u) => A.sub(s, u)],
    ["u − s", (A, s, u) => A.sub(u, s)],
  ])("the square of %s is summed from s, which is not shifted in the lanes", (_, shifted) => {
    const { instructions, found, expected } = bothMeans(
      ({ algebra: A }, x, _y, u) => [A.square(shifted(A, A.sin(x), A.exp(u)))],
      points,
      0.7,
    );
    expect(instructions).toEqual([3, 2]);
    expect(found[0]).toBeCloseTo(expected[0]!, 14);
  });

  test("the square of a product, or of a sum of what differs between lanes, is summed as it is", () => {
    const { instructions, found, expected } = bothMeans(
      ({ algebra: A }, x, y) => [A.square(A.mul(A.sin(x), y)), A.square(A.add(A.sin(x), y))],
      points,
      0.7,
    );
    // The sine, the product, the sum, and one instruction for both sums of squares.
    expect(instructions).toEqual([5, 4]);
    for (const [p, value] of found.entries()) expect(value).toBeCloseTo(expected[p]!, 14);
  });

  test("outputs that are uniform, an input, or the same twice", () => {
    const { found, expected } = bothMeans(({ algebra: A }, x, _y, u) => [A.exp(u), x, x, A.mul(x, x)], points, 0.7);
    for (const [p, value] of found.entries()) expect(value).toBeCloseTo(expected[p]!, 14);
  });

  test("a zero weight absorbs a mean that is infinite", () => {
    const { found } = bothMeans(
      ({ algebra: A }, x, _y, u) => [A.chain(A.sub(u, u), A.exp(A.mul(A.exp(A.exp(u)), x)))],
      [[800, 0]],
      2,
    );
    expect(found).toEqual([0]);
  });

  test("random graphs", () => {
    const instruction = fc.tuple(fc.nat(8), fc.nat(1000), fc.nat(1000), fc.nat(1000));
    fc.assert(
      fc.property(
        fc.array(instruction, { minLength: 1, maxLength: 40 }),
        fc.double({ min: -2, max: 2, noNaN: true }),
        (code, u) => {
          const build = (graph: Graph, x: NodeId, y: NodeId, input: NodeId): NodeId[] => {
            const { algebra: A } = graph;
            const nodes = [x, y, input, graph.constant(0.5)];
            const pick = (k: number): NodeId => nodes[k % nodes.length]!;
            for (const [op, i, j, k] of code) {
              const [a, b, c] = [pick(i), pick(j), pick(k)];
              nodes.push(
                [
                  () => A.add(a, b),
                  () => A.sub(a, b),
                  () => A.mul(a, b),
                  () => A.neg(a),
                  () => A.square(a),
                  () => A.chain(a, b),
                  () => A.where(A.positive(a), b, c),
                  () => A.sin(a),
                  () => A.div(a, graph.constant(3)),
                ][op]!(),
              );
            }
            return nodes.slice(-3);
          };
          const { found, expected } = bothMeans(build, points, u);
          found.forEach((value, p) => {
            const size = Math.abs(expected[p]!);
            if (size < 1e12) expect(Math.abs(value - expected[p]!)).toBeLessThan(1e-9 * Math.max(1, size));
          });
        },
      ),
      { numRuns: amount(100, 300) },
    );
  });
});

describe("mean gradients", () => {
  const cases = [gmm, textmsg, influenza, temperature, walk, xornet].flatMap((model) =>
    [score({ baseline: "none" }), reparam(), lyy18(), corrected()]
      .filter((estimator) => estimator.name !== "lyy18" || model !== xornet)
      .map((estimator) => ({ title: `${model.name} ${estimator.name}`, model, estimator })),
  );

  test.each(cases)("$title: by sums as by every sample", ({ model, estimator }) => {
    const { mu, rho } = model.init!;
    const theta = Float64Array.from([...Array.from(mu), ...Array.from(rho)], (value, i) => value + 1e-3 * Math.sin(i));
    const draw = { generator: makeGenerator(3), stream: 0, firstSample: 0, samples: 77 };
    const sampler = makeSampler(model, estimator);
    expect(sampler.means).toBeDefined();
    const found = new Float64Array(theta.length);
    const elbo = meanGradientInto(found, sampler, theta, draw);
    const moments = makeMoments(sampler);
    momentsInto(moments, sampler, theta, draw);
    // Up to the rounding of sums whose terms have this spread.
    [...found, elbo].forEach((value, p) => {
      const spread = Math.sqrt(moments.mean[p]! ** 2 + (moments.variance[p]! || 0));
      expect(Math.abs(value - moments.mean[p]!), `component ${p}`).toBeLessThanOrEqual(1e-11 * Math.max(1, spread));
    });
  });

  test.each([1, 2, 3, 5, 64, 256])("the same bits with %d lanes", (lanes) => {
    const theta = Float64Array.of(5, 5.1, 0.1, 0, 0.1, 0.2);
    const draw = { generator: makeGenerator(3), stream: 0, firstSample: 0, samples: 77 };
    const [expected, found] = [undefined, lanes].map((asked) => {
      const out = new Float64Array(6);
      const sampler = makeSampler(textmsg, corrected(), asked === undefined ? {} : { lanes: asked });
      return [meanGradientInto(out, sampler, theta, draw), ...out];
    });
    expect(found).toEqual(expected);
  });
});
