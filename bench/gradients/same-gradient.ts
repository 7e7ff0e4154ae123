/** Engine, hand-written JavaScript and C side by side: the same gradient from the same noise, compared before it is timed. */
import { jit, wasm, wasmKernels } from "../library.ts";
import { type Print, report } from "../tools/print.ts";
import { FAST, type Native, requireEqual, STRICT } from "../tools/programs.ts";
import type { Effort } from "../tools/timing.ts";
import { byHand, byTape, inputsOf, ONE_BOUNDARY, type Written } from "./gradients.ts";

const BACKENDS = [
  ["interpreter", {}],
  ["generated JavaScript", { backend: jit() }],
  ["WebAssembly kernels", { backend: wasmKernels() }],
  ["generated WebAssembly", { backend: wasm({ after: 0 }) }],
] as const;

export function sameGradient(effort: Effort, print: Print, models: readonly Written[], native?: Native): void {
  const { samples } = effort;
  print(`\nGradient of ${samples} samples, noise made beforehand: ns per sample`);
  print("All boundaries in every sample; then the algorithm of the paper, one boundary drawn for each sample");
  for (const { model, hand } of models) {
    const { name } = model;
    const inputs = inputsOf(model, hand, samples);
    const drawn = inputsOf(model, hand, samples, ONE_BOUNDARY);
    const all = [
      byHand(model, hand, samples),
      ...BACKENDS.map(([backend, options]) => byTape(backend, model, samples, options)),
      ...(native
        ? [
            native("C, strict", name, STRICT, inputs, "given"),
            native("C, strict, noise included", name, STRICT, inputs, "made"),
            native("C, -ffast-math", name, FAST, inputs, "given"),
          ]
        : []),
    ];
    const papers = [
      ...BACKENDS.map(([backend, options]) =>
        byTape(`paper's, ${backend}`, model, samples, { ...options, estimator: ONE_BOUNDARY }),
      ),
      ...(native ? [native("paper's, C, strict", `paper/${name}`, STRICT, drawn, "given")] : []),
    ];
    requireEqual(name, all);
    requireEqual(name, papers);
    report(name, [...all, ...papers], samples, effort, print);
  }
}
