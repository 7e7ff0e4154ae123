// A fit that shares its thread: step by step, or in the background until someone aborts it.
import { adam, corrected, fitAsync, fitSteps } from "nondiff";
import { textmsg } from "nondiff/models";

const options = { estimator: corrected(), optimizer: adam({ learningRate: 0.02 }), seed: 1 };

// Step by step: look at the ELBO, stop when it pleases you.
let reached = -Infinity;
for (const { step, elbo } of fitSteps(textmsg, { ...options, steps: 3000 })) {
  reached = step === 1 ? elbo : 0.99 * reached + 0.01 * elbo;
  if (step % 500 === 0) console.log(`step ${step}: smoothed ELBO ${reached.toFixed(1)}`);
  if (reached > -310) break;
}

// In the background: timers and requests go on between the steps.
const controller = new AbortController();
setTimeout(() => controller.abort(new Error("that is long enough")), 50);
try {
  await fitAsync(textmsg, { ...options, steps: 10_000_000, signal: controller.signal });
} catch (error) {
  console.log(`stopped: ${error.message}`);
}
const posterior = await fitAsync(textmsg, { ...options, steps: 500 });
console.log(`after 500 steps: z = ${posterior.mean("z").toFixed(2)} ± ${posterior.sd("z").toFixed(2)}`);
