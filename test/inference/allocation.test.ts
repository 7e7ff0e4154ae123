import v8 from "node:v8";
import { describe, expect, test } from "vitest";
import { FAST_INTERPRETER } from "../../src/autodiff/lanes/interpreter/fast-interpreter.ts";
import { jit } from "../../src/autodiff/lanes/javascript/jit.ts";
import { wasmKernels } from "../../src/autodiff/lanes/wasm/kernels.ts";
import { wasm } from "../../src/autodiff/lanes/wasm/wasm.ts";
import type { Backend } from "../../src/autodiff/tape/executable.ts";
import { corrected } from "../../src/estimators/index.ts";
import { fit } from "../../src/index.ts";
import type { FitOptions, FitStep } from "../../src/inference/fit/options.ts";
import { influenza, temperature, textmsg } from "../../src/models/index.ts";
import type { Model } from "../../src/program/model.ts";
import { amount, SOAK } from "../support/soak.ts";

const WARM_UP = amount(2000, 6000);
const WINDOW = amount(1000, 4000);
const WINDOWS = amount(3, 5);
const MOST_GROUPS = amount(32, 8);
/**
 * Mostly it is one to three bytes: one normal in 4096 lies in the tails, whose code engines do not optimise. A caller that is compiled
 * at a bad moment boxes up to two numbers of 16 bytes in a step; a number for each parameter or an object would be more.
 */
const ALLOWED = 40;

/**
 * Bytes that a step of a fit leaves on the heap: of three windows of steps (of five in the soak) after the warm-up the median, as a collection or a
 * compilation by the engine spoils one. It may take longer to compile what runs, so the lowest median of some such groups
 * is the answer; what allocates in every step is in all of them.
 */
function bytesPerStep(model: Model, samples: number, options: FitOptions = {}, groups = MOST_GROUPS): number {
  const used: number[] = [];
  let lowest = Infinity;
  let step = 0;
  const done = new Error("measured");
  // A fit looks at its signal before every step.
  const signal = {
    get aborted() {
      if (step >= WARM_UP && (step - WARM_UP) % WINDOW === 0) {
        used.push(v8.getHeapStatistics().used_heap_size);
        if (used.length === WINDOWS + 1) {
          const windows = used.slice(1).map((bytes, i) => Math.max(0, bytes - used[i]!) / WINDOW);
          lowest = Math.min(lowest, windows.sort((p, q) => p - q)[(WINDOWS - 1) / 2]!);
          used.splice(0, WINDOWS);
        }
      }
      step++;
      return lowest < ALLOWED || step > WARM_UP + WINDOWS * WINDOW * groups + 1;
    },
    reason: done,
  };
  expect(() => fit(model, { ...options, samples, steps: 1e6, signal })).toThrow(done);
  return lowest;
}

const BACKENDS: readonly (readonly [string, Backend])[] = [
  ["the interpreter", FAST_INTERPRETER],
  ["WebAssembly kernels", wasmKernels()],
  ["generated WebAssembly", wasm({ after: 0 })],
  ["generated JavaScript", jit()],
];

describe.each([
  ["textmsg", textmsg],
  ...(SOAK
    ? ([
        ["influenza", influenza],
        ["temperature", temperature],
      ] as const)
    : []),
] as const)("a step of a fit of %s", (_, model) => {
  for (const [name, backend] of BACKENDS)
    test(`leaves next to nothing on the heap on ${name}`, () => {
      expect(bytesPerStep(model, 16, { backend }), "16 samples").toBeLessThan(ALLOWED);
      const estimator = corrected({ marginalise: false });
      expect(bytesPerStep(model, 1, { backend, estimator }), "1 sample, all boundaries").toBeLessThan(ALLOWED);
    });
});

test.each([
  ["a small object", (step: FitStep) => step],
  ["four boxed numbers", ({ elbo }: FitStep) => [elbo, 2 * elbo, 3 * elbo, 4 * elbo]],
])("the measurement sees %s in a step", (_, made) => {
  const kept: unknown[] = [undefined];
  const onProgress = (step: FitStep): void => {
    kept[0] = made(step);
  };
  expect(bytesPerStep(textmsg, 1, { onProgress }, amount(3, MOST_GROUPS))).toBeGreaterThan(1.5 * ALLOWED);
});
