/** The error about a gradient or an ELBO that is not finite, which names the site at fault where the profile can find it. */
import type { Draw } from "./draw.ts";
import type { GradientSampler } from "./sampler.ts";

/** A RangeError of its own, so that a fit can tell it from other errors of a step. */
export class NonFiniteError extends RangeError {}

export function nonFiniteError(sampler: GradientSampler, theta: Float64Array, draw: Draw): NonFiniteError {
  const { profile, model, estimator } = sampler;
  return new NonFiniteError(
    profile.diagnosis?.(sampler, theta, draw) ??
      `model "${model.name}": ELBO or gradient by ${estimator.name} is not finite; nondiff names the site`,
  );
}
