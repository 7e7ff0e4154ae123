/**
 * Covariances of the posterior from a guide that has none, as mean field. If the log density is tilted by t·z_k, the optimal mean of z_i
 * moves by Cov(z_i, z_k)·t; how it moves is told by the curvature of the ELBO at its maximum. The covariance of the means' part of
 * (−∇²ELBO)⁻¹ is exact where the posterior is normal: a chain of three latents with correlations of 0.9 gets these, and the sds that mean
 * field makes too small.
 *
 * Source: R. Giordano, T. Broderick, M. I. Jordan, Covariances, robustness, and variational Bayes, JMLR 19 (2018), section 3.
 */
import { corrected } from "../../estimators/corrected.ts";
import type { Guide } from "../../guides/guide.ts";
import { choleskyInto, choleskyInverseInto } from "../../linalg/cholesky.ts";
import { makeGenerator } from "../../random/index.ts";
import type { GuidedModel } from "../profile.ts";
import { meansInto } from "../sampler/means.ts";
import { makeSampler } from "../sampler/sampler.ts";

/** Points at which the gradient is averaged, always the same. */
const SAMPLES = 1024;
/** Steps of the central differences, relative to a latent's sd: errors of 1e-8 by the third derivative, of 1e-12 by rounding. */
const STEP = 1e-4;

/**
 * The covariance matrix of the latents on the unconstrained scale, row-major, by the curvature of the ELBO at θ. RangeError where the density
 * still jumps, as a Hessian knows nothing of jumps, and where θ is no maximum.
 */
export function linearResponse(
  { profile, model, collapse }: GuidedModel,
  guide: Guide,
  theta: Float64Array,
): Float64Array {
  const sampler = makeSampler(profile, model, corrected(), {
    guide,
    collapse,
    expectedSamples: 2 * theta.length * SAMPLES,
  });
  const { size, nodes, objective } = sampler;
  if (!nodes.smooth) {
    const left = sampler.analysis().boundaries.map(({ text }) => text());
    throw new RangeError(
      `covariance: linear response leaves out jumps, and the density of "${model.name}" has some; got ${left.length} conditions${left.length > 0 ? `, such as ${left.slice(0, 3).join(", ")}` : ""}, expected none that is left`,
    );
  }
  const { space } = objective.guide;
  const n = space.latents.length;
  const { sigmas } = space.numbers(theta);
  const scales = Float64Array.from(theta, (_, p) => (p < n ? sigmas[p]! : 1));
  const draw = { generator: makeGenerator(0), stream: 0, firstSample: 0, samples: SAMPLES, group: SAMPLES, step: 0 };
  const at = theta.slice();
  const gradients = [new Float64Array(size), new Float64Array(size)] as const;
  // −∂²ELBO/∂θ_p∂θ_q in units of the scales.
  const precision = new Float64Array(size * size);
  for (let p = 0; p < size; p++) {
    const step = STEP * scales[p]!;
    gradients.forEach((gradient, side) => {
      at[p] = theta[p]! + (side === 0 ? step : -step);
      meansInto(gradient, sampler.elbo, 0, sampler, at, draw);
    });
    const width = 2 * step;
    at[p] = theta[p]!;
    const [above, below] = gradients;
    for (let q = 0; q < size; q++) {
      const slope = (-0.5 * scales[p]! * scales[q]! * (above[q]! - below[q]!)) / width;
      precision[p * size + q]! += slope;
      precision[q * size + p]! += slope;
    }
  }
  const inverse = inverted(model.name, precision, size);
  return Float64Array.from({ length: n * n }, (_, k) => {
    const [i, j] = [Math.floor(k / n), k % n];
    return scales[i]! * scales[j]! * inverse[i * size + j]!;
  });
}

function inverted(model: string, precision: Float64Array, size: number): Float64Array {
  const factor = new Float64Array(size * size);
  try {
    choleskyInto(factor, precision, size);
  } catch (cause) {
    throw new RangeError(
      `covariance: the ELBO of "${model}" has no maximum at the posterior; got a curvature that is not negative (${(cause as Error).message}), expected a fit that has converged`,
    );
  }
  const inverse = new Float64Array(size * size);
  choleskyInverseInto(inverse, factor, size);
  return inverse;
}
