// The same gradient by four estimators: who agrees, and how noisy is each?
import { corrected, estimateGradient, lyy18, reparam, rhoOfSd, score } from "nondiff";
import { textmsg } from "nondiff/models";

// Two rates, 25 and 18 messages a day, and a change around the middle.
const params = { mu: [3.2, 2.9, 0], rho: [0.1, 0.1, 0.3].map(rhoOfSd) };

for (const estimator of [score(), reparam(), lyy18(), corrected()]) {
  const { gradient, variance, samples } = estimateGradient(textmsg, { estimator, params, samples: 50_000, seed: 1 });
  const z = 2; // third latent: the position of the change
  const error = Math.sqrt(variance[z] / samples);
  const mean = variance.reduce((total, value) => total + value, 0) / variance.length;
  console.log(
    `${estimator.name.padEnd(9)} dELBO/dmu[z] ${gradient[z].toFixed(2).padStart(7)} ± ${error.toFixed(2).padEnd(5)} mean variance ${mean.toFixed(0)}`,
  );
}
