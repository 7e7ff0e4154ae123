// A whole fit of each model by Adam: seconds, and the ELBO where it led. A fit that would take too long is run for fewer steps and its time
// scaled up; it says so.
import { fitWith } from "./fit.mjs";
import { rows } from "./gradients.mjs";
import { DENSITIES } from "./models.mjs";
import { RIVALS } from "./rivals.mjs";
import * as webppl from "./webppl.mjs";

export async function fits(ours, torch, { steps, seconds: budget }) {
  const { SAMPLES: samples, LEARNING_RATE: learningRate } = ours;
  console.log(
    `\nA whole fit, ${steps} Adam steps × ${samples} samples by the pathwise gradient, and ours with all boundaries: seconds, ELBO`,
  );
  for (const model of ours.MODELS) {
    const start = ours.init(model);
    const latents = start.length / 2;
    const constants = ours.CONSTANTS[model.name];
    const timed = (fit) => (count) => {
      const begun = ours.cpuTime();
      const theta = fit(count);
      return { seconds: (ours.cpuTime() - begun) / 1000, theta };
    };
    const mine = [
      [false, "pathwise"],
      [true, "all boundaries"],
    ].flatMap(([boundaries, kind]) =>
      ours.BACKENDS.filter(([name]) => /interpreter|kernels/.test(name)).map(([name, backend]) => ({
        name: `ours, ${kind}, ${name}`,
        fit: timed((count) => ours.fitted(model, count, boundaries, backend)),
      })),
    );
    const theirs = RIVALS.map(({ name, gradient }) => {
      const derivative = gradient(DENSITIES[model.name](constants), latents, samples);
      return { name, fit: timed((count) => fitWith(derivative, ours, start, { steps: count, samples, learningRate })) };
    });
    const program = {
      name: webppl.name,
      fit: (count) =>
        webppl.fit(model.name, constants, start, { steps: count, samples, learningRate, clock: ours.cpuTime }),
    };
    const z = rows(ours.pointsOf(model, samples), samples);
    const inTorch = torch && {
      name: torch.name,
      fit(count) {
        const job = {
          model: model.name,
          constants,
          theta: [...start],
          z,
          repeats: 1,
          steps: count,
          samples,
          learningRate,
        };
        const { fitSeconds, theta } = torch.run(job);
        return { seconds: fitSeconds, theta: Float64Array.from(theta) };
      },
    };
    for (const { name, fit } of [...mine, ...theirs, program, ...(inTorch ? [inTorch] : [])]) {
      // Longer and longer, until it is long enough to tell how many steps there is time for.
      let trial = 50;
      let spent = (await fit(trial)).seconds;
      while (spent < budget / 10 && 4 * trial < steps) {
        trial *= 4;
        spent = (await fit(trial)).seconds;
      }
      const count = Math.max(trial, Math.min(steps, Math.floor((budget * trial) / spent)));
      let { seconds, theta } = await fit(count);
      // Where there is time for it, the least of three.
      for (let again = 0; again < 2 && seconds < budget / 8; again++)
        seconds = Math.min(seconds, (await fit(count)).seconds);
      const scaled = count < steps ? ` (scaled from ${count} steps, its ELBO)` : "";
      const total = ((seconds * steps) / count).toFixed(2);
      console.log(
        `${`${model.name} ${name}`.padEnd(52)} ${total.padStart(9)} s  ELBO ${ours.elboAt(model, theta).toFixed(2)}${scaled}`,
      );
    }
  }
}
