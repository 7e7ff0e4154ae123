import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { add, and, exp, gt, log, lt, mul, neg, not, or, sub } from "../../src/autodiff/expr.ts";
import { measureBias } from "../../src/cli/bias.ts";
import { ESTIMATORS, PAPER_ESTIMATORS } from "../../src/cli/estimators.ts";
import { runExperiment } from "../../src/cli/experiment.ts";
import { divergences, tableData } from "../../src/cli/report/tables.ts";
import { number } from "../../src/cli/terminal.ts";
import { normal } from "../../src/distributions/index.ts";
import { corrected, type Estimator, reparam, score, smoothed } from "../../src/estimators/index.ts";
import { adam, estimateGradient, fit, makeSampler, meanGradientInto } from "../../src/index.ts";
import { normalCdf } from "../../src/math/normal.ts";
import { conditions, gmm, temperature, textmsg } from "../../src/models/index.ts";
import { defineModel, type Model } from "../../src/program/model.ts";
import { fillNormals, makeGenerator, noiseRequest } from "../../src/random/index.ts";
import { gmmExact, textmsgExact } from "../oracle/closed-forms.ts";
import { interpret, quadrature, randomParameters, randomProgram } from "../oracle/random-program.ts";
import { COMPILED } from "../support/compiled.ts";
import { gradientFault, zScores } from "../support/expect-mean.ts";
import { builtPackage } from "../support/package.ts";

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

/** The gradient of the ELBO of "coupled" below, from moments and probabilities, by central differences. */
function coupledExact({ mu, rho }: { mu: number[]; rho: number[] }): { gradient: Float64Array } {
  const normalSquare = (x: number, mean: number, variance: number, sd: number): number =>
    logNormal(x, mean, sd) - 0.5 * (variance / sd ** 2);
  const elbo = (theta: readonly number[]): number => {
    const [u, v, w] = theta as [number, number, number];
    const [a, b, c] = theta.slice(3).map((value) => Math.log1p(Math.exp(value))) as [number, number, number];
    const entropy = Math.log(a) + Math.log(b) + Math.log(c) + 1.5 * (1 + Math.log(2 * Math.PI));
    const priors = normalSquare(0, u, a * a, 1) + normalSquare(0, v, b * b, 1) + normalSquare(0, w, c * c, 1);
    const above = normalCdf((u - v) / Math.hypot(a, b));
    const first = above * logNormal(0.5, 3, 1) + (1 - above) * logNormal(0.5, -1, 1);
    const second = normalCdf((v - 0.5) / b) * normalSquare(2, w, c * c, 0.5);
    return entropy + priors + first + second + normalSquare(6, u, a * a, 1);
  };
  const theta = [...mu, ...rho];
  const h = 1e-4; // third derivatives of order 10: 1e-8; rounding 1e-13/1e-4
  const moved = (i: number, by: number): number => elbo(theta.map((value, j) => (i === j ? value + by : value)));
  return { gradient: Float64Array.from(theta, (_, i) => (moved(i, h) - moved(i, -h)) / (2 * h)) };
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
    const at = { model: gmm, params, samples: 100, seed: 3 };
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

describe("score", () => {
  const VARIANTS = {
    plain: score(),
    "leave-one-out": score({ baseline: "leave-one-out" }),
    "Rao-Blackwellised": score({ raoBlackwell: true }),
    both: score({ baseline: "leave-one-out", raoBlackwell: true }),
  };
  // Conditions that couple latents: u and v meet in one condition, v decides about a term of w alone.
  const coupledWith = (ofU: number, threshold: number): Model =>
    defineModel("coupled", ({ sample, observe, branch, where }) => {
      const u = sample("u", normal(0, 1));
      const v = sample("v", normal(0, 1));
      const w = sample("w", normal(0, 1));
      observe(normal(where(gt(u, v), 3, -1), 1), 0.5);
      branch(gt(v, threshold), () => observe(normal(w, 0.5), 2));
      observe(normal(u, 1), ofU);
    });
  const coupled = coupledWith(6, 0.5);
  const coupledAt = { mu: [0.4, 0.2, -0.3], rho: [0.1, 0.3, 0] };
  const { gradient: coupledGradient } = coupledExact(coupledAt);
  const CASES = [
    { model: gmm, params: { mu: [0.3], rho: [0.2] }, gradient: gmmExact([0.3], [0.2]).gradient, detectable: 0.05 },
    {
      model: textmsg,
      params: startOf(textmsg),
      gradient: textmsgExact(startOf(textmsg).mu, startOf(textmsg).rho).gradient,
      detectable: 0.15,
    },
    { model: coupled, params: coupledAt, gradient: coupledGradient, detectable: 0.08 },
  ];

  test("of every kind has the exact mean, with conditions that couple latents as well", () => {
    for (const { model, params, gradient, detectable } of CASES)
      for (const [name, estimator] of Object.entries(VARIANTS)) {
        const estimate = estimateGradient(model, { estimator, params, samples: 200_000, seed: 6, backend: COMPILED });
        // Large terms make plain score weak: it must see half of the gradient, the others what is stated.
        const power = name === "plain" ? 0.5 : detectable;
        expect(
          gradientFault(estimate, gradient, { alpha: 1e-4, detectable: power }),
          `${name}, ${model.name}`,
        ).toBeUndefined();
      }
  });

  test("has the mean that quadrature gives on random programs, with both options", () => {
    let [squares, components] = [0, 0];
    const withParameters = randomProgram.chain((spec) => randomParameters(spec).map((at) => [spec, at] as const));
    fc.assert(
      fc.property(withParameters, fc.integer(), ([spec, params], seed) => {
        const model = defineModel("random", interpret(spec));
        const estimate = estimateGradient(model, { estimator: VARIANTS.both, params, samples: 100_000, seed });
        const scores = zScores(estimate, quadrature(spec, params).gradient);
        // 15 programs, about 5 components: |z| above 5 has probability 4e-5 in all.
        for (const z of scores) expect(Math.abs(z)).toBeLessThan(5);
        squares += scores.reduce((total, z) => total + z * z, 0);
        components += scores.length;
      }),
      { numRuns: 15 },
    );
    // Mean squares of standard normals: 1 ± 4 standard errors.
    expect(Math.abs(squares / components - 1)).toBeLessThan(4 * Math.sqrt(2 / components));
  });

  test("has a lower variance with each option that applies, and the lowest with both", () => {
    for (const { model, params } of CASES.slice(1)) {
      const [plain, baseline, fewer, both] = Object.values(VARIANTS).map((estimator) => {
        const { variance } = estimateGradient(model, { estimator, params, samples: 16_000, seed: 7 });
        return variance.reduce((total, value) => total + value, 0);
      }) as [number, number, number, number];
      // Variances from 1000 groups or more are known to some 5 to 10 %: textmsg's ratio is 0.49 ± 0.04 over eleven seeds,
      // five standard deviations below the bound.
      expect(baseline / plain, model.name).toBeLessThan(0.7);
      // In textmsg every count depends on every latent.
      if (model === textmsg) continue;
      expect(fewer / plain, model.name).toBeLessThan(0.9);
      expect(both / baseline, model.name).toBeLessThan(0.9);
      expect(both / fewer, model.name).toBeLessThan(0.9);
    }
  });

  test("leaves one sample out: (ℓ_i − mean of the other ℓ)·s_i, averaged", () => {
    const theta = Float64Array.from([...coupledAt.mu, ...coupledAt.rho]);
    const draw = { generator: makeGenerator(8), stream: 0, firstSample: 0, samples: 1 };
    const plain = makeSampler(coupled, VARIANTS.plain);
    const n = 5;
    const one = new Float64Array(6);
    const values: number[] = [];
    const scores: number[][] = [];
    for (let firstSample = 0; firstSample < n; firstSample++) {
      const value = meanGradientInto(one, plain, theta, { ...draw, firstSample });
      values.push(value);
      scores.push(Array.from(one, (component) => component / value));
    }
    const total = values.reduce((sum, value) => sum + value, 0);
    const group = new Float64Array(6);
    const value = meanGradientInto(group, makeSampler(coupled, VARIANTS["leave-one-out"]), theta, {
      ...draw,
      samples: n,
    });
    expect(value).toBeCloseTo(total / n, 12);
    group.forEach((component, p) => {
      const terms = values.map((own, i) => ((own - (total - own) / (n - 1)) * scores[i]![p]!) / n);
      expect(component).toBeCloseTo(
        terms.reduce((sum, term) => sum + term, 0),
        10, // values of order 100, in a dozen operations
      );
    });
  });

  test("Rao-Blackwellised, leaves out exactly the terms that a latent cannot change", () => {
    const gradientOf = (estimator: Estimator, ofU: number, threshold: number): Float64Array =>
      estimateGradient(coupledWith(ofU, threshold), { estimator, params: coupledAt, samples: 50 }).gradient;
    const [u, v, w] = [0, 1, 2] as const;
    const plain = [gradientOf(VARIANTS.plain, 6, 0.5), gradientOf(VARIANTS.plain, 7, 0.5)] as const;
    const base = gradientOf(VARIANTS["Rao-Blackwellised"], 6, 0.5);
    const farther = gradientOf(VARIANTS["Rao-Blackwellised"], 7, 0.5);
    const higher = gradientOf(VARIANTS["Rao-Blackwellised"], 6, 0.9);
    for (const latent of [u, v, w]) expect(plain[0][latent]).not.toBe(plain[1][latent]);
    expect([base[v], base[w]]).toEqual([farther[v], farther[w]]);
    expect(base[u]).not.toBe(farther[u]);
    expect(base[u]).toBe(higher[u]);
    // v moves the term by its condition, w by its value.
    expect(base[v]).not.toBe(higher[v]);
    expect(base[w]).not.toBe(higher[w]);
  });

  test("gives the same bits for any number of lanes", () => {
    for (const estimator of Object.values(VARIANTS)) {
      const by = (lanes: number) => {
        const { gradient, variance, elbo } = estimateGradient(coupled, {
          estimator,
          params: coupledAt,
          samples: 300,
          group: 10,
          lanes,
        });
        const mean = new Float64Array(6);
        const theta = Float64Array.from([...coupledAt.mu, ...coupledAt.rho]);
        const draw = { generator: makeGenerator(9), stream: 0, firstSample: 0, samples: 37 };
        meanGradientInto(mean, makeSampler(coupled, estimator, { lanes }), theta, draw);
        return { gradient, variance, elbo, mean };
      };
      const reference = by(64);
      for (const lanes of [1, 7, 10, 300]) expect(by(lanes)).toEqual(reference);
    }
  });

  test("with a baseline needs two samples; refuses an unknown baseline", () => {
    const estimator = VARIANTS["leave-one-out"];
    const text = (caller: string): string =>
      `${caller}: too few samples for estimator "score" with a baseline from the others; got 1 per gradient, expected at least 2`;
    expect(() => fit(gmm, { estimator, samples: 1 })).toThrow(text("fit"));
    expect(() => estimateGradient(gmm, { estimator, group: 1 })).toThrow(text("estimateGradient"));
    const draw = { generator: makeGenerator(0), stream: 0, firstSample: 0, samples: 1 };
    expect(() =>
      meanGradientInto(new Float64Array(2), makeSampler(gmm, estimator), Float64Array.of(0, 0), draw),
    ).toThrow(text("meanGradientInto"));
    expect(() => score({ baseline: "mean" as "none" })).toThrow(
      'score: unknown baseline; got mean, expected "none" or "leave-one-out"',
    );
    expect(fit(gmm, { estimator, steps: 300, seed: 1 }).mean("z")).toBeLessThan(-0.5);
  });
});

describe("compare", () => {
  const few = (...names: string[]) => new Map([...ESTIMATORS].filter(([name]) => names.includes(name)));
  const options = { steps: 20, learningRate: 0.001, varianceSamples: 16, seed: 0, onProgress: () => undefined };

  test("knows the alternatives by name, the paper's four by default", () => {
    expect([...ESTIMATORS.keys()]).toEqual([...PAPER_ESTIMATORS, "smoothed", "dsgd", "score-loo"]);
  });

  test("multiplies variance and time, both relative to SCORE, beside the published product", () => {
    const experiment = runExperiment(textmsg, ESTIMATORS, { ...options, samples: [1, 4] });
    const { headers, rows } = tableData(experiment)[3]!;
    expect(headers).toEqual(["estimator", "Avg(V(·)) ÷ score", "time ÷ score", "work-normalised", "published"]);
    const published = { reparam: "0.00799", lyy18: "0.0342", corrected: "–", smoothed: "0.0108", dsgd: "0.00789" };
    expect(rows.map((row) => [row[0], row[4]])).toEqual([...Object.entries(published), ["score-loo", "–"]]);
    const curveOf = (name: string) =>
      experiment.curves.find(({ estimator, samples }) => estimator === name && samples === 4)!;
    for (const [name, variance, time, work] of rows) {
      const [own, reference] = [curveOf(name!), curveOf("score")];
      const ratios = [
        own.componentVariance / reference.componentVariance,
        own.millisecondsPerIteration / reference.millisecondsPerIteration,
      ] as const;
      expect([variance, time, work]).toEqual([...ratios, ratios[0] * ratios[1]].map(number));
    }
    // One sample leaves none out.
    expect(experiment.curves.some(({ estimator, samples }) => estimator === "score-loo" && samples === 1)).toBe(false);
    expect(tableData(experiment)[0]!.rows[6]!.slice(0, 2)).toEqual(["score-loo", "–"]);
  });

  test("tells the biased from the unbiased by z-scores at the initial point", () => {
    const bias = measureBias(temperature, ESTIMATORS, { samples: 8000, group: 16, step: 3999, seed: 0 });
    expect(bias.reference).toBe("corrected() with 40000 samples of seed 1");
    for (const { estimator, maxZ, meanSquare } of bias.rows) {
      if (["reparam", "smoothed", "dsgd"].includes(estimator)) expect(maxZ, estimator).toBeGreaterThan(20);
      else {
        // 82 components: |z| > 5 has probability 5e-5; mean squares are within 4 standard errors of 1, and some to spare
        // for the correlation of components.
        expect(maxZ, estimator).toBeLessThan(5);
        expect(Math.abs(meanSquare - 1), estimator).toBeLessThan(0.8);
      }
    }
    const table = tableData({ ...runExperiment(gmm, few("score"), { ...options, samples: [2] }), bias })[4]!;
    expect(table.title).toContain("8000 samples, against corrected() with 40000 samples of seed 1");
    expect(table.headers).toEqual(["estimator", "max |z|", "mean z²", "‖difference‖ ÷ ‖∇ELBO‖"]);
    expect(table.rows[1]).toEqual([
      "reparam",
      ...[bias.rows[1]!.maxZ, bias.rows[1]!.meanSquare, bias.rows[1]!.relative].map(number),
    ]);
  });

  test("takes the exact gradient for reference where the model knows it", () => {
    const { wedge } = conditions;
    const bias = measureBias(wedge, ESTIMATORS, { samples: 8000, group: 16, step: 3999, seed: 0 });
    expect(bias.reference).toBe("the exact gradient");
    for (const { estimator, maxZ } of bias.rows)
      if (["reparam", "smoothed", "dsgd"].includes(estimator)) expect(maxZ, estimator).toBeGreaterThan(5);
      else expect(maxZ, estimator).toBeLessThan(5);
    // As far from the truth as its samples are.
    const { gradient } = estimateGradient(wedge, { estimator: reparam(), samples: 8000, group: 16, seed: 0 });
    const exact = wedge.gradient(wedge.init);
    const norm = Math.hypot(...gradient.map((value, i) => value - exact[i]!)) / Math.hypot(...exact);
    expect(bias.rows.find(({ estimator }) => estimator === "reparam")!.relative).toBeCloseTo(norm, 12);
  });

  test("names an estimator that refuses the model and compares the others, with score if corrected refuses", () => {
    const steep = defineModel("steep", ({ sample, observe, where }) => {
      const z = mul(1e308, sample("z", normal(0, 1)));
      observe(normal(where(gt(add(z, z), 0), 1, -1), 1), 0.5);
    });
    const chosen = few("score", "lyy18", "corrected");
    const experiment = runExperiment(steep, chosen, { ...options, samples: [2] });
    expect(Object.keys(experiment.refused!)).toEqual(["lyy18", "corrected"]);
    expect(divergences(experiment)[0]).toMatch(/^lyy18 is not defined here: lyy18: condition `/);
    const bias = measureBias(steep, few("score"), { samples: 1000, group: 2, step: 0, seed: 0 });
    expect(bias.reference).toBe("score() with baseline and Rao-Blackwellisation with 4992 samples of seed 1");
  });

  test("prints and reports the new tables; says which estimators there are", async () => {
    await builtPackage();
    const folder = await mkdtemp(join(tmpdir(), "nondiff-alternatives-"));
    const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
    const nondiff = (...args: string[]) =>
      spawnSync(process.execPath, [main, "compare", "gmm", "--steps", "4", "--samples", "2", ...args], {
        cwd: folder,
        encoding: "utf8",
      });
    try {
      const { stdout, stderr, status } = nondiff("--estimators", "dsgd,score-loo", "--out", "out");
      expect([stderr, status]).toEqual(["", 0]);
      const html = await readFile(join(folder, "out/report.html"), "utf8");
      for (const text of ["work-normalised variance", "bias of the gradient at the initial point (1000 samples"]) {
        expect(stdout).toContain(text);
        expect(html).toContain(text);
      }
      for (const name of ["score", "dsgd", "score-loo"]) expect(stdout).toMatch(new RegExp(`^${name} `, "m"));
      expect(stdout).not.toMatch(/^(corrected|smoothed) /m);
      expect(nondiff("--estimators", "best").stderr).toContain(
        '--estimators: got "best", expected all or some of score, reparam, lyy18, corrected, smoothed, dsgd, score-loo',
      );
      expect(nondiff("--bias-samples", "3").stderr).toContain('--bias-samples: got "3", expected an integer ≥ 4');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
