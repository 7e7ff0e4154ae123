/** The ELBO of a fit counts what draws cost that are so rare that no fresh point is one: against the closed form, of steps of 5,000 nats. */
import { expect, test } from "vitest";
import { add, gt, mul } from "../../../../../src/autodiff/expr.ts";
import { normal } from "../../../../../src/distributions/index.ts";
import { defineModel, fit, meanField } from "../../../../../src/index.ts";
import { finish } from "../../../../../src/inference/fit/climb/climb.ts";
import { RACING } from "../../../../../src/inference/fit/climb/natural/race.ts";
import { normalCdf } from "../../../../../src/math/normal.ts";
import { cheating } from "../../../../../src/models/index.ts";
import { climbOf } from "../../../../support/climbs.ts";

const PLAIN = { collapse: false, guide: meanField(), restarts: 0, flips: false, onWarning() {} } as const;
const [LATENTS, AT, SLOPE, STEP] = [30, 2.5, 0.1, 100];

// Each latent is read with an offset of 100 where it is above 2.5; as it is read below, too, no expectation is taken over it.
const cliffs = defineModel("cliffs", ({ sample, observe, where }) => {
  for (let i = 0; i < LATENTS; i++) {
    const z = sample(`z${i}`, normal(0, 1));
    observe(normal(add(mul(z, SLOPE), where(gt(z, AT), STEP, 0)), 1), 0);
  }
});

// −½E[z²] − ½E[(z/10 + 100·[z > 2.5])²] − ½ log 2π + log σ + ½, for each latent.
function exactElbo(means: ArrayLike<number>, sds: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < LATENTS; i++) {
    const [mean, sd] = [means[i]!, sds[i]!];
    const apart = (AT - mean) / sd;
    const beyond = normalCdf(-apart);
    const above = mean * beyond + (sd * Math.exp(-0.5 * apart * apart)) / Math.sqrt(2 * Math.PI);
    const squares = (1 + SLOPE * SLOPE) * (mean * mean + sd * sd) + 2 * SLOPE * STEP * above + STEP * STEP * beyond;
    sum += 0.5 - 0.5 * squares - 0.5 * Math.log(2 * Math.PI) + Math.log(sd);
  }
  return sum;
}

test("an ELBO counts them, with an error that covers it, where that of fresh points is six of its errors too high", () => {
  for (const seed of [1, 2, 3]) {
    const { params, report } = fit(cliffs, { ...PLAIN, seed });
    const sds = params.rho.map((rho) => Math.log1p(Math.exp(rho)));
    const exact = exactElbo(params.mu, sds);
    const sampled = climbOf(cliffs, seed, { ...RACING, finish }).gap!;
    expect(sampled.elbo - exact).toBeGreaterThan(5 * sampled.error);
    expect(Math.abs(report!.elbo - exact)).toBeLessThan(3.5 * report!.elboError);
    expect(report!.elboError).toBeLessThan(0.25);
  }
});

test("where steps are met often fresh points tell the ELBO, and a glance costs 16 samples", () => {
  const [counting, sampling] = [RACING, { ...RACING, finish }].map((climber) => climbOf(cheating, 1, climber));
  expect(counting!.gap!.sampled).toBeUndefined();
  expect(counting!.gap!.elbo).toBe(sampling!.gap!.elbo);
  expect(counting!.samples - sampling!.samples).toBe(16);
});
