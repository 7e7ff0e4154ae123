/** Engine, hand-written JavaScript and C side by side: the same gradient from the same noise, compared before it is timed. */
import { jit } from "../src/backends/jit.ts";
import { wasm } from "../src/backends/wasm.ts";
import { wasmKernels } from "../src/backends/wasm-kernels.ts";
import { byHand, byTape, disagreement, HAND_WRITTEN, inputsOf, ONE_BOUNDARY } from "./gradients.ts";
import { columns, type Print, printTime, report } from "./print.ts";
import type { Effort } from "./timing.ts";

/** Nanoseconds per sample of a program in C, and the summed gradient that it computes. */
export interface NativeResult {
  readonly median: number;
  readonly least: number;
  readonly out: readonly number[];
}

/** Compiles a program of bench/c with `gcc -O3 -march=native` and more flags, and runs it on the inputs. */
export type Native = (source: string, flags: string, inputs: Float64Array) => NativeResult;

const BACKENDS = [
  ["interpreter", {}],
  ["generated JavaScript", { backend: jit() }],
  ["WebAssembly kernels", { backend: wasmKernels() }],
  ["generated WebAssembly", { backend: wasm({ after: 0 }) }],
] as const;
const [STRICT, FAST] = ["-ffp-contract=off", "-ffast-math"];

export function sameGradient(effort: Effort, print: Print, native?: Native): void {
  const { samples } = effort;
  print(`\nGradient of ${samples} samples, noise made beforehand: ns per sample`);
  print("All boundaries in every sample; then the algorithm of the paper, one boundary drawn for each sample");
  for (const { model, hand } of HAND_WRITTEN) {
    const all = [
      byHand(model, hand, samples),
      ...BACKENDS.map(([name, options]) => byTape(name, model, samples, options)),
    ];
    const drawn = BACKENDS.map(([name, options]) =>
      byTape(`paper's, ${name}`, model, samples, { ...options, estimator: ONE_BOUNDARY }),
    );
    const [inputs, paper] = [inputsOf(model, hand, samples), inputsOf(model, hand, samples, ONE_BOUNDARY)];
    const programs = [
      { name: "C, strict", source: model.name, flags: STRICT, inputs, like: all },
      { name: "C, -ffast-math", source: model.name, flags: FAST, inputs, like: all },
      { name: "paper's, C, strict", source: `paper/${model.name}`, flags: STRICT, inputs: paper, like: drawn },
    ];
    const inC = (): NativeResult[] =>
      native ? programs.map(({ source, flags, inputs }) => native(source, flags, inputs)) : [];

    const before = inC();
    for (const candidate of [...all, ...drawn]) candidate.run();
    for (const same of [all, drawn])
      for (const { name, out } of same) requireEqual(model.name, name, same[0]!.out, out);
    before.forEach(({ out }, i) => {
      requireEqual(model.name, programs[i]!.name, programs[i]!.like[0]!.out, Float64Array.from(out));
    });

    const timings = report(model.name, [...all, ...drawn], samples, effort, print);
    const times = timings.map(({ name, median }) => ({ name, median: (median * 1e6) / samples }));
    // The programs in C run before and after the others: the better of the two medians.
    inC().forEach(({ median, least }, i) => {
      const best = Math.min(median, before[i]!.median);
      times.push({ name: programs[i]!.name, median: best });
      printTime(
        print,
        `${model.name} ${programs[i]!.name}`,
        best,
        Math.min(least, before[i]!.least),
        best / times[0]!.median,
      );
    });
    if (native) besidePaper(model.name, times, print);
  }
}

/** How many samples with all boundaries are computed in the time of one of the paper's in C. */
function besidePaper(
  model: string,
  times: readonly { readonly name: string; readonly median: number }[],
  print: Print,
) {
  const paper = times.at(-1)!.median;
  const cells = times.slice(0, 1 + BACKENDS.length).map(({ name, median }) => `${name} ${(paper / median).toFixed(2)}`);
  print(columns([`${model}: paper's algorithm in C, strict ÷`, cells.join(", ")], [44, 0]));
}

function requireEqual(model: string, name: string, expected: Float64Array, got: Float64Array): void {
  const difference = disagreement(expected, got);
  if (!(difference < 1e-9))
    throw new RangeError(
      `bench: ${name} disagrees on ${model}; got relative difference ${difference}, expected < 1e-9`,
    );
}
