import { describe, expect, test } from "vitest";
import { add, div, exp, gt, mul, type Real, square, sum, type Truth } from "../../src/autodiff/expr.ts";
import * as core from "../../src/core.ts";
import { normal } from "../../src/distributions/index.ts";
import { corrected, type Estimator, lyy18, reparam, score } from "../../src/estimators/index.ts";
import { estimateGradient } from "../../src/index.ts";
import { normalCdf } from "../../src/math/normal.ts";
import { defineModel, type MeanFieldParameters, type Model } from "../../src/program/model.ts";
import { verifyGradient } from "../../src/verify/index.ts";
import { COMPILED } from "../support/compiled.ts";
import { zScores } from "../support/expect-mean.ts";
import { amount } from "../support/soak.ts";

const independent = (marginalise: boolean): Estimator =>
  corrected({ points: "random", pairing: "independent", marginalise });

test("a condition with a threshold that the same latent decides is not taken for parallel to what decides it", () => {
  const model = defineModel("own threshold", ({ sample, observe, where }) => {
    const z = sample("z", normal(0, 1));
    observe(normal(where(gt(z, where(gt(z, 0.1), 0.5, -0.4)), 2, -1), 1), 0.3);
  });
  const verdictOf = (estimator: Estimator) =>
    verifyGradient(model, { estimator, params: { mu: [0.3], rho: [0.2] }, budget: 65_536, resolution: 0.05 }).verdict;
  expect(verdictOf(independent(false))).toBe("unbiased at this resolution");
  expect(verdictOf(reparam())).toBe("biased");
});

describe("a pole across which a condition changes", () => {
  const withCondition = (condition: (u: Real, w: Real) => Truth): Model =>
    defineModel("poles", ({ sample, observe, where }) => {
      const [u, w] = [sample("u", normal(0, 1)), sample("w", normal(0, 1))];
      observe(normal(where(condition(u, w), 1, -1), 1), 0.5);
    });
  const at = (model: Model, estimator: Estimator, mean: number) => () =>
    estimateGradient(model, { estimator, params: { mu: [mean, 0], rho: [-2, -2] }, samples: 16 });
  const reciprocal = withCondition((u, w) => gt(w, exp(div(1, u))));

  const FREE = 400_000;
  const agreesWithScore = (model: Model, params: MeanFieldParameters, samples: number): void => {
    const ours = estimateGradient(model, { estimator: corrected(), params, samples, seed: 4 });
    const free = estimateGradient(model, {
      estimator: score({ baseline: "leave-one-out" }),
      params,
      samples: FREE,
      seed: 5,
      backend: COMPILED,
    });
    ours.gradient.forEach((value, p) => {
      const error = Math.sqrt(ours.variance[p]! / samples + free.variance[p]! / FREE);
      expect(error).toBeLessThan(0.03);
      expect(Math.abs(value - free.gradient[p]!)).toBeLessThan(4.5 * error);
    });
  };

  test("is counted along lines where it is not taken off by multiplying denominators out", () => {
    agreesWithScore(reciprocal, { mu: [0, 0], rho: [-2, -2] }, 4096);
  });

  test("is refused by estimators that move variables in which the condition is affine", () => {
    const inCore = (model: Model) => () => core.estimateGradient(model, { estimator: corrected(), samples: 16 });
    expect(inCore(withCondition((u, w) => gt(mul(u, w), 1)))).toThrow(/got slopes that may be 0/);
    for (const model of [reciprocal, withCondition((u, w) => gt(div(w, u), 1))]) {
      expect(inCore(model)).toThrow(/no variable in which it is affine/);
      expect(at(model, lyy18(), 0)).toThrow(/no variable in which it is affine/);
    }
    // A divisor that is positive makes none.
    expect(
      at(
        withCondition((u, w) => gt(div(w, add(exp(u), square(w))), 1)),
        corrected(),
        0,
      ),
    ).not.toThrow();
    expect(inCore(withCondition((u, w) => gt(div(w, exp(u)), 1)))).not.toThrow();
  });

  test("is counted with any number of variables in divisors", () => {
    const model = defineModel("poles", ({ sample, observe, where }) => {
      const z = Array.from({ length: 4 }, (_, i) => sample(`z${i}`, normal(0, 1)));
      const holds = gt(sum(z.map((each) => exp(div(1, each)))), 2);
      observe(normal(where(holds, 1, -1), 1), 0.5);
    });
    agreesWithScore(model, { mu: [0.3, 0.5, -0.4, 0.8], rho: [0, 0, 0, 0] }, amount(2048, 4096));
  });
});

test("a product with a third latent of constant slope: the mean of a normal distribution function", () => {
  const params = { mu: [0.4, -0.3, 0.2], rho: [0.2, 0.5, -0.1] };
  const model = defineModel("bilinear", ({ sample, observe, where }) => {
    const [u, w, v] = [sample("u", normal(0, 1)), sample("w", normal(0, 1)), sample("v", normal(0, 1))];
    observe(normal(where(gt(add(mul(u, w), mul(0.7, v)), 0.4), 2, 0), 1), 1.5);
  });
  // ℓ jumps by ½·1.5² − ½·0.5² = 1, so that the ELBO is P(u·w + 0.7·v > 0.4) + Σ (log σ − ½(μ² + σ²)) + a constant; the
  // trapezoidal rule with steps of ¼ over ±8 sd is exact to 1e-12 for integrands this smooth.
  const elbo = (theta: readonly number[]): number => {
    const sd = theta.slice(3).map((rho) => Math.log1p(Math.exp(rho)));
    let total = sd.reduce((sum, s, i) => sum + Math.log(s) - 0.5 * (theta[i]! ** 2 + s ** 2), 0);
    for (let x = -8; x <= 8; x += 0.25)
      for (let y = -8; y <= 8; y += 0.25) {
        const mean = (theta[0]! + sd[0]! * x) * (theta[1]! + sd[1]! * y) + 0.7 * theta[2]! - 0.4;
        const density = Math.exp(-0.5 * (x * x + y * y)) / (2 * Math.PI);
        total += 0.0625 * density * normalCdf(mean / (0.7 * sd[2]!));
      }
    return total;
  };
  const theta = [...params.mu, ...params.rho];
  const exact = theta.map((_, i) => {
    const moved = (by: number): number => elbo(theta.map((value, j) => (j === i ? value + by : value)));
    return (moved(1e-4) - moved(-1e-4)) / 2e-4;
  });
  const at = (estimator: Estimator) =>
    estimateGradient(model, { estimator, params, samples: amount(40_000, 100_000), seed: 8 });
  for (const estimator of [independent(true), independent(false), corrected()])
    expect(Math.max(...zScores(at(estimator), exact).map(Math.abs))).toBeLessThan(5);
  expect(Math.max(...zScores(at(reparam()), exact).map(Math.abs))).toBeGreaterThan(5);
});
