import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { corrected, type Estimator, lyy18, reparam, score } from "../../src/estimators/index.ts";
import { estimateGradient, explain, type GradientEstimate, logJoint, makeSampler } from "../../src/index.ts";
import { cheating, walk, xornet } from "../../src/models/index.ts";
import type { Model } from "../../src/program/model.ts";
import { COMPILED } from "../support/compiled.ts";
import { amount } from "../support/soak.ts";

const LOG_2PI = Math.log(2 * Math.PI);
const logNormal = (x: number, mean: number, sd: number): number =>
  -0.5 * ((x - mean) / sd) ** 2 - Math.log(sd) - 0.5 * LOG_2PI;

// The definitions once more, by plain arithmetic. The walk's guide counts every latent, its prior only those reached.
function walkLogJoint(z: readonly number[]): number {
  let total = logNormal(z[0]!, 3, 1);
  let [position, distance] = [z[0]!, 0];
  for (let i = 1; i <= 16; i++) {
    if (!(position > 0)) return total + logNormal(3.75, distance, 1);
    if (i > 15) return total + logNormal(1000, 7.5, 1);
    total += logNormal(z[i]!, 0, 1);
    distance += Math.abs(z[i]!);
    position += z[i]!;
  }
  return total;
}

function xornetLogJoint(z: readonly number[]): number {
  const step = (x: number): number => (x > 0 ? 1 : 0);
  let total = z.reduce((sum, value) => sum + logNormal(value, 0, 1), 0);
  for (const [x1, x2, y] of [
    [0, 0, 0],
    [0, 1, 1],
    [1, 0, 1],
    [1, 1, 0],
  ] as const) {
    const first = [0, 1, 2, 3].map((i) => step(z[2 * i]! * x1 + z[2 * i + 1]! * x2 + z[18 + i]!));
    const second = [0, 1].map((i) => step(first.reduce((sum, h, j) => sum + z[8 + 4 * i + j]! * h, z[22 + i]!)));
    total += logNormal(y, step(z[16]! * second[0]! + z[17]! * second[1]! + z[24]!), 0.01);
  }
  return total;
}

// ELBO of the survey up to its constant, the flat prior: given t, the number of yes is binomial with
// p = P(a > 0, u > t) + P(a ≤ 0, b > 0) = Φ(−t)/2 + 1/4.
function cheatingElbo(mu: number, rho: number): number {
  const sd = Math.log1p(Math.exp(rho));
  const cdf = (x: number): number => {
    // Simpson's rule on the density, 600 steps: error below 1e-12 on [0, 9].
    const [n, edge] = [600, Math.min(9, Math.abs(x))];
    let sum = 0;
    for (let i = 0; i <= n; i++)
      sum += (i === 0 || i === n ? 1 : i % 2 === 1 ? 4 : 2) * Math.exp(-0.5 * ((edge * i) / n) ** 2);
    const half = (sum * edge) / (3 * n) / Math.sqrt(2 * Math.PI);
    return x > 0 ? 0.5 + half : 0.5 - half;
  };
  const logFactorial = Array.from({ length: 101 }, () => 0);
  for (let k = 2; k <= 100; k++) logFactorial[k] = logFactorial[k - 1]! + Math.log(k);
  const values = Array.from({ length: 101 }, (_, k) => {
    const p = Math.min(0.995, Math.max(0.005, k / 100));
    return 35 * Math.log(p) + 65 * Math.log(1 - p);
  });
  const given = (t: number): number => {
    const p = 0.5 * cdf(-t) + 0.25;
    return values.reduce(
      (sum, value, k) =>
        sum +
        value *
          Math.exp(
            logFactorial[100]! -
              logFactorial[k]! -
              logFactorial[100 - k]! +
              k * Math.log(p) +
              (100 - k) * Math.log(1 - p),
          ),
      0,
    );
  };
  // The trapezoidal rule over ±8 sd is exact to rounding for such smooth integrands.
  let sum = 0;
  const h = 1 / 16;
  for (let x = -8; x <= 8; x += h) sum += (h * Math.exp(-0.5 * x * x) * given(mu + sd * x)) / Math.sqrt(2 * Math.PI);
  return sum + 0.5 * LOG_2PI + 0.5 + Math.log(sd);
}

const independent = (marginalise = true): Estimator =>
  corrected({ points: "random", pairing: "independent", marginalise });

/** Differences of two independent estimates in units of their standard error. */
function differences(one: GradientEstimate, other: GradientEstimate): number[] {
  return Array.from(one.gradient, (value, i) => {
    const error = Math.sqrt(one.variance[i]! / one.samples + other.variance[i]! / other.samples);
    return (value - other.gradient[i]!) / error;
  }).filter(Number.isFinite);
}

test("latents and conditions are those of the paper", () => {
  const counts = (model: Model): readonly [number, number] => {
    const { latents, conditions, accepted } = explain(model);
    expect(accepted).toBe(true);
    return [latents.length, conditions.length];
  };
  // 16 stopping conditions; 100 of 300 answers carry a gradient; 16 + 8 + 4 conditions less those that agree: a unit of
  // the first layer has one per input.
  expect(counts(walk)).toEqual([16, 16]);
  expect(counts(cheating)).toEqual([1, 100]);
  expect(counts(xornet)).toEqual([25, 28]);
});

describe("log joint", () => {
  const values = (n: number, min: number, max: number) =>
    fc.array(
      fc.noBias(fc.nat(1 << 20)).map((k) => min + ((max - min) * k) / (1 << 20)),
      { minLength: n, maxLength: n },
    );
  test.each([
    ["walk", walk, walkLogJoint, values(16, -2, 2)],
    ["walk far out", walk, walkLogJoint, values(16, -0.2, 1)],
    ["xornet", xornet, xornetLogJoint, values(25, -3, 3)],
  ] as const)("of %s is that of the definition", (_name, model, plain, z) => {
    fc.assert(
      fc.property(z, (at) => {
        const expected = plain(at);
        expect(Math.abs(logJoint(model, at) - expected)).toBeLessThan(1e-11 * Math.abs(expected));
      }),
    );
  });
});

describe("cheating", () => {
  const params = { mu: [0.3], rho: [0.5] };
  const h = 1e-4;
  const exact = [
    (cheatingElbo(0.3 + h, 0.5) - cheatingElbo(0.3 - h, 0.5)) / (2 * h),
    (cheatingElbo(0.3, 0.5 + h) - cheatingElbo(0.3, 0.5 - h)) / (2 * h),
  ];
  const at = (estimator: Estimator, samples: number): GradientEstimate =>
    estimateGradient(cheating, { estimator, params, samples, seed: 2 });
  const SAMPLES = amount(2000, 5000);
  const worst = ({ gradient, variance, samples }: GradientEstimate): number =>
    Math.max(...Array.from(gradient, (value, i) => Math.abs(value - exact[i]!) / Math.sqrt(variance[i]! / samples)));

  test("has the ELBO and the gradient that the binomial distribution of the answers gives", () => {
    const estimate = at(independent(), SAMPLES);
    expect(worst(estimate)).toBeLessThan(5);
    expect(Math.abs(estimate.elbo - cheatingElbo(0.3, 0.5))).toBeLessThan(
      5 * Math.sqrt(estimate.elboVariance / estimate.samples),
    );
    expect(worst(at(corrected(), SAMPLES))).toBeLessThan(5);
    expect(worst(at(score(), amount(16_000, 40_000)))).toBeLessThan(5);
    expect(worst(at(lyy18(), SAMPLES))).toBeLessThan(5);
  });

  test("is the same constant for every sample of reparam, and wrong", () => {
    const plain = at(reparam(), 1000);
    // Only the entropy moves: d log σ/dρ.
    expect(plain.gradient[0]).toBeCloseTo(0, 12);
    expect(plain.gradient[1]).toBeCloseTo(1 / (1 + Math.exp(-0.5)) / Math.log1p(Math.exp(0.5)), 12);
    expect(Math.abs(plain.gradient[0]! - exact[0]!)).toBeGreaterThan(1);
  });
});

describe.each([
  // A walk that comes home soon and a network whose weights are small against its biases: points where score has a
  // variance that lets one see something.
  [
    "walk",
    walk,
    { mu: Array.from({ length: 16 }, (_, i) => (i === 0 ? 2 : -0.8)), rho: new Array<number>(16).fill(0.5) },
  ],
  [
    "xornet",
    xornet,
    { mu: Array.from({ length: 25 }, (_, i) => 0.4 * Math.sin(i)), rho: new Array<number>(25).fill(0) },
  ],
] as const)("%s", (_name, model, params) => {
  const at = (estimator: Estimator, samples: number, seed: number): GradientEstimate =>
    estimateGradient(model, { estimator, params, samples, seed });
  const SAMPLES = amount(10_000, 40_000);
  const reference = estimateGradient(model, {
    estimator: score({ baseline: "leave-one-out" }),
    params,
    samples: amount(60_000, 400_000),
    seed: 11,
    backend: COMPILED,
  });

  test("has the same mean under corrected, in all its ways, and score; not under reparam", () => {
    for (const estimator of [independent(), independent(false), corrected()]) {
      const scores = differences(at(estimator, SAMPLES, 12), reference);
      expect(scores.length).toBeGreaterThan(20);
      // 50 components, 3 estimators, 2 models: |z| above 5 has probability 2e-4 in all.
      expect(Math.max(...scores.map(Math.abs))).toBeLessThan(5);
      const square = scores.reduce((total, z) => total + z * z, 0) / scores.length;
      expect(square).toBeLessThan(1 + 5 * Math.sqrt(2 / scores.length));
    }
    // The same test fails.
    expect(Math.max(...differences(at(reparam(), SAMPLES, 12), reference).map(Math.abs))).toBeGreaterThan(5);
  });
});

describe("lyy18", () => {
  test("agrees with corrected on walk", () => {
    const params = {
      mu: Array.from({ length: 16 }, (_, i) => (i === 0 ? 2 : -0.8)),
      rho: new Array<number>(16).fill(0.5),
    };
    const [ours, theirs] = [independent(), lyy18()].map((estimator, seed) =>
      estimateGradient(walk, { estimator, params, samples: amount(12_000, 50_000), seed }),
    );
    expect(Math.max(...differences(ours!, theirs!).map(Math.abs))).toBeLessThan(5);
  });

  test("is not defined on xornet, and says why", () => {
    expect(() => makeSampler(xornet, lyy18())).toThrow(
      /lyy18: condition `.+` has no constant slope; got one that changes with W2.+, expected constants times latents; corrected\(\) handles it/,
    );
  });
});
