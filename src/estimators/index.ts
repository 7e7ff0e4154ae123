/** This file lists the estimators of the ELBO gradient: `corrected`, which is exact where programs jump, and those that it is compared with. */

export type { Entropy } from "../objective/entropy.ts";
export { type CorrectedOptions, corrected } from "./corrected.ts";
export type { BoundarySelection } from "./draw/selection.ts";
export type { Estimator, Noise, NoiseOptions } from "./estimator.ts";
export { type Lyy18Options, lyy18 } from "./lyy18.ts";
export { type ReparamOptions, reparam } from "./reparam.ts";
export { type ScoreOptions, score } from "./score.ts";
export { type SmoothedOptions, smoothed } from "./smoothed.ts";
