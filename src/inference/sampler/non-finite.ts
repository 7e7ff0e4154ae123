/** The error about a gradient or an ELBO that is not finite, which names the site at fault where the profile can find it. */
import type { Draw } from "./draw.ts";
import type { GradientSampler } from "./sampler.ts";

/** A RangeError of its own, so that a fit can tell it from other errors of a step. */
export class NonFiniteError extends RangeError {}

export function nonFiniteError(
  { profile, model, estimator, objective, nodes }: GradientSampler,
  theta: Float64Array,
  draw: Draw,
): NonFiniteError {
  const dimensions = nodes.normals.length;
  return new NonFiniteError(
    profile.diagnosis?.(objective, { ...draw, theta, estimator, noise: nodes.noise, dimensions }) ??
      `model "${model.name}": ELBO or gradient by ${estimator.name} is not finite; fitted by nondiff instead of nondiff/core, the message names the site`,
  );
}
