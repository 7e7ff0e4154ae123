/** Estimators of the ELBO gradient. */
export { corrected } from "./corrected.ts";
export type { Estimator } from "./estimator.ts";
export { type Lyy18Options, lyy18 } from "./lyy18.ts";
export { reparam } from "./reparam.ts";
export { score } from "./score.ts";
