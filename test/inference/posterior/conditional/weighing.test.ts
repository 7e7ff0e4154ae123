/** Draws of a level given its scales: a local level of ten days has the means and sds of the exact answer, by a Kalman filter on a grid. */
import { expect, test } from "vitest";
import {
  defineModel,
  exponential,
  fit,
  gamma,
  gt,
  halfCauchy,
  halfNormal,
  mul,
  normal,
  poisson,
  where,
} from "../../../../src/index.ts";
import { lgamma } from "../../../../src/math/gamma.ts";
import { normalCdf } from "../../../../src/math/normal-cdf.ts";

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

// Eighteen effects around a mean, two of which an if compares: the density jumps, and where the spread is small all effects lie close together.
const EFFECTS = [2.8, 0.8, -0.3, 0.7, -0.1, 0.1, 1.8, 1.2, -0.6, 0.4, 1.1, -0.9, 0.5, 1.6, -0.2, 0.9, 0.3, 1.3];
const compared = defineModel("compared", ({ sample, observe }) => {
  const [mean, spread] = [sample("mean", normal(0, 2)), sample("spread", halfNormal(2))];
  const effects = EFFECTS.map((_, i) => sample(`e${i}`, normal(mean, spread)));
  EFFECTS.forEach((y, i) => void observe(normal(effects[i]!, 1), y));
  observe(normal(where(gt(effects[0]!, effects[1]!), 1, 0), 1), 2);
});

/** Mean and sd of the spread: effects are normal given it and the mean, and so is the difference of the first two. */
function exactSpread(): { readonly mean: number; readonly sd: number } {
  const sums = [0, 0, 0];
  for (let s = 0.005; s < 4; s += 0.01)
    for (let m = -4; m < 6; m += 0.02) {
      let log = -0.5 * (m / 2) ** 2 - 0.5 * (s / 2) ** 2;
      for (const y of EFFECTS) log -= 0.5 * ((y - m) ** 2 / (1 + s * s) + Math.log(1 + s * s));
      const kept = (s * s) / (1 + s * s);
      const higher = normalCdf((kept * (EFFECTS[0]! - EFFECTS[1]!)) / Math.sqrt(2 * kept));
      const weight = Math.exp(log) * (higher * Math.exp(-0.5) + (1 - higher) * Math.exp(-2));
      [1, s, s * s].forEach((power, k) => {
        sums[k]! += weight * power;
      });
    }
  const mean = sums[1]! / sums[0]!;
  return { mean, sd: Math.sqrt(sums[2]! / sums[0]! - mean * mean) };
}

test.each([1, 2])("effects that an if compares have the exact spread, in silence (seed %i)", (seed) => {
  const posterior = fit(compared, { seed, onWarning() {} });
  const exact = exactSpread();
  expect(posterior.report!.warnings).toEqual([]);
  expect(posterior.report!.importance).toMatchObject({ answers: "weights", weighted: { draws: 8192 } });
  expect(Math.abs(posterior.mean("spread") - exact.mean)).toBeLessThan(0.08 * exact.sd);
  expect(Math.abs(posterior.sd("spread") / exact.sd - 1)).toBeLessThan(0.08);
});

// Rates of sixty counties under one gamma prior, whose two numbers are not known: given both each rate is a gamma one, of which sixty normals are a coarse picture.
const PEOPLE = Array.from({ length: 60 }, (_, i) => 100 + ((i * 397) % 900));
const CASES = PEOPLE.map((people, i) => Math.round(0.01 * people * Math.exp(0.5 * Math.sin(1.7 * i * i))));
const counties = defineModel("counties", ({ sample, observe }) => {
  const [a, b] = [sample("a", exponential(0.1)), sample("b", exponential(0.001))];
  PEOPLE.forEach((people, i) => {
    observe(poisson(mul(people, sample(`rate${i}`, gamma(a, b)))), CASES[i]!);
  });
});

test("rates under a gamma prior have the exact shape, though many are skew", () => {
  const posterior = fit(counties, { seed: 1, onWarning() {} });
  const sums = [0, 0, 0];
  const logOf = (a: number, b: number): number =>
    PEOPLE.reduce(
      (sum, people, i) =>
        sum + a * Math.log(b) - lgamma(a) + lgamma(a + CASES[i]!) - (a + CASES[i]!) * Math.log(b + people),
      -0.1 * a - 0.001 * b,
    );
  const highest = logOf(6, 500);
  for (let u = 0; u < 4.5; u += 0.02)
    for (let w = 4; w < 9; w += 0.02) {
      const weight = Math.exp(u + w + logOf(Math.exp(u), Math.exp(w)) - highest);
      [1, Math.exp(u), Math.exp(2 * u)].forEach((power, k) => {
        sums[k]! += weight * power;
      });
    }
  const mean = sums[1]! / sums[0]!;
  const sd = Math.sqrt(sums[2]! / sums[0]! - mean * mean);
  expect(posterior.report!.warnings).toEqual([]);
  expect(Math.abs(posterior.mean("a") - mean)).toBeLessThan(0.12 * sd);
  expect(Math.abs(posterior.sd("a") / sd - 1)).toBeLessThan(0.15);
});
