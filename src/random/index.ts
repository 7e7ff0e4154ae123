/** Counter-based random numbers: Threefry-4×32-20, uniforms and normals over lanes, scrambled Sobol points. */
export { fillNormals, fillUniforms, type NormalFill, uniformSource } from "./fill.ts";
export { fillSobolNormals } from "./sobol.ts";
export { blockAt, type Generator, makeGenerator, makeKey } from "./threefry.ts";
