/**
 * Each number of a posterior has a mean, an sd and quantiles by itself. Those of one latent follow from the guide; this file says what
 * computes those of more than one.
 */
import { normalQuantile } from "../../math/normal.ts";
import type { Latent, Quantity } from "../../program/run.ts";
import type { Moments, Transform } from "../../transforms/transform.ts";
import type { DrawOptions, JointDraws } from "./joint-draws.ts";

export interface Marginal extends Moments {
  /** The value below which it lies with probability p, 0 < p < 1. */
  readonly quantile: (p: number) => number;
}

/** Several optima as one posterior. */
export interface Mixture {
  /** Of latents i and k on the unconstrained scale. */
  readonly covariance: (i: number, k: number) => number;
  /** Values of each latent under the first of the parts become draws of the mixture: at each draw `next` says of which part it is. */
  readonly mixInto: (values: readonly Float64Array[], noise: Float64Array, next: () => number) => void;
}

/** Numbers that depend on more than one latent, bound by the entry: how they are computed from the guide's normals. */
export interface OtherNumbers {
  readonly quantities: readonly Quantity[];
  /** Of the guides, if they are several. */
  readonly mixture: Mixture | undefined;
  readonly marginal: (quantity: Quantity) => Marginal;
  /** Joint draws of the guide, and such that count by weights. */
  readonly drawn: (options?: DrawOptions) => JointDraws;
  readonly reweighted: (options?: DrawOptions) => JointDraws;
  /** The weighted draws that answer for the posterior; undefined where the guide does. */
  readonly answers: JointDraws | undefined;
  /** The draws that tell cells and probabilities. */
  readonly ofCells: JointDraws;
  /** So many draws of one weight each, out of weighted ones. */
  readonly resampled: (draws: number, seed: number) => Record<string, Float64Array>;
  readonly draws: (
    quantities: readonly Quantity[],
    latents: readonly Float64Array[],
    draws: number,
    seed: number,
  ) => Float64Array[];
}

/** The index of the latent that a quantity is by itself, on its own scale, where its transform knows its moments; −1 for others. */
export function indexOfLatent(latents: readonly Latent[], quantity: Quantity): number {
  return latents.findIndex(
    ({ value, live, transform }) =>
      value === quantity.node && live === quantity.live && (!transform || transform.moments),
  );
}

/** x(u) for u ~ N(mean, sd²) under a transform that knows its moments; u itself without one. */
export function transformedNormal(mean: number, sd: number, transform: Transform | undefined): Marginal {
  const u = (p: number): number => mean + sd * normalQuantile(p);
  const quantile = transform ? (p: number) => transform.forward(u(p)) as number : u;
  return { ...(transform?.moments?.(mean, sd) ?? { mean, sd }), quantile };
}
