/** Estimators of the ELBO gradient. */
export { type CorrectedOptions, corrected } from "./corrected.ts";
export type { Entropy } from "./entropy.ts";
export type { Estimator, Noise } from "./estimator.ts";
export { type Lyy18Options, lyy18 } from "./lyy18.ts";
export type { NoiseOptions } from "./noise.ts";
export { type ReparamOptions, reparam } from "./reparam.ts";
export { type ScoreOptions, score } from "./score.ts";
export type { BoundarySelection } from "./select.ts";
export { type SmoothedOptions, smoothed } from "./smoothed.ts";
