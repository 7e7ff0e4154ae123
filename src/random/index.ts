/** Counter-based random numbers: Threefry-4×32-20, uniforms and normals over lanes, scrambled Sobol points. */
export { type Mutable, type NoiseRequest, type NormalFill, noiseRequest, type Samples } from "./contract.ts";
export { fillNormals } from "./normals.ts";
export { fillSobolNormals } from "./sobol.ts";
export { blockAt, type Generator, makeGenerator, makeKey } from "./threefry.ts";
export { fillUniforms, uniformSource } from "./uniforms.ts";
