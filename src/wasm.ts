/** WebAssembly back ends, for the `backend` option of `fit` and `estimateGradient`. */
export { type AutoOptions, auto } from "./backends/auto.ts";
export { type WasmOptions, wasm } from "./backends/wasm.ts";
export { kernelModule } from "./backends/wasm-kernel-module.ts";
export { type WasmKernelsOptions, wasmKernels } from "./backends/wasm-kernels.ts";
