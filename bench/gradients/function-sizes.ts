/** Generated code against the size of its functions: time to compile a tape, and to run it. */
import {
  add,
  type Backend,
  defineModel,
  FAST_INTERPRETER,
  gt,
  jit,
  type Model,
  makeSampler,
  mul,
  normal,
  type Real,
  reparam,
  wasm,
  wasmKernels,
  where,
} from "../library.ts";
import { columns, type Print } from "../tools/print.ts";
import { cpuTime, type Effort, sideBySide } from "../tools/timing.ts";
import { onSampler, prepared } from "./gradients.ts";

const SAMPLES = 256;
const BACKENDS: readonly (readonly [name: string, backend: Backend])[] = [
  ["interpreter", FAST_INTERPRETER],
  ["WebAssembly kernels", wasmKernels()],
  ...[100, 300, 1000, 2000].map((block) => [`WebAssembly, functions of ${block}`, wasm({ block, after: 0 })] as const),
  ...[30, 100, 1000].map((block) => [`JavaScript, functions of ${block}`, jit({ block })] as const),
];

/** About five instructions for each link, every one of which depends on the one before. */
const links = (count: number): Model =>
  defineModel(
    "links",
    ({ sample, observe }) => {
      let state: Real = sample("z", normal(0, 1));
      for (let k = 0; k < count; k++) {
        state = add(mul(0.9, state), where(gt(state, 0), 0.1, -0.1));
        observe(normal(state, 1), Math.sin(k), `y${k}`);
      }
    },
    { init: { mu: [0.1], rho: [0] } },
  );

export function functionSizes(largest: number, effort: Effort, print: Print): void {
  const sizes = [40, 400, 4000, 20_000].filter((count) => 5 * count <= largest);
  print("\nSizes of generated functions: ms to compile a tape, and ns per sample and instruction");
  const rows = BACKENDS.map(([name]) => [name]);
  const instructions: number[] = [];
  for (const count of sizes) {
    const model = links(count);
    const timed = BACKENDS.map(([name, backend]) => {
      let milliseconds = 0;
      const timing: Backend = {
        ...backend,
        load(program) {
          const start = cpuTime();
          const executable = backend.load(program);
          milliseconds = cpuTime() - start;
          return executable;
        },
      };
      const sampler = makeSampler(model, prepared(reparam()), { backend: timing });
      const gradient = onSampler(name, sampler, SAMPLES);
      gradient.run();
      return { gradient, milliseconds, lane: sampler.means!().tape.size.lane };
    });
    const timings = sideBySide(
      timed.map(({ gradient }) => gradient),
      Math.min(5, effort.repeats),
      effort.milliseconds,
    );
    timed.forEach(({ milliseconds, lane }, index) => {
      const perInstruction = (timings[index]!.median * 1e6) / SAMPLES / lane;
      rows[index]!.push(`${milliseconds.toFixed(0)} ms ${perInstruction.toFixed(2)} ns`);
      instructions[sizes.indexOf(count)] = lane;
    });
  }
  const widths = [34, ...sizes.map(() => 18)];
  print(columns(["lane instructions", ...instructions], widths));
  for (const row of rows) print(columns(row, widths));
}
