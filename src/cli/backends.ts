/** The back ends by the names that the command line has for them. */

import { auto } from "../autodiff/lanes/auto.ts";
import { FAST_INTERPRETER } from "../autodiff/lanes/interpreter/fast-interpreter.ts";
import { jit } from "../autodiff/lanes/javascript/jit.ts";
import { wasmKernels } from "../autodiff/lanes/wasm/kernels.ts";
import { wasm } from "../autodiff/lanes/wasm/wasm.ts";
import type { Backend } from "../autodiff/tape/executable.ts";

export const BACKENDS: ReadonlyMap<string, () => Backend> = new Map([
  ["auto", auto],
  ["interpreter", () => FAST_INTERPRETER],
  ["wasm", wasm],
  ["kernels", wasmKernels],
  ["jit", jit],
]);
