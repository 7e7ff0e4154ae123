// The fit of a page, in a worker: the page scrolls on while it runs. `fitAsync` gives way every few milliseconds, so that "abort" is heard in the middle of it.
//
// Bundle it: esbuild examples/browser-worker/worker.js --bundle --format=esm
import { corrected, defineModel, exp, fitAsync, gt, normal, poisson, where } from "nondiff/core";

const MOST_SAMPLES = 100_000;

const modelOf = (counts) =>
  defineModel("change point", ({ sample, observe }) => {
    const [early, late] = [sample("early", normal(2, 1)), sample("late", normal(2, 1))];
    const day = sample("day", normal(counts.length / 2, counts.length / 4));
    counts.forEach((count, i) => void observe(poisson(exp(where(gt(day, i + 1), early, late))), count));
  });

let controller;

self.onmessage = async ({ data }) => {
  if (data === "abort") return controller?.abort(new Error("aborted"));
  controller = new AbortController();
  let told = 0;
  const onProgress = ({ samples, elbo }) => {
    if (samples < told + 500) return;
    told = samples;
    self.postMessage({ progress: samples / MOST_SAMPLES, elbo });
  };
  const options = {
    estimator: corrected(),
    seed: 1,
    maxSamples: MOST_SAMPLES,
    tolerance: data.tolerance,
    onWarning() {},
  };
  try {
    const posterior = await fitAsync(modelOf(data.counts), { ...options, signal: controller.signal, onProgress });
    self.postMessage({ status: posterior.status, day: posterior.mean("day"), sd: posterior.sd("day") });
  } catch (error) {
    self.postMessage({ error: error.message });
  }
};
