// One latent, one if: the plain reparameterisation gradient climbs to the wrong place.
import { corrected, estimateGradient, fit, reparam, score } from "nondiff";
import { gmm } from "nondiff/models";

const params = { mu: [0], rho: [0.54] }; // sd = softplus(0.54) = 1.00
for (const estimator of [score(), reparam(), corrected()]) {
  const { gradient, variance } = estimateGradient(gmm, { estimator, params, samples: 100_000, seed: 1 });
  console.log(
    `${estimator.name.padEnd(9)} dELBO/dmu ${gradient[0].toFixed(3).padStart(7)}  variance ${variance[0].toFixed(1)}`,
  );
}

for (const estimator of [reparam(), corrected()]) {
  const posterior = fit(gmm, { estimator, steps: 3000, seed: 1, onWarning: () => {} });
  const { elbo } = estimateGradient(gmm, { estimator, params: posterior.params, samples: 10_000 });
  console.log(`${estimator.name.padEnd(9)} ends at z = ${posterior.mean("z").toFixed(2)}, ELBO ${elbo.toFixed(2)}`);
}
