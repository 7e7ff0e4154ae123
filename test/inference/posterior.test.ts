/** Posteriors of correlated latents: linear regression, whose posterior is known, and a step whose place is to be found. */
import { describe, expect, test } from "vitest";
import * as core from "../../src/core.ts";
import { normal } from "../../src/distributions/index.ts";
import { corrected, score } from "../../src/estimators/index.ts";
import {
  adam,
  add,
  DivergenceError,
  estimateGradient,
  fit,
  fitAsync,
  fitSteps,
  fullRank,
  type Guide,
  type GuideParameters,
  meanField,
  mul,
  type Posterior,
} from "../../src/index.ts";
import { defineModel } from "../../src/program/model.ts";
import { stepreg } from "../support/study-models.ts";

// y = a + b·x with noise 0.5 and standard normal priors; the points lie to the right of 0, so that a and b pull against each other.
const POINTS = [1, 1.5, 2, 2.5, 3].map((x, i) => [x, 0.4 + 0.8 * x + [0.3, -0.2, 0.1, -0.4, 0.2][i]!] as const);
const NOISE = 0.5;
const regression = defineModel("regression", ({ sample, observe }) => {
  const [a, b] = [sample("a", normal(0, 1)), sample("b", normal(0, 1))];
  for (const [x, y] of POINTS) observe(normal(add(a, mul(b, x)), NOISE), y);
});

/** The posterior N(m, P⁻¹) with P = I + XᵀX/s², and the log evidence, log p(y) = log p(m, y) − log of its density at m. */
function exactPosterior(): { mean: [number, number]; covariance: number[]; logEvidence: number } {
  const weight = 1 / NOISE ** 2;
  let [p, q, r, u, v] = [1, 0, 1, 0, 0];
  for (const [x, y] of POINTS) {
    [p, q, r] = [p + weight, q + weight * x, r + weight * x * x];
    [u, v] = [u + weight * y, v + weight * x * y];
  }
  const determinant = p * r - q * q;
  const mean: [number, number] = [(r * u - q * v) / determinant, (p * v - q * u) / determinant];
  const logNormal = (z: number, m: number, sd: number): number =>
    -0.5 * ((z - m) / sd) ** 2 - Math.log(sd * Math.sqrt(2 * Math.PI));
  let joint = logNormal(mean[0], 0, 1) + logNormal(mean[1], 0, 1);
  for (const [x, y] of POINTS) joint += logNormal(y, mean[0] + mean[1] * x, NOISE);
  const covariance = [r / determinant, -q / determinant, -q / determinant, p / determinant];
  return { mean, covariance, logEvidence: joint + Math.log(2 * Math.PI) - 0.5 * Math.log(determinant) };
}

const exact = exactPosterior();
const exactSds = [Math.sqrt(exact.covariance[0]!), Math.sqrt(exact.covariance[3]!)] as const;
const exactCorrelation = exact.covariance[1]! / (exactSds[0] * exactSds[1]);
const OPTIONS = {
  // At the posterior itself the gradient of this one is 0 in every sample.
  estimator: corrected({ entropy: "sticking-the-landing" }),
  optimizer: adam({ learningRate: 0.03 }),
  steps: 2000,
  seed: 1,
} as const;

describe("the posterior of a linear regression", () => {
  const full = fit(regression, { ...OPTIONS, guide: fullRank() });
  const free = fit(regression, { ...OPTIONS, estimator: corrected({ entropy: "analytic" }), guide: meanField() });

  test("has the means, standard deviations and correlation of the exact one under full rank", () => {
    ["a", "b"].forEach((name, i) => {
      expect(full.mean(name)).toBeCloseTo(exact.mean[i]!, 3);
      expect(full.sd(name)).toBeCloseTo(exactSds[i]!, 3);
    });
    expect(exactCorrelation).toBeLessThan(-0.8);
    expect(full.correlation("a", "b")).toBeCloseTo(exactCorrelation, 3);
    expect(full.correlation("b", "a")).toBe(full.correlation("a", "b"));
    expect(full.correlation("b", "b")).toBe(1);
    full.covariance().forEach((value, at) => {
      expect(value).toBeCloseTo(exact.covariance[at]!, 3);
    });
  });

  test("under mean field has the means alone: its standard deviations are those given the other latent", () => {
    expect(free.mean("a")).toBeCloseTo(exact.mean[0]!, 3);
    // Steps of 0.03 on noisy gradients keep ρ moving by some hundredths.
    const given = exactSds[0] * Math.sqrt(1 - exactCorrelation ** 2);
    expect(Math.abs(free.sd("a") / given - 1)).toBeLessThan(0.1);
    expect(free.sd("a")).toBeLessThan(0.6 * full.sd("a"));
    expect(free.correlation("a", "b")).toBe(0);
    expect([...free.covariance()]).toEqual([free.sd("a") ** 2, 0, 0, free.sd("b") ** 2]);
    expect(free.params).not.toHaveProperty("lower");
    expect(free.parameterNames).toEqual(["mu[a]", "mu[b]", "rho[a]", "rho[b]"]);
  });

  test("reaches the log evidence, which mean field misses by the mutual information −½ log(1 − r²)", () => {
    const elboAt = (guide: Guide, params: GuideParameters): number =>
      estimateGradient(regression, { guide, params, estimator: corrected(), samples: 4096 }).elbo;
    expect(elboAt(fullRank(), full.params)).toBeCloseTo(exact.logEvidence, 4);
    const missing = -0.5 * Math.log(1 - exactCorrelation ** 2);
    expect(missing).toBeGreaterThan(0.5);
    expect(elboAt(meanField(), free.params)).toBeCloseTo(exact.logEvidence - missing, 2);
  });

  test("is summed up by its marginals", () => {
    const [a] = full.summary();
    expect(a).toEqual({
      name: "a",
      mean: full.mean("a"),
      sd: full.sd("a"),
      q05: full.quantile("a", 0.05),
      median: full.mean("a"),
      q95: full.quantile("a", 0.95),
      by: "guide",
    });
    expect(full.quantile("a", 0.95) - full.mean("a")).toBeCloseTo(1.6448536 * full.sd("a"), 6);
  });

  test("is sampled jointly", () => {
    const draws = 100_000;
    const moments = (posterior: Posterior): number[] => {
      const { a, b } = posterior.sample(draws, { seed: 3 }) as { a: Float64Array; b: Float64Array };
      const [ma, mb] = [posterior.mean("a"), posterior.mean("b")];
      let [aa, ab, bb] = [0, 0, 0];
      for (let d = 0; d < draws; d++) {
        const [u, v] = [a[d]! - ma, b[d]! - mb];
        [aa, ab, bb] = [aa + u * u, ab + u * v, bb + v * v];
      }
      return [aa, ab, ab, bb].map((sum) => sum / draws);
    };
    // The standard error of a mean of products of two normals is at most √2·sd·sd/√draws.
    for (const posterior of [full, free])
      moments(posterior).forEach((value, at) => {
        const scale = posterior.sd(at < 2 ? "a" : "b") * posterior.sd(at % 2 === 0 ? "a" : "b");
        expect(Math.abs(value - posterior.covariance()[at]!)).toBeLessThan((5 * Math.SQRT2 * scale) / Math.sqrt(draws));
      });
  });

  test("goes on where it stopped, given its parameters, and is refused by the other guide", () => {
    const more = fit(regression, { ...OPTIONS, guide: fullRank(), init: full.params, steps: 1 });
    expect(more.elboTrace[0]).toBeCloseTo(exact.logEvidence, 3);
    expect(full.parameterNames).toEqual(["mu[a]", "mu[b]", "rho[a]", "rho[b]", "lower[b on a]"]);
    expect(() => fit(regression, { init: full.params, guide: meanField() })).toThrow(
      /the mean-field guide has no parameters "lower"/,
    );
    expect(() => fit(regression, { init: free.params, guide: fullRank() })).toThrow(/lower does not fit the pairs/);
  });

  test("is the same step by step, with the event loop in between, and from the core up to rounding", async () => {
    const options = { ...OPTIONS, guide: fullRank(), steps: 200 };
    const whole = fit(regression, options);
    const steps = fitSteps(regression, options);
    let next = steps.next();
    for (; !next.done; next = steps.next()) expect(next.value.theta).toHaveLength(5);
    const { params } = await fitAsync(regression, options);
    for (const other of [next.value.params, params]) expect(other).toEqual(whole.params);
    // The core has independent samples, without further options.
    const independent = { ...options, estimator: corrected({ points: "random", pairing: "independent" }) };
    const [plain, fast] = [core.fit(regression, independent), fit(regression, independent)];
    expect(plain.correlation("a", "b")).toBeLessThan(-0.5);
    expect(plain.correlation("a", "b")).toBeCloseTo(fast.correlation("a", "b"), 9);
  });

  test("names latents that it does not have", () => {
    expect(() => full.correlation("a", "c")).toThrow(
      new RangeError('correlation: no such latent; got "c", expected one of a, b'),
    );
  });

  test("is not lost when a fit diverges: the last good parameters have their shares", () => {
    const wild = { ...OPTIONS, guide: fullRank(), optimizer: adam({ learningRate: 1e200 }) };
    let error: unknown;
    try {
      fit(regression, wild);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(DivergenceError);
    const { params } = error as DivergenceError;
    expect(Object.keys(params)).toEqual(["mu", "rho", "lower"]);
    expect([...params.mu, ...params.rho, ...params.lower!].every(Number.isFinite)).toBe(true);
  });
});

describe("a regression with a step at an unknown place", () => {
  const model = stepreg();

  test("has an ELBO more than a nat higher with correlations: −52.1 against −53.45", { timeout: 60_000 }, () => {
    const init = { mu: [1, 0.3, 2, 6.2, -0.4], rho: [-1, -2, -1, -1, -1.5] };
    const options = { steps: 1000, optimizer: adam({ learningRate: 0.02 }), seed: 1 };
    const elboOf = (guide: Guide, params: GuideParameters): readonly [elbo: number, error: number] => {
      const posterior = fit(model, { ...options, guide, init: params });
      const samples = 4000;
      const at = { guide, params: posterior.params, estimator: score(), samples, seed: 9 };
      const { elbo, elboVariance } = estimateGradient(model, at);
      return [elbo, Math.sqrt(elboVariance / samples)];
    };
    const [free, freeError] = elboOf(meanField(), init);
    const [full, fullError] = elboOf(fullRank(), { ...init, lower: new Array(10).fill(0) });
    expect(full - free - 5 * (freeError + fullError)).toBeGreaterThan(1);
    expect(full - 5 * fullError).toBeGreaterThan(-52.3);
  });
});
