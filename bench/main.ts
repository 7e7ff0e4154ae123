/** What `npm run bench` prints. Times are medians; ratios are medians of ratios within this run. */
import { INTERPRETER } from "../src/autodiff/interpreter.ts";
import { jit } from "../src/backends/jit.ts";
import { wasm } from "../src/backends/wasm.ts";
import { wasmKernels } from "../src/backends/wasm-kernels.ts";
import { analyseBoundaries } from "../src/estimators/boundaries.ts";
import type { Estimator } from "../src/estimators/estimator.ts";
import { corrected, lyy18, reparam, score } from "../src/estimators/index.ts";
import { buildTarget } from "../src/estimators/target.ts";
import { fit as fitted } from "../src/inference/fit.ts";
import { adam } from "../src/inference/optimizers.ts";
import { makeSampler, meanGradientInto } from "../src/inference/sampler.ts";
import { gmm } from "../src/models/gmm.ts";
import { fillNormals, makeGenerator } from "../src/random/index.ts";
import { ALL_BOUNDARIES, byHand, byTape, disagreement, HAND_WRITTEN, pointOf } from "./gradients.ts";
import { type Candidate, sideBySide, spent, type Timing } from "./timing.ts";

export type Length = "smoke" | "short" | "full";
interface Effort {
  readonly repeats: number;
  /** Milliseconds per measurement. */
  readonly milliseconds: number;
  readonly samples: number;
  readonly fitSteps: number;
}
const EFFORT: { readonly [L in Length]: Effort } = {
  smoke: { repeats: 1, milliseconds: 1, samples: 256, fitSteps: 50 },
  short: { repeats: 11, milliseconds: 15, samples: 1024, fitSteps: 10_000 },
  full: { repeats: 31, milliseconds: 60, samples: 1024, fitSteps: 10_000 },
};

type Print = (line: string) => void;

export function bench(length: Length, print: Print): void {
  const effort = EFFORT[length];
  estimators(effort, print);
  besideHand(effort, print);
  noise(effort, print);
  wholeFit(effort, print);
  print(`(sum of everything computed: ${spent().toPrecision(3)})`);
}

const columns = (cells: readonly (string | number)[], widths: readonly number[]): string =>
  cells.map((cell, i) => (i === 0 ? String(cell).padEnd(widths[i]!) : String(cell).padStart(widths[i]!))).join("  ");

const ESTIMATORS: readonly (readonly [name: string, estimator: Estimator])[] = [
  ["score", score()],
  ["reparam", reparam()],
  ["lyy18", lyy18()],
  ["all boundaries", ALL_BOUNDARIES],
  ["corrected", corrected()],
];

function estimators(effort: Effort, print: Print): void {
  const widths = [26, 9, 8, 8, 7, 11, 11, 13];
  print("\nEvery model × estimator: instructions on the tape, time to make it, gradient samples (noise included)");
  print(columns(["", "uniform", "lane", "slots", "lanes", "trace ms", "compile ms", "samples/s"], widths));
  for (const model of [gmm, ...HAND_WRITTEN.map((entry) => entry.model)]) {
    for (const [name, estimator] of ESTIMATORS) {
      const make = (): { tracing: number; all: number; sampler: ReturnType<typeof makeSampler> } => {
        const start = performance.now();
        analyseBoundaries(buildTarget(model, estimator.graphOptions));
        const traced = performance.now();
        const sampler = makeSampler(model, estimator);
        return { tracing: traced - start, all: performance.now() - traced, sampler };
      };
      make();
      const { tracing, all, sampler } = make();
      const theta = pointOf(model);
      const out = new Float64Array(theta.length);
      const draw = { generator: makeGenerator(1), stream: 0, firstSample: 0, samples: effort.samples };
      const run = (): number => meanGradientInto(out, sampler, theta, draw);
      const [timing] = sideBySide([{ name: "", run }], Math.min(3, effort.repeats), effort.milliseconds);
      const { size, lanes } = sampler.tape;
      const perSecond = Math.round((effort.samples / timing!.median) * 1000);
      const compile = Math.max(0, all - tracing);
      print(
        columns(
          [
            `${model.name} ${name}`,
            size.uniform,
            size.lane,
            size.laneSlots,
            lanes,
            tracing.toFixed(1),
            compile.toFixed(1),
            perSecond,
          ],
          widths,
        ),
      );
    }
  }
}

declare const performance: { now(): number };

function besideHand({ samples, repeats, milliseconds }: Effort, print: Print): void {
  print(`\nCorrected gradient of ${samples} samples, all boundaries, noise made beforehand: ns per sample`);
  for (const { model, hand } of HAND_WRITTEN) {
    const written = byHand(model, hand, samples);
    const candidates = [
      written,
      byTape("interpreter", model, samples),
      byTape("generated JavaScript", model, samples, { backend: jit() }),
      byTape("WebAssembly kernels", model, samples, { backend: wasmKernels() }),
      byTape("generated WebAssembly", model, samples, { backend: wasm({ after: 0 }), lanes: 64 }),
    ];
    for (const candidate of candidates) candidate.run();
    for (const { name, out } of candidates) {
      const difference = disagreement(written.out, out);
      if (!(difference < 1e-9))
        throw new RangeError(
          `bench: ${name} disagrees on ${model.name}; got relative difference ${difference}, expected < 1e-9`,
        );
    }
    report(`${model.name}`, candidates, samples, repeats, milliseconds, print);
  }
}

function report(
  title: string,
  candidates: readonly Candidate[],
  units: number,
  repeats: number,
  milliseconds: number,
  print: Print,
): Timing[] {
  const timings = sideBySide(candidates, repeats, milliseconds);
  for (const { name, median, least, ratio } of timings)
    print(
      columns(
        [
          `${title} ${name}`,
          ((median / units) * 1e6).toFixed(1),
          `least ${((least / units) * 1e6).toFixed(1)}`,
          `× ${ratio.toFixed(2)}`,
        ],
        [30, 10, 14, 9],
      ),
    );
  return timings;
}

function noise({ samples, repeats, milliseconds }: Effort, print: Print): void {
  print("\nStandard normals: ns per number");
  const out = new Float64Array(64 * 8);
  const generator = makeGenerator(1);
  const run = (): number => {
    for (let first = 0; first < samples; first += 64) fillNormals(out, 0, 64, generator, 0, first, 64, 8);
    return out[0]!;
  };
  report("normals", [{ name: "over 64 lanes", run }], samples * 8, repeats, milliseconds, print);
}

function wholeFit({ fitSteps }: Effort, print: Print): void {
  print(`\nA whole fit with all boundaries, ${fitSteps} Adam steps × 16 samples`);
  for (const { model } of HAND_WRITTEN)
    for (const backend of [INTERPRETER, jit(), wasmKernels(), wasm()]) {
      const options = {
        estimator: ALL_BOUNDARIES,
        optimizer: adam({ learningRate: 0.001 }),
        samples: 16,
        seed: 1,
        backend,
      };
      fitted(model, { ...options, steps: Math.min(200, fitSteps) });
      const start = performance.now();
      const { elboTrace } = fitted(model, { ...options, steps: fitSteps });
      const seconds = (performance.now() - start) / 1000;
      const last = elboTrace.slice(-Math.ceil(fitSteps / 10));
      const elbo = last.reduce((total, value) => total + value, 0) / last.length;
      print(
        columns([`${model.name} ${backend.name}`, `${seconds.toFixed(2)} s`, `ELBO ${elbo.toFixed(2)}`], [22, 9, 16]),
      );
    }
}
