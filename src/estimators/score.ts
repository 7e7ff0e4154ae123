import type { Estimator, EstimatorNodes } from "./estimator.ts";
import type { Target } from "./target.ts";

/**
 * The score-function estimator (REINFORCE): ℓ(z)·∇θ log q(z).
 *
 * Estimates: ∇θ ELBO. Using: values of ℓ only. Requires: nothing of the density.
 * Unbiased when: always. State: none. Source: Ranganath, Gerrish, Blei, AISTATS 2014.
 * Its variance is that of ℓ itself, often too large to be of use.
 */
export function score(): Estimator {
  return { name: "score", build };
}

function build(target: Target): EstimatorNodes {
  const { graph, guide, live, value, normals } = target;
  const { algebra: A } = graph;
  const zero = graph.constant(0);
  // ∂ log q/∂μ = ε/σ and ∂ log q/∂ρ = (ε² − 1)/σ · sigmoid(ρ), where the latent is live.
  const mu = guide.epsilon.map((epsilon, i) => A.where(live[i]!, A.div(epsilon, guide.sigma[i]!), zero));
  const rho = guide.epsilon.map((epsilon, i) => {
    const factor = A.div(A.sigmoid(guide.rho[i]!), guide.sigma[i]!);
    return A.where(live[i]!, A.mul(A.add(A.square(epsilon), A.constant(-1)), factor), zero);
  });
  return { gradient: [...mu, ...rho].map((node) => A.mul(value, node)), normals, choices: [] };
}
