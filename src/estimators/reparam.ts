import { gradient } from "../autodiff/gradient.ts";
import type { Estimator } from "./estimator.ts";

/**
 * The pathwise (reparameterisation) estimator alone: ∇θ ℓ(f_θ(ε), θ).
 *
 * Estimates: ∇θ ELBO without its boundary terms. Using: reverse mode. Requires: a differentiable density.
 * Unbiased when: the density does not jump. **Biased** on every model with a condition that makes it jump; `fit` warns.
 * State: none. Source: Kingma and Welling, ICLR 2014.
 */
export function reparam(): Estimator {
  return {
    name: "reparam",
    biasedAtJumps: true,
    build: ({ graph, value, parameters, normals }) => ({
      gradient: gradient(graph, value, parameters),
      normals,
      choices: [],
    }),
  };
}
