/** Gradients with all boundaries by the library beside the paper's algorithm in C, noise included on both sides. */
import { corrected, makeSampler, type NoiseOptions, wasm, wasmKernels } from "../library.ts";
import { columns, type Print, report } from "../tools/print.ts";
import { type Native, requireEqual, STRICT } from "../tools/programs.ts";
import type { Effort } from "../tools/timing.ts";
import { inputsOf, ONE_BOUNDARY, onFreshNoise, type Written } from "./gradients.ts";

const BACKENDS = [
  ["interpreter", {}],
  ["WebAssembly kernels", { backend: wasmKernels() }],
  ["generated WebAssembly", { backend: wasm({ after: 0 }) }],
] as const;

const NOISES: readonly (readonly [name: string, options: NoiseOptions])[] = [
  ["independent", { points: "random", pairing: "independent" }],
  ["antithetic pairs", { points: "random", pairing: "antithetic" }],
  ["Sobol points in pairs", { points: "rqmc", pairing: "antithetic" }],
];

export function besidePaper(effort: Effort, print: Print, models: readonly Written[], native?: Native): void {
  const { samples } = effort;
  print(`\nGradient of ${samples} samples, noise included: ns per sample`);
  for (const { model, hand } of models) {
    const { name } = model;
    // The noise of a sampler is that of the estimator that it is made with.
    const ofLibrary = NOISES.map(([noise, noiseOptions]) => {
      const estimator = corrected({ marginalise: false, ...noiseOptions });
      return BACKENDS.map(([backend, options]) =>
        onFreshNoise(`${backend}, ${noise}`, makeSampler(model, estimator, options), samples),
      );
    });
    const programs = native
      ? [
          native("paper's, C", `paper/${name}`, STRICT, inputsOf(model, hand, samples, ONE_BOUNDARY), "made"),
          native("C", name, STRICT, inputsOf(model, hand, samples), "made"),
        ]
      : [];
    // The programs' normals are independent: of the paper's estimator, and of the first noise.
    requireEqual(name, [onFreshNoise("paper's", makeSampler(model, ONE_BOUNDARY), samples), ...programs.slice(0, 1)]);
    ofLibrary.forEach((gradients, index) => {
      requireEqual(name, index === 0 ? [...gradients, ...programs.slice(1)] : gradients);
    });
    const timings = report(name, [...programs, ...ofLibrary.flat()], samples, effort, print);
    if (!native) continue;
    NOISES.forEach(([noise], index) => {
      const from = programs.length + index * BACKENDS.length;
      const cells = BACKENDS.map(([backend], b) => `${backend} ${(1 / timings[from + b]!.ratio).toFixed(2)}`);
      print(columns([`${name}: paper's in C ÷ ${noise}`, cells.join(", ")], [46, 0]));
    });
  }
}
