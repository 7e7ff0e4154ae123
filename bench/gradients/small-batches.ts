/** What a sample costs in gradients of few samples, relative to its share in a large one; noise included. */
import {
  adam,
  type Model,
  makeGenerator,
  makeSampler,
  meanGradientInto,
  noiseRequest,
  runLanes,
  runRest,
  runUniform,
  setParameters,
  wasm,
  wasmKernels,
} from "../library.ts";
import { columns, type Print } from "../tools/print.ts";
import { type Effort, sideBySide } from "../tools/timing.ts";
import { ALL_BOUNDARIES, pointOf, type Written } from "./gradients.ts";

const SMALLER = [64, 16, 4, 2, 1];
/** Of a run that is to show that it runs. */
const FEW = [1];
type Options = Parameters<typeof makeSampler>[2];
const BACKENDS: readonly (readonly [name: string, options: Options])[] = [
  ["interpreter", {}],
  ["WebAssembly kernels", { backend: wasmKernels() }],
  ["generated WebAssembly", { backend: wasm({ after: 0 }) }],
];

export function smallBatches(
  { samples: largest, repeats, milliseconds }: Effort,
  print: Print,
  models: readonly Written[],
): void {
  const smaller = repeats > 1 ? SMALLER : FEW;
  const widths = [34, 12, ...smaller.map(() => 8)];
  print(
    `\nAll boundaries, noise included: ns per sample in gradients of ${largest} samples, and its multiple in smaller ones`,
  );
  print(columns(["", largest, ...smaller], widths));
  for (const { model } of models)
    for (const [name, options] of BACKENDS) {
      const theta = pointOf(model);
      const out = new Float64Array(theta.length);
      const generator = makeGenerator(1);
      const candidates = [largest, ...smaller].map((samples) => {
        const sampler = makeSampler(model, ALL_BOUNDARIES, { ...options, ...(samples < 128 && { lanes: samples }) });
        const draw = { generator, stream: 0, firstSample: 0, samples };
        // As many samples in every run, whatever the batch.
        const run = (): number => {
          let sum = 0;
          for (let done = 0; done < largest; done += samples) sum += meanGradientInto(out, sampler, theta, draw);
          return sum;
        };
        return { name: String(samples), run };
      });
      const timings = sideBySide(candidates, repeats, milliseconds);
      const large = ((timings[0]!.median / largest) * 1e6).toFixed(0);
      const ratios = timings.slice(1).map(({ ratio }) => `× ${ratio.toFixed(2)}`);
      print(columns([`${model.name} ${name}`, `${large} ns`, ...ratios], widths));
    }
}

/** Where the time of a step with one sample goes: its parts, each by itself, and the step. */
export function oneSample({ repeats, milliseconds }: Effort, print: Print, models: readonly Written[]): void {
  const widths = [34, ...PARTS.map(() => 10)];
  print("\nA step of one sample, all boundaries, in ns: its parts, each run by itself, and all of it");
  print(columns(["", ...PARTS], widths));
  for (const { model } of models)
    for (const [name, options] of BACKENDS) {
      const parts = partsOf(model, options);
      const candidates = PARTS.map((part) => ({ name: part, run: () => repeated(parts[part]) }));
      const timings = sideBySide(candidates, repeats, milliseconds);
      const nanoseconds = timings.map(({ median }) => `${((median / STEPS) * 1e6).toFixed(0)} ns`);
      print(columns([`${model.name} ${name}`, ...nanoseconds], widths));
    }
}

const PARTS = ["uniform", "noise", "lanes", "rest", "optimiser", "step"] as const;
const STEPS = 200;

function repeated(part: (step: number) => void): number {
  for (let step = 1; step <= STEPS; step++) part(step);
  return STEPS;
}

function partsOf(model: Model, options: Options): { readonly [K in (typeof PARTS)[number]]: (step: number) => void } {
  const sampler = makeSampler(model, ALL_BOUNDARIES, { ...options, lanes: 1 });
  const engine = sampler.means!();
  const { tape } = engine;
  const { slots, noiseOffset, stride, executable } = tape;
  const { normals, noise } = sampler.nodes;
  const theta = pointOf(model);
  const moved = theta.slice();
  const gradient = new Float64Array(theta.length);
  const generator = makeGenerator(1);
  const draw = { generator, stream: 0, firstSample: 0, samples: 1 };
  const { fill } = noise!;
  const request = noiseRequest({
    out: slots,
    at: noiseOffset,
    stride,
    generator,
    lanes: 1,
    dimensions: normals.length,
    rowFill: executable.rowFill,
  });
  const optimizer = adam();
  const state = optimizer.init(theta.length);
  setParameters(engine, sampler.nodes, theta, 0);
  return {
    uniform: () => runUniform(tape),
    noise: (step) => {
      request.firstSample = step;
      fill(request);
    },
    lanes: () => runLanes(tape, 1),
    rest: () => runRest(tape),
    optimiser: (step) => optimizer.update(state, moved, gradient, step),
    step: (step) => {
      draw.firstSample = step;
      meanGradientInto(gradient, sampler, theta, draw);
      optimizer.update(state, moved, gradient, step);
    },
  };
}
