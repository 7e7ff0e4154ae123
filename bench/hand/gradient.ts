/** What a gradient written by hand for one model looks like, in plain JavaScript. */

export interface HandWritten {
  /** Data of the model that the same program in C reads. */
  readonly constants: Float64Array;
  /**
   * Adds the corrected gradient [∂μ…, ∂ρ…] and, last, ℓ of n samples to `out`: the pathwise gradient and the boundary
   * term of every condition. The noise of latent i and sample j lies at noise[i·stride + j].
   */
  readonly add: (out: Float64Array, theta: Float64Array, noise: Float64Array, stride: number, n: number) => void;
}

export const HALF_LOG_2PI = 0.9189385332046728;

export function softplus(x: number): number {
  return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
}

export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** Density of N(mean, sd) at x. */
export function density(x: number, mean: number, sd: number): number {
  return Math.exp(-0.5 * ((x - mean) / sd) ** 2 - HALF_LOG_2PI) / sd;
}
