/**
 * The pathwise gradient without boundary terms, which is what other libraries compute: of ℓ = (z > 0 ? 1 : 0) it is 0 wherever z lies. It is here
 * to be compared with.
 */
import { requireNoMore } from "../checks/arguments.ts";
import { requireOptions } from "../checks/options.ts";
import { type Entropy, pathwise, requireEntropy } from "../objective/entropy.ts";
import { type Estimator, entropyUnder, NOISE_OPTIONS, type NoiseOptions } from "./estimator.ts";
import { withNoise } from "./sample-points.ts";

export interface ReparamOptions extends NoiseOptions {
  /** How the guide's entropy is counted (default "sampled"; `nondiff/core` has no other). */
  readonly entropy?: Entropy | undefined;
}

/**
 * The pathwise (reparameterisation) estimator alone: ∇θ ℓ(f_θ(ε), θ).
 *
 * Estimates: ∇θ ELBO without its boundary terms. Using: reverse mode. Requires: a differentiable density.
 * Unbiased when: the density does not jump. **Biased** on every model with a condition that makes it jump; `fit` warns.
 * State: none. Source: Kingma and Welling, ICLR 2014.
 */
export function reparam(options: ReparamOptions = {}): Estimator {
  requireNoMore("reparam", 1, arguments);
  requireOptions<ReparamOptions>("reparam", options, { entropy: "any", ...NOISE_OPTIONS });
  const entropy = requireEntropy("reparam", options.entropy);
  return withNoise(
    {
      name: "reparam",
      biasedAtJumps: true,
      build: (original, repertoire) => {
        const { objective, gradient } = pathwise(original, entropyUnder("reparam", repertoire, entropy));
        return { value: objective.value, gradient, normals: objective.normals };
      },
    },
    options,
  );
}
