/** Closed form of the poster's example: one latent, one if. */

import { HALF_LOG_2PI } from "./data.ts";
import { Accumulator, probabilityAbove } from "./moments.ts";

/** log N(0; 5, 1) and log N(0; −2, 1), the observation in the two arms. */
const LOG_LIKELIHOOD = { above: -12.5 - HALF_LOG_2PI, below: -2 - HALF_LOG_2PI };

/** ELBO of a guide N(μ, softplus(ρ)). */
export function gmmElbo(mu: ArrayLike<number>, rho: ArrayLike<number>): number {
  return expectation(mu, rho).elbo;
}

/** Its gradient [∂μ, ∂ρ]. */
export function gmmElboGradient(mu: ArrayLike<number>, rho: ArrayLike<number>): Float64Array {
  return expectation(mu, rho).gradient();
}

function expectation(mu: ArrayLike<number>, rho: ArrayLike<number>): Accumulator {
  const sum = new Accumulator(mu, rho);
  sum.addNormal(0, 0, 1);
  sum.elbo += LOG_LIKELIHOOD.below;
  sum.addMoment(0, probabilityAbove(0, sum.mu[0]!, sum.sd[0]!), LOG_LIKELIHOOD.above - LOG_LIKELIHOOD.below);
  return sum;
}
