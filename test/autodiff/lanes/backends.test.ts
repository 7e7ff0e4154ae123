/** Models, blocks and fits on each back end: the bits are those of the interpreter. Single instructions: `instructions.test.ts`. */
import { beforeAll, describe, expect, test, vi } from "vitest";
import { auto } from "../../../src/autodiff/lanes/auto.ts";
import { FAST_INTERPRETER } from "../../../src/autodiff/lanes/interpreter/fast-interpreter.ts";
import { INTERPRETER } from "../../../src/autodiff/lanes/interpreter/interpreter.ts";
import { jit } from "../../../src/autodiff/lanes/javascript/jit.ts";
import { kernelModule } from "../../../src/autodiff/lanes/wasm/kernel-module.ts";
import { wasmKernels } from "../../../src/autodiff/lanes/wasm/kernels.ts";
import { wasm } from "../../../src/autodiff/lanes/wasm/wasm.ts";
import type { Backend, Place, Step, TapeProgram } from "../../../src/autodiff/tape/executable.ts";
import { corrected, type Estimator, lyy18, reparam, score } from "../../../src/estimators/index.ts";
import { fit, makeGenerator, makeSampler } from "../../../src/index.ts";
import { makeMoments, momentsInto } from "../../../src/inference/sampler/moments.ts";
import { conditions, gmm, influenza, temperature, textmsg } from "../../../src/models/index.ts";
import type { Model } from "../../../src/program/model.ts";
import { amount, SOAK } from "../../support/soak.ts";
import { tapeProgram } from "../../support/tape-program.ts";

const BACKENDS: readonly (readonly [string, Backend])[] = [
  ["the default", FAST_INTERPRETER],
  ["wasm", wasm({ after: 0 })],
  ["wasm in blocks of 7", wasm({ block: 7, after: 0 })],
  ["wasm from the second pass on", wasm({ after: 10 })],
  ["wasm kernels", wasmKernels()],
  ["auto", auto()],
  ["auto with fixed kernels", auto({ module: new WebAssembly.Module(kernelModule()), after: Infinity })],
  ["jit", jit()],
  ["jit in blocks of 7", jit({ block: 7 })],
];
/** Those that compute in ways of their own; the others cut what these do into other pieces. */
const DIFFERENT = SOAK ? BACKENDS : BACKENDS.filter(([name]) => /^(the default|wasm|wasm kernels|jit)$/.test(name));
const LANES = 6;
/** Moments of the gradient near the model's start, and of its norm. */
function momentsOf(model: Model, estimator: Estimator, backend: Backend): number[] {
  const { mu, rho } = model.init!;
  const theta = Float64Array.from([...Array.from(mu), ...Array.from(rho)], (value, i) => value + 1e-3 * Math.sin(i));
  // An odd number of samples: the last pass ends within a pair.
  const draw = { generator: makeGenerator(3), stream: 0, firstSample: 0, samples: 77 };
  const sampler = makeSampler(model, estimator, { lanes: 32, backend });
  const moments = makeMoments(sampler);
  momentsInto(moments, sampler, theta, draw);
  return [...moments.mean, ...moments.variance, moments.normVariance];
}

describe.each(
  [gmm, textmsg, influenza, temperature].flatMap((model) =>
    [score(), reparam(), lyy18(), corrected(), corrected({ marginalise: false })].map((estimator, index) => ({
      title: `${model.name} ${estimator.name}${index === 4 ? " with all boundaries" : ""}`,
      model,
      estimator,
    })),
  ),
)("$title", ({ model, estimator }) => {
  let expected: number[];
  beforeAll(() => {
    expected = momentsOf(model, estimator, INTERPRETER);
  });

  test.each(model === gmm ? BACKENDS : DIFFERENT)("has the interpreter's bits on %s", (_name, backend) => {
    expect(momentsOf(model, estimator, backend)).toEqual(expected);
  });
});

// Usually a third of them.
test("every kind of condition has the interpreter's bits", () => {
  for (const model of Object.values(conditions).filter((_, i) => SOAK || i % 3 === 0)) {
    const estimator = corrected({ marginalise: false });
    const expected = momentsOf(model, estimator, INTERPRETER);
    for (const [name, backend] of DIFFERENT)
      expect(momentsOf(model, estimator, backend), `${model.name} on ${name}`).toEqual(expected);
  }
});

test("one lane is enough: tapes of an odd number of lanes have room for the pair", () => {
  const theta = Float64Array.of(0.3, 0.1);
  const draw = { generator: makeGenerator(3), stream: 0, firstSample: 0, samples: 5 };
  const [expected, found] = [INTERPRETER, wasm({ after: 0 })].map((backend) => {
    const sampler = makeSampler(gmm, corrected(), { lanes: 1, backend });
    const moments = makeMoments(sampler);
    momentsInto(moments, sampler, theta, draw);
    return [sampler.each().tape.lanes, ...moments.mean];
  });
  expect(found!.slice(1)).toEqual(expected!.slice(1));
  expect([expected![0], found![0]]).toEqual([1, 2]);
});

test("what a block reads from a slot that it writes is what was there before, in whatever order it computes", () => {
  const at = (offset: number): Place => ({ offset, lane: true });
  const [x, y, minusX, sum] = [0, LANES, 2 * LANES, 3 * LANES].map(at) as [Place, Place, Place, Place];
  const lane: Step[] = [
    { name: "square", result: x, operands: [x] },
    { name: "square", result: y, operands: [y] },
    { name: "neg", result: sum, operands: [y] },
    // The second block needs −x last, after x has made way for y.
    { name: "neg", result: minusX, operands: [x] },
    { name: "add", result: x, operands: [y, y] },
    { name: "add", result: sum, operands: [sum, minusX] },
    { name: "add", result: sum, operands: [sum, x] },
  ];
  const [expected, found] = [INTERPRETER, wasm({ block: 3, after: 0 })].map((backend) => {
    const program = tapeProgram({ lanes: LANES, realSlots: 4 * LANES, lane, outputs: [sum, x] });
    const { slots, runLanes } = backend.load(program);
    for (let i = 0; i < 2 * LANES; i++) slots[i] = i + 0.5;
    runLanes(LANES);
    return [...slots.subarray(0, LANES), ...slots.subarray(3 * LANES)];
  });
  expect(found).toEqual(expected);
});

test("sizes of blocks that cannot be are refused", () => {
  for (const block of [0, 1.5, NaN, 2001])
    expect(() => wasm({ block })).toThrow(
      `wasm: block is out of range; got ${block}, expected an integer from 1 to 2000`,
    );
  expect(() => wasm({ after: NaN })).toThrow("wasm: after is out of range; got NaN, expected a number ≥ 0");
  expect(() => jit({ block: 0 })).toThrow("jit: block is out of range; got 0, expected an integer from 1 to 10000");
});

test("generated JavaScript is for tapes that engines optimise soon; longer ones run in the interpreter", () => {
  vi.stubGlobal(
    "Function",
    class {
      constructor() {
        throw new Error("code generation disallowed");
      }
    },
  );
  const [x, result] = [0, LANES].map((offset): Place => ({ offset, lane: true })) as [Place, Place];
  const program = (count: number): TapeProgram => {
    const lane = Array.from({ length: count }, (): Step => ({ name: "add", result, operands: [result, x] }));
    return tapeProgram({ lanes: LANES, realSlots: 2 * LANES, lane, outputs: [result] });
  };
  expect(() => jit().load(program(2000))).toThrow("code generation disallowed");
  const { slots, runLanes } = jit().load(program(2001));
  slots.fill(2, 0, LANES);
  runLanes(LANES);
  expect(slots[LANES]).toBe(4002);
  vi.unstubAllGlobals();
});

describe("auto", () => {
  const program = (expectedSamples?: number): TapeProgram =>
    tapeProgram({ lanes: LANES, realSlots: 8, expectedSamples });
  // What WebAssembly works on comes in pages.
  const isWasm = ({ slots }: { slots: Float64Array }): boolean => slots.buffer.byteLength % 65536 === 0;

  test("compiles where the samples pay for it, or their number is not known", () => {
    expect([100, 4999, 5000, 1e6, undefined].map((samples) => isWasm(auto().load(program(samples))))).toEqual([
      ...[false, false, true, true, true],
    ]);
    expect(isWasm(auto({ after: 50 }).load(program(100)))).toBe(true);
  });
});

test.each([textmsg, influenza, temperature])("fits of $name with few samples have the interpreter's bits", (model) => {
  // Under both estimators gradients are compared above.
  for (const estimator of [...amount([], [corrected()]), corrected({ marginalise: false })])
    for (const samples of SOAK ? [1, 3, 17] : [3]) {
      const traceOn = (backend: Backend): Float64Array =>
        fit(model, { backend, estimator, samples, steps: 6, seed: 1 }).elboTrace;
      const expected = traceOn(INTERPRETER);
      for (const [name, backend] of DIFFERENT)
        expect(traceOn(backend), `${model.name}, ${samples} samples on ${name}`).toEqual(expected);
    }
});

test("kernels.wasm, compiled beforehand as a bundler for an edge runtime does, has the interpreter's bits", () => {
  const bytes = kernelModule();
  expect(WebAssembly.validate(bytes)).toBe(true);
  const module = new WebAssembly.Module(bytes);
  const theta = Float64Array.of(0.3, 0.1);
  const draw = { generator: makeGenerator(3), stream: 0, firstSample: 0, samples: 50 };
  const [expected, found] = [INTERPRETER, wasmKernels({ module })].map((backend) => {
    const sampler = makeSampler(gmm, corrected(), { backend });
    const moments = makeMoments(sampler);
    momentsInto(moments, sampler, theta, draw);
    return [...moments.mean];
  });
  expect(found).toEqual(expected);
});
