/** What `npm run bench` prints. Times are medians; ratios are medians of ratios within this run. */
import { add, gt, mul, type Real } from "../src/autodiff/expr.ts";
import { INTERPRETER } from "../src/autodiff/interpreter.ts";
import { runLanes, runUniform } from "../src/autodiff/tape.ts";
import { jit } from "../src/backends/jit.ts";
import { wasm } from "../src/backends/wasm.ts";
import { wasmKernels } from "../src/backends/wasm-kernels.ts";
import { normal } from "../src/distributions/normal.ts";
import { analyseBoundaries } from "../src/estimators/boundaries.ts";
import type { Estimator } from "../src/estimators/estimator.ts";
import { corrected, lyy18, reparam, score } from "../src/estimators/index.ts";
import { buildTarget } from "../src/estimators/target.ts";
import { fit as fitted } from "../src/inference/fit.ts";
import { adam } from "../src/inference/optimizers.ts";
import { makeSampler, meanGradientInto } from "../src/inference/sampler.ts";
import { gmm } from "../src/models/gmm.ts";
import { defineModel } from "../src/program/model.ts";
import { fillNormals, makeGenerator } from "../src/random/index.ts";
import { ALL_BOUNDARIES, byHand, byTape, disagreement, HAND_WRITTEN, inputsOf, pointOf } from "./gradients.ts";
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

/** The program of a model in C, compiled in two ways and run on the given inputs. */
export type Native = (
  model: string,
  inputs: Float64Array,
) => readonly { readonly name: string; readonly median: number; readonly least: number; readonly out: number[] }[];

export function bench(length: Length, print: Print, native?: Native): void {
  const effort = EFFORT[length];
  estimators(effort, print);
  besideHand(effort, print, native);
  noise(effort, print);
  wholeFit(effort, print);
  if (length !== "short") growth(length === "full" ? 5 : 3, print);
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

function besideHand({ samples, repeats, milliseconds }: Effort, print: Print, native?: Native): void {
  print(`\nCorrected gradient of ${samples} samples, all boundaries, noise made beforehand: ns per sample`);
  for (const { model, hand } of HAND_WRITTEN) {
    const written = byHand(model, hand, samples);
    const candidates = [
      written,
      byTape("interpreter", model, samples),
      byTape("generated JavaScript", model, samples, { backend: jit() }),
      byTape("WebAssembly kernels", model, samples, { backend: wasmKernels() }),
      byTape("generated WebAssembly", model, samples, { backend: wasm({ after: 0 }) }),
    ];
    for (const candidate of candidates) candidate.run();
    for (const { name, out } of candidates) {
      const difference = disagreement(written.out, out);
      if (!(difference < 1e-9))
        throw new RangeError(
          `bench: ${name} disagrees on ${model.name}; got relative difference ${difference}, expected < 1e-9`,
        );
    }
    const inC = native?.(model.name, inputsOf(model, hand, samples)) ?? [];
    const [reference] = report(`${model.name}`, candidates, samples, repeats, milliseconds, print);
    // Before and after the others: the better of the two medians.
    const again = native?.(model.name, inputsOf(model, hand, samples)) ?? [];
    inC.forEach(({ name, out, ...first }, index) => {
      const difference = disagreement(written.out, Float64Array.from(out));
      if (!(difference < 1e-9))
        throw new RangeError(`bench: ${name} disagrees on ${model.name}; got ${difference}, expected < 1e-9`);
      const [median, least] = [
        Math.min(first.median, again[index]!.median),
        Math.min(first.least, again[index]!.least),
      ];
      const ratio = (median * samples) / (1e6 * reference!.median);
      print(
        columns(
          [`${model.name} ${name}`, median.toFixed(1), `least ${least.toFixed(1)}`, `× ${ratio.toFixed(2)}`],
          WIDTHS,
        ),
      );
    });
  }
}
const WIDTHS = [36, 10, 14, 9];

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
        WIDTHS,
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

/** Time against size: a chain of latents with a condition and an observation each. */
function growth(decades: number, print: Print): void {
  print("\nGrowth of reparam on a chain: lane instructions, time to make the tape, ns per sample and link");
  const estimator = reparam();
  for (let decade = 2; decade <= decades; decade++) {
    const links = 10 ** decade;
    const chain = defineModel("chain", ({ sample, observe, where }) => {
      let state: Real = sample("start", normal(0, 1));
      for (let k = 0; k < links; k++) {
        state = add(mul(0.9, state), where(gt(state, 0), 0.1, -0.1));
        observe(normal(state, 1), Math.sin(k), `link ${k}`);
      }
    });
    const start = performance.now();
    const { tape } = makeSampler(chain, estimator);
    const making = performance.now() - start;
    runUniform(tape);
    const run = (): number => {
      runLanes(tape, tape.lanes);
      return tape.slots[tape.outputs[0]!.offset]!;
    };
    const [timing] = sideBySide([{ name: "", run }], 5, 10);
    const perLink = (timing!.median * 1e6) / tape.lanes / links;
    print(columns([`${links} links`, tape.size.lane, `${making.toFixed(0)} ms`, perLink.toFixed(2)], [16, 10, 10, 8]));
  }
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
