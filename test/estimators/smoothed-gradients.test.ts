import { describe, expect, test } from "vitest";
import { and, exp, gt, log, lt, mul, neg, not, or, sub } from "../../src/autodiff/expr.ts";
import { normal } from "../../src/distributions/index.ts";
import { corrected, type Estimator, smoothed } from "../../src/estimators/index.ts";
import { adam, estimateGradient, fit, makeSampler, meanGradientInto } from "../../src/index.ts";
import { gmm, textmsg } from "../../src/models/index.ts";
import { defineModel, type Model } from "../../src/program/model.ts";
import { fillNormals, makeGenerator, noiseRequest } from "../../src/random/index.ts";
import { gmmExact, textmsgExact } from "../oracle/closed-forms.ts";
import { COMPILED } from "../support/compiled.ts";
import { gradientFault, zScores } from "../support/expect-mean.ts";

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const logNormal = (x: number, mean: number, sd: number): number =>
  -0.5 * ((x - mean) / sd) ** 2 - Math.log(sd) - 0.5 * Math.log(2 * Math.PI);

/** A gradient of the smoothed ELBO of gmm by quadrature: Simpson's rule over ±10 sd, score times ℓ. */
function gmmSmoothed(mu: number, rho: number, accuracy: number): number[] {
  const sd = Math.log1p(Math.exp(rho));
  const panels = 400_000; // of 5e-5 sd: 20 to the narrowest sigmoid below
  const gradient = [0, 0];
  for (let k = 0; k <= panels; k++) {
    const epsilon = -10 + (20 * k) / panels;
    const z = mu + sd * epsilon;
    const s = sigmoid(z / accuracy);
    const value = logNormal(z, 0, 1) + logNormal(0, 5 * s - 2 * (1 - s), 1) - logNormal(z, mu, sd);
    const weight = ((k === 0 || k === panels ? 1 : k % 2 === 0 ? 2 : 4) * 20) / (3 * panels);
    const q = weight * Math.exp(logNormal(epsilon, 0, 1));
    gradient[0]! += (q * value * epsilon) / sd;
    gradient[1]! += ((q * value * (epsilon ** 2 - 1)) / sd) * sigmoid(rho);
  }
  return gradient;
}

const startOf = (model: Model): { mu: number[]; rho: number[] } => {
  const { mu, rho } = model.init!;
  return { mu: Array.from(mu), rho: Array.from(rho) };
};
const largest = (values: Iterable<number>): number => Math.max(...Array.from(values, Math.abs));

describe("smoothed", () => {
  const params = { mu: [0.3], rho: [0.2] };
  const exact = gmmExact(params.mu, params.rho).gradient;

  test("has the smoothed density's gradient as its mean, at any accuracy", () => {
    for (const accuracy of [1, 0.1, 0.02]) {
      const estimator = smoothed({ accuracy });
      const estimate = estimateGradient(gmm, { estimator, params, samples: 400_000, seed: 1, backend: COMPILED });
      // The variance grows like 1/accuracy; 3 % of the gradient is seen at the narrowest.
      const fault = gradientFault(estimate, gmmSmoothed(0.3, 0.2, accuracy), { alpha: 1e-4, detectable: 0.05 });
      expect(fault, `accuracy ${accuracy}`).toBeUndefined();
    }
  });

  test("is biased at accuracy 1, in proportion to the accuracy below it, and right in the limit", () => {
    const bias = (accuracy: number): number =>
      largest(gmmSmoothed(0.3, 0.2, accuracy).map((value, i) => value - exact[i]!)) / largest(exact);
    expect(bias(1)).toBeGreaterThan(0.3);
    expect(bias(0.01) / bias(0.001)).toBeCloseTo(10, 0);
    expect(bias(0.001)).toBeLessThan(0.005);
  });

  test("of gmm and textmsg differs from corrected at accuracy 1 and agrees with it at a small one", () => {
    for (const { model, closed, at, samples } of [
      { model: gmm, closed: gmmExact, at: params, samples: 800_000 },
      { model: textmsg, closed: textmsgExact, at: startOf(textmsg), samples: 100_000 },
    ]) {
      const { gradient } = closed(at.mu, at.rho);
      const estimate = (estimator: Estimator, samples = 100_000) =>
        estimateGradient(model, { estimator, params: at, samples, seed: 2, backend: COMPILED });
      const wide = estimate(smoothed({ accuracy: 1 }));
      expect(largest(zScores(wide, gradient)), model.name).toBeGreaterThan(20);
      const narrow = estimate(smoothed({ accuracy: 0.002 }), samples);
      expect(gradientFault(narrow, gradient, { alpha: 1e-4, detectable: 0.2 }), model.name).toBeUndefined();
      const unbiased = estimate(corrected());
      expect(gradientFault(unbiased, gradient, { alpha: 1e-4, detectable: 0.05 }), model.name).toBeUndefined();
    }
  });

  test("weighs and, or, not, nested conditions and terms in arms by products of sigmoids", () => {
    const model = defineModel("arms", ({ sample, observe, branch, where }) => {
      const x = sample("x", normal(0, 1));
      const y = sample("y", normal(0.5, 2));
      const inner = where(gt(y, 1), mul(2, x), neg(y));
      const a = where(and(gt(x, 0.2), not(lt(y, -0.3))), exp(x), 1);
      const b = where(or(gt(inner, 0.1), gt(0, y)), y, sub(3, x));
      observe(normal(a, 1), 0.7);
      branch(gt(b, 0.4), () => {
        const w = sample("w", normal(1, 0.5));
        observe(normal(mul(w, x), 1.5), 1);
      });
    });
    const accuracy = 0.7;
    const theta = Float64Array.from([0.3, -0.2, 0.1, 0.4, -0.1, -0.5]);
    const draw = { generator: makeGenerator(5), stream: 0, firstSample: 0, samples: 1 };
    const epsilon = new Float64Array(3);
    // The smoothed ℓ by hand.
    const value = (at: ArrayLike<number>): number => {
      const sd = [3, 4, 5].map((i) => Math.log1p(Math.exp(at[i]!)));
      const [x, y, w] = sd.map((scale, i) => at[i]! + scale * epsilon[i]!) as [number, number, number];
      const s = (c: number): number => sigmoid(c / accuracy);
      const inner = s(y - 1) * 2 * x + s(1 - y) * -y;
      const both = s(x - 0.2) * s(y + 0.3);
      const a = both * Math.exp(x) + (1 - both);
      const either = 1 - s(0.1 - inner) * s(y);
      const b = either * y + (1 - either) * (3 - x);
      const live = s(b - 0.4);
      const guide = sd.map((scale, i) => 0.5 * epsilon[i]! ** 2 + Math.log(scale) + 0.5 * Math.log(2 * Math.PI));
      const outside = logNormal(x, 0, 1) + logNormal(y, 0.5, 2) + logNormal(0.7, a, 1) + guide[0]! + guide[1]!;
      return outside + live * (logNormal(w, 1, 0.5) + logNormal(1, w * x, 1.5) + guide[2]!);
    };
    const sampler = makeSampler(model, smoothed({ accuracy }), { lanes: 1 });
    const gradient = new Float64Array(6);
    for (let firstSample = 0; firstSample < 20; firstSample++) {
      meanGradientInto(gradient, sampler, theta, { ...draw, firstSample });
      fillNormals(noiseRequest({ out: epsilon, generator: draw.generator, firstSample, lanes: 1, dimensions: 3 }));
      gradient.forEach((found, i) => {
        const h = 1e-5; // third derivatives of order 100 here: h²·100/6, and rounding 1e-15·10/h
        const moved = (by: number): number => value(theta.map((t, j) => (i === j ? t + by : t)));
        expect(Math.abs(found - (moved(h) - moved(-h)) / (2 * h))).toBeLessThan(1e-7 * Math.max(1, Math.abs(found)));
      });
    }
  });

  test("leaves ℓ, and conditions that no latent decides, as they are", () => {
    const at = { params, samples: 100, seed: 3 };
    expect(estimateGradient(gmm, { ...at, estimator: smoothed() }).elbo).toBeCloseTo(
      estimateGradient(gmm, {
        ...at,
        estimator: corrected({ points: "random", pairing: "independent", marginalise: false }),
      }).elbo,
      12,
    );
    const data = defineModel("data", ({ sample, frozen, observe, where }) => {
      const z = sample("z", normal(0, 1));
      observe(normal(where(gt(frozen("e", normal(0, 1)), 0), z, neg(z)), 1), 1);
    });
    const by = (accuracy: number) =>
      estimateGradient(data, { estimator: smoothed({ accuracy }), samples: 50 }).gradient;
    expect(by(3)).toEqual(by(0.01));
  });

  test("takes an arm of weight 0 for absent, though it is not finite", () => {
    const model = defineModel("logarithm", ({ sample, observe, where }) => {
      const z = sample("z", normal(0, 1));
      observe(normal(where(gt(z, 0), log(z), -1), 1), 0);
    });
    // A weight is 0 from 745 accuracies below 0 on: of 1000 samples, 0.3 are expected nearer.
    const { gradient } = estimateGradient(model, { estimator: smoothed({ accuracy: 1e-6 }), samples: 1000, seed: 4 });
    expect(gradient.every(Number.isFinite)).toBe(true);
  });

  test("follows its schedule: η·√(4000/(i + 1)) in step i", () => {
    const gradientAt = (estimator: Estimator, step: number): Float64Array =>
      estimateGradient(textmsg, { estimator, samples: 20, step }).gradient;
    for (const [step, factor] of [
      [0, 63.245553203367585],
      [999, 2],
      [3999, 1],
      [15_999, 0.5],
    ] as const) {
      const decayed = gradientAt(smoothed({ accuracy: 0.15, schedule: "dsgd" }), step);
      const fixed = gradientAt(smoothed({ accuracy: 0.15 * factor }), step);
      decayed.forEach((value, i) => {
        expect(Math.abs(value - fixed[i]!)).toBeLessThan(1e-9 * largest(fixed));
      });
    }
    // A fit counts from step 0.
    const first: Float64Array[] = [];
    const onProgress = ({ gradient }: { gradient: Float64Array }): void => void first.push(gradient.slice());
    const estimator = smoothed({ accuracy: 0.15, schedule: "dsgd" });
    fit(textmsg, {
      estimator,
      steps: 2,
      samples: 16,
      optimizer: adam({ learningRate: 1e-9 }),
      onProgress,
      onWarning: () => undefined,
    });
    const again = (accuracy: number, firstSample: number): Float64Array => {
      const { mu, rho } = startOf(textmsg);
      const gradient = new Float64Array(6);
      const draw = { generator: makeGenerator(0), stream: 0, firstSample, samples: 16 };
      meanGradientInto(
        gradient,
        makeSampler(textmsg, smoothed({ accuracy })),
        Float64Array.from([...mu, ...rho]),
        draw,
      );
      return gradient;
    };
    [63.245553203367585, 44.721359549995796].forEach((factor, step) => {
      const expected = again(0.15 * factor, 16 * step);
      // Parameters have moved by 1e-9.
      first[step]!.forEach((value, i) => {
        expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-6 * largest(expected));
      });
    });
  });

  test("warns of its bias; refuses accuracies and schedules that are none", () => {
    const warnings: string[] = [];
    fit(gmm, { estimator: smoothed(), steps: 1, onWarning: (text) => warnings.push(text) });
    expect(warnings.join()).toContain('estimator "smoothed" is biased on model "gmm"');
    for (const accuracy of [0, -1, NaN, Infinity, 1e-310, "1" as unknown as number])
      expect(() => smoothed({ accuracy })).toThrow(
        `smoothed: accuracy is no width; got ${accuracy}, expected a finite number > 0, not below 1e-308`,
      );
    expect(() => smoothed({ schedule: "slow" as "fixed" })).toThrow(
      'smoothed: unknown schedule; got slow, expected "fixed" or "dsgd"',
    );
    expect(() => estimateGradient(gmm, { estimator: smoothed(), step: -1 })).toThrow(
      "estimateGradient: step is not a count; got -1, expected an integer ≥ 0",
    );
  });
});
