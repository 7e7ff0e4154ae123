/**
 * Generated WebAssembly for estimates from some 100,000 samples: the bits of the interpreter (test/autodiff/lanes/backends.test.ts) in
 * a third of its time. What a test is about still runs as users get it by default; what it is compared with runs here.
 */
import type { Backend } from "../../src/index.ts";
import { wasm } from "../../src/wasm.ts";

export const COMPILED: Backend = wasm({ after: 0 });
