/** A whole fit on every back end: seconds, and the ELBO over the last tenth of the steps. */
import { adam, FAST_INTERPRETER, fit, jit, wasm, wasmKernels } from "../library.ts";
import { columns, type Print } from "../tools/print.ts";
import { cpuTime } from "../tools/timing.ts";
import { ALL_BOUNDARIES, type Written } from "./gradients.ts";

export function wholeFits(fitSteps: number, print: Print, models: readonly Written[]): void {
  print(`\nA whole fit with all boundaries, ${fitSteps} Adam steps × 16 samples`);
  for (const { model } of models)
    for (const backend of [FAST_INTERPRETER, jit(), wasmKernels(), wasm()]) {
      const options = {
        estimator: ALL_BOUNDARIES,
        optimizer: adam({ learningRate: 0.001 }),
        samples: 16,
        seed: 1,
        backend,
      };
      if (fitSteps > 200) fit(model, { ...options, steps: 200 }); // for the engine to compile it
      const start = cpuTime();
      const { elboTrace } = fit(model, { ...options, steps: fitSteps });
      const seconds = (cpuTime() - start) / 1000;
      const last = elboTrace.slice(-Math.ceil(fitSteps / 10));
      const elbo = last.reduce((total, value) => total + value, 0) / last.length;
      print(
        columns([`${model.name} ${backend.name}`, `${seconds.toFixed(2)} s`, `ELBO ${elbo.toFixed(2)}`], [22, 9, 16]),
      );
    }
}
