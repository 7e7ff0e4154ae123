/** The back ends by the names that the command line has for them. */
import { FAST_INTERPRETER } from "../autodiff/lanes/interpreter/fast-interpreter.ts";
import type { Backend } from "../autodiff/lanes/interpreter/interpreter.ts";
import { auto } from "../backends/auto.ts";
import { jit } from "../backends/jit.ts";
import { wasm } from "../backends/wasm.ts";
import { wasmKernels } from "../backends/wasm-kernels.ts";

export const BACKENDS: ReadonlyMap<string, () => Backend> = new Map([
  ["auto", auto],
  ["interpreter", () => FAST_INTERPRETER],
  ["wasm", wasm],
  ["kernels", wasmKernels],
  ["jit", jit],
]);
