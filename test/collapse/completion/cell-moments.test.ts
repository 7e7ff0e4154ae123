// Means and sds of summed-out latents that are not normal, against sums over fine grids.
import { expect, test } from "vitest";
import * as n from "../../../src/index.ts";

const CUTS = [0.3, 0.9] as const;
const READING = 1.4;

const PRIORS: Readonly<Record<string, readonly [prior: n.Distribution, last: number]>> = {
  uniform: [n.uniform(0, 2), 2],
  exponential: [n.exponential(1.3), 30],
  gamma: [n.gamma(2.5, 2), 30],
  chi2: [n.chi2(3), 90],
  beta: [n.beta(2, 3), 1],
  lognormal: [n.lognormal(-0.5, 0.4), 30],
  laplace: [n.laplace(0.4, 0.5), 30],
  logistic: [n.logistic(0.4, 0.5), 40],
  studentT: [n.studentT(7, 0.4, 0.8), 2000],
  halfNormal: [n.halfNormal(1.1), 30],
  gumbel: [n.gumbel(0.4, 0.6), 40],
  weibull: [n.weibull(1.5, 0.8), 30],
  triangular: [n.triangular(0, 0.5, 2), 2],
  "truncated normal": [n.truncated(n.normal(0.2, 1), 0, 1.5), 1.5],
  "twice truncated gamma": [n.truncated(n.truncated(n.gamma(2.5, 2), 0, 1.7), 0, 4), 1.7],
};

/** By Simpson's rule between the thresholds. */
function integrated(density: (x: number) => number, last: number, first = 0): number {
  const ends = [first, 0.1 * first, 0, ...CUTS, 0.9 * CUTS[1] + 0.1 * last, last];
  const steps = 4000;
  let total = 0;
  for (let s = 1; s < ends.length; s++) {
    const [low, width] = [ends[s - 1]!, (ends[s]! - ends[s - 1]!) / steps];
    for (let i = 0; i <= steps; i++) {
      const weight = i === 0 || i === steps ? 1 : i % 2 === 0 ? 2 : 4;
      // Just inside of the segment, whose ends are where the density jumps.
      const x = low + Math.min(Math.max(i, 1e-9), steps - 1e-9) * width;
      total += (weight * width * density(x)) / 3;
    }
  }
  return total;
}

test.each(Object.entries(PRIORS))(
  "of a %s latent mean and sd are exact where nothing is kept",
  (name, [prior, last]) => {
    const levelOf = (z: number): number => (z > CUTS[1] ? 2 : z > CUTS[0] ? 1 : 0);
    const model = n.defineModel(name, ({ sample, observe }) => {
      const z = sample("z", prior);
      const level = n.where(n.gt(z, CUTS[1]), 2, n.where(n.gt(z, CUTS[0]), 1, 0));
      observe(n.normal(level, 1), READING);
    });
    const density = (z: number): number =>
      Math.exp((prior.logDensity(z) as number) - 0.5 * (READING - levelOf(z)) ** 2);
    const first = prior.support.lower < 0 ? -last : 0;
    const total = integrated(density, last, first);
    const mean = integrated((z) => z * density(z), last, first) / total;
    const square = integrated((z) => z * z * density(z), last, first) / total;
    const posterior = n.fit(model, { seed: 1 });
    expect(posterior.mean("z")).toBeCloseTo(mean, 6);
    expect(posterior.sd("z")).toBeCloseTo(Math.sqrt(square - mean * mean), 6);
    // The prior's own mean is another one.
    expect(Math.abs(mean - prior.moments!()!.mean)).toBeGreaterThan(1e-3);
  },
);

const NONE: Readonly<Record<string, readonly [n.Distribution, mean: number | undefined, sd: number]>> = {
  cauchy: [n.cauchy(0, 1), Number.NaN, Number.NaN],
  halfCauchy: [n.halfCauchy(1), Infinity, Infinity],
  "pareto of shape 0.8": [n.pareto(0.2, 0.8), Infinity, Infinity],
  "pareto of shape 1.5": [n.pareto(0.2, 1.5), undefined, Infinity],
  "t of 1.5 degrees": [n.studentT(1.5, 0, 1), undefined, Infinity],
};

test.each(Object.entries(NONE))("a %s latent has no moments that do not exist", (_, [prior, mean, sd]) => {
  const fitted = (keeps: boolean, moved: boolean, most = Infinity): n.Posterior => {
    const model = n.defineModel("m", ({ sample, observe, track }) => {
      const level = keeps ? sample("level", n.normal(0, 1)) : 0;
      const z = sample("z", most < Infinity ? n.truncated(prior, -9, most) : prior);
      track("z + level", n.add(z, level));
      observe(n.normal(n.where(n.gt(z, moved ? level : 0.9), 1, level), 1), 1.4);
    });
    return n.fit(model, { seed: 1, onWarning: () => undefined });
  };
  const told = ({ report }: n.Posterior): boolean => report!.warnings.some(({ code }) => code === "no-moments");
  const posteriors = [
    fitted(false, false),
    ...(prior.name === "cauchy" ? [fitted(true, false), fitted(true, true)] : []),
  ];
  for (const posterior of posteriors) {
    if (mean !== undefined) expect(posterior.mean("z")).toBe(mean);
    else expect(Number.isFinite(posterior.mean("z"))).toBe(true);
    expect(posterior.sd("z")).toBe(sd);
    expect(Number.isFinite(posterior.quantile("z", 0.9))).toBe(true);
    expect(told(posterior)).toBe(true);
  }
  const bounded = fitted(false, false, 9);
  expect(Number.isFinite(bounded.mean("z") + bounded.sd("z"))).toBe(true);
  expect(told(bounded)).toBe(false);
});

test("of a Pareto latent that has a mean alone it is exact", () => {
  const model = n.defineModel("m", ({ sample, observe }) => {
    const z = sample("z", n.pareto(1, 1.5));
    observe(n.normal(n.where(n.gt(z, 1.7), 1, 0), 1), 1);
  });
  // Between 1 and 1.7 z·p(z) is 1.5·z^−1.5 and its integral 3·(1 − 1/√1.7); of what lies above the mean is 3·1.7.
  const above = 1.7 ** -1.5;
  const [low, high] = [3 * (1 - 1 / Math.sqrt(1.7)) * Math.exp(-0.5), 5.1 * above];
  const right = (low + high) / ((1 - above) * Math.exp(-0.5) + above);
  expect(n.fit(model, { onWarning: () => undefined }).mean("z")).toBeCloseTo(right, 6);
});

test("a truncated latent with traced parameters has its moments by draws", () => {
  const model = n.defineModel("m", ({ sample, observe }) => {
    const level = sample("level", n.normal(3, 0.3));
    const z = sample("z", n.truncated(n.gumbel(level, 0.4), 0, 9));
    observe(n.uniform(n.sub(z, 0.5), n.add(z, 0.5)), 3);
  });
  const posterior = n.fit(model, { seed: 1 });
  expect(Math.abs(posterior.mean("z") - 3.05)).toBeLessThan(0.05);
  expect(posterior.quantile("z", 0.99)).toBeLessThan(3.5);
});
