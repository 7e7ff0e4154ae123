/** What a sample costs in gradients of few samples, relative to its share in a large one; noise included. */
import { wasmKernels } from "../src/backends/wasm-kernels.ts";
import { makeSampler, meanGradientInto } from "../src/inference/sampler.ts";
import { makeGenerator } from "../src/random/index.ts";
import { ALL_BOUNDARIES, HAND_WRITTEN, pointOf } from "./gradients.ts";
import { columns, type Print } from "./print.ts";
import { type Effort, sideBySide } from "./timing.ts";

const SMALLER = [64, 16, 4, 2, 1];
const BACKENDS = [
  ["interpreter", {}],
  ["WebAssembly kernels", { backend: wasmKernels() }],
] as const;

export function smallBatches({ samples: largest, repeats, milliseconds }: Effort, print: Print): void {
  const widths = [34, 12, ...SMALLER.map(() => 8)];
  print(
    `\nAll boundaries, noise included: ns per sample in gradients of ${largest} samples, and its multiple in smaller ones`,
  );
  print(columns(["", largest, ...SMALLER], widths));
  for (const { model } of HAND_WRITTEN)
    for (const [name, options] of BACKENDS) {
      const theta = pointOf(model);
      const out = new Float64Array(theta.length);
      const generator = makeGenerator(1);
      const candidates = [largest, ...SMALLER].map((samples) => {
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
