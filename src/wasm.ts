/** WebAssembly back ends, for the `backend` option of `fit` and `estimateGradient`. */
export { type AutoOptions, auto } from "./autodiff/lanes/auto.ts";
export { kernelModule } from "./autodiff/lanes/wasm/kernel-module.ts";
export { type WasmKernelsOptions, wasmKernels } from "./autodiff/lanes/wasm/kernels.ts";
export { type WasmOptions, wasm } from "./autodiff/lanes/wasm/wasm.ts";
