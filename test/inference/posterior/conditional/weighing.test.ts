/** Draws of a level given its scales: a local level of ten days has the means and sds of the exact answer, by a Kalman filter on a grid. */
import { expect, test } from "vitest";
import { defineModel, fit, halfCauchy, normal } from "../../../../src/index.ts";

const DAYS = [-0.7, 0.9, 1.6, -0.2, 1.1, 2.9, 1.8, 2.2, 4.1, 2.7];

const localLevel = defineModel("local level", ({ sample, observe }) => {
  const [noise, step] = [sample("noise", halfCauchy(1)), sample("step", halfCauchy(1))];
  let level = sample("x0", normal(0, 5));
  DAYS.forEach((y, t) => {
    if (t > 0) level = sample(`x${t}`, normal(level, step));
    observe(normal(level, noise), y);
  });
});

/** Mean and sd of both scales, and of the logarithm of the noise. */
function exactMoments(): Record<"noise" | "step" | "log noise", { mean: number; sd: number }> {
  const sums = { noise: [0, 0], step: [0, 0], "log noise": [0, 0] };
  let mass = 0;
  for (let u = -9; u < 4; u += 0.04)
    for (let w = -9; w < 4; w += 0.04) {
      const [noise, step] = [Math.exp(u), Math.exp(w)];
      let [mean, variance, log] = [0, 25, u + w - Math.log1p(noise * noise) - Math.log1p(step * step)];
      DAYS.forEach((y, t) => {
        if (t > 0) variance += step * step;
        const spread = variance + noise * noise;
        log -= 0.5 * (Math.log(spread) + (y - mean) ** 2 / spread);
        mean += (variance / spread) * (y - mean);
        variance *= 1 - variance / spread;
      });
      const weight = Math.exp(log);
      mass += weight;
      for (const [name, value] of [
        ["noise", noise],
        ["step", step],
        ["log noise", u],
      ] as const) {
        sums[name][0]! += weight * value;
        sums[name][1]! += weight * value * value;
      }
    }
  const moments = ([sum, squares]: number[]) => ({
    mean: sum! / mass,
    sd: Math.sqrt(squares! / mass - (sum! / mass) ** 2),
  });
  return { noise: moments(sums.noise), step: moments(sums.step), "log noise": moments(sums["log noise"]) };
}

test("scales that may be near 0 have their exact means and sds, which no normal of all latents has", () => {
  const exact = exactMoments();
  const posterior = fit(localLevel, { seed: 1, onWarning() {} });
  for (const name of ["noise", "step"] as const) {
    expect(Math.abs(posterior.mean(name) - exact[name].mean) / exact[name].sd).toBeLessThan(0.1);
    expect(Math.abs(posterior.sd(name) / exact[name].sd - 1)).toBeLessThan(0.1);
  }
  const { answers, weighted } = posterior.report!.importance!;
  expect(answers).toBe("weights");
  expect(weighted).toMatchObject({ isTrusted: true, draws: 8192 });
  // Control: the guide has a third less, and weights of its draws alone are worth too little.
  const own = Math.sqrt(posterior.covariance()[0]!);
  expect(own / exact["log noise"].sd).toBeLessThan(0.75);
});
