/**
 * The coordinates in which a Gaussian guide is fitted without a learning rate: μ_i, τ_i = log σ_i, and entries of C, in place of θ's
 * μ, ρ and C. A step of so many sds in μ and of so many in τ means the same at any scale: with data and priors a million times
 * as large μ steps are a million times as large, and τ differs by log 1e6, where ρ would change from a logarithm into a number.
 */
import { exp, expm1, log } from "../math/elementary.ts";
import { softplus, softplusInverse } from "../math/logistic.ts";

/** A pair of latents whose correlation is free: an entry of C. */
export interface Pair {
  readonly row: number;
  readonly column: number;
}

/** The parts of x, or of a gradient in x, as views. */
export interface Parts {
  readonly means: Float64Array;
  /** τ = log σ. */
  readonly scales: Float64Array;
  /** C by pairs. */
  readonly shares: Float64Array;
}

/** θ of a guide by μ of `latents` latents, then τ of all, then C of all pairs. */
export interface Chart {
  readonly latents: number;
  readonly pairs: readonly Pair[];
  readonly partsOf: (x: Float64Array) => Parts;
  /** x as θ, which has as many components. */
  readonly thetaInto: (theta: Float64Array, x: Float64Array) => void;
  /** θ as x, a new array. */
  readonly coordinatesOf: (theta: Float64Array) => Float64Array;
  /** Makes of ∂/∂θ at x what is ∂/∂x, in place. */
  readonly gradientInto: (gradient: Float64Array, x: Float64Array) => void;
}

/** The chart of a guide whose θ is μ, then ρ with σ = softplus(ρ), then C by pairs. */
export function softplusChart(latents: number, pairs: readonly Pair[]): Chart {
  const n = latents;
  return {
    latents,
    pairs,
    partsOf: (x) => ({ means: x.subarray(0, n), scales: x.subarray(n, 2 * n), shares: x.subarray(2 * n) }),
    thetaInto(theta, x) {
      theta.set(x);
      for (let i = n; i < 2 * n; i++) theta[i] = softplusInverse(exp(x[i]!));
    },
    coordinatesOf: (theta) => theta.map((value, i) => (i >= n && i < 2 * n ? log(softplus(value)) : value)),
    gradientInto(gradient, x) {
      // ∂ρ/∂τ = σ/sigmoid(ρ), and sigmoid(ρ) = 1 − e^(−σ).
      for (let i = n; i < 2 * n; i++) {
        const sigma = exp(x[i]!);
        gradient[i]! *= sigma / -expm1(-sigma);
      }
    },
  };
}
