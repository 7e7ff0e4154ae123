/** The back end that generates JavaScript, for the `backend` option of `fit` and `estimateGradient`. */
export { type JitOptions, jit } from "./autodiff/lanes/javascript/jit.ts";
