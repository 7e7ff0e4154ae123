/** Multivariate normals and t, correlation factors, series and counts: references, masses, draws, bad input. */
import { describe, expect, test } from "vitest";
import type { Real } from "../../../src/autodiff/expr.ts";
import { compile, valueAndGrad } from "../../../src/autodiff/functions.ts";
import {
  ar,
  beta,
  dirichletMultinomial,
  flat,
  gaussianRandomWalk,
  lkjCholesky,
  multinomial,
  multivariateNormal,
  multivariateStudentT,
  normal,
  type VectorDistribution,
} from "../../../src/distributions/index.ts";
import { logJoint } from "../../../src/index.ts";
import { defineModel } from "../../../src/program/model.ts";
import { makeGenerator, uniformSource } from "../../../src/random/index.ts";

const COVARIANCE = [
  [2, 0.6, -0.3],
  [0.6, 1, 0.2],
  [-0.3, 0.2, 1.5],
];
const CENTRE = [0.5, 0, 1];
const AT = [1, -0.5, 2];

function drawsOf({ draw }: VectorDistribution, n: number): number[][] {
  const next = uniformSource(makeGenerator(8));
  return Array.from({ length: n }, () => draw(next));
}

function momentsOf(draws: readonly (readonly number[])[], i: number, j: number): { mean: number; covariance: number } {
  const mean = (k: number): number => draws.reduce((sum, x) => sum + x[k]!, 0) / draws.length;
  const [mi, mj] = [mean(i), mean(j)];
  return { mean: mi, covariance: draws.reduce((sum, x) => sum + (x[i]! - mi) * (x[j]! - mj), 0) / draws.length };
}

describe("multivariate normal and Student t", () => {
  test("have scipy's log densities", () => {
    // scipy.stats.multivariate_normal.logpdf and multivariate_t.logpdf (df 4.5) of scipy 1.17
    expect(multivariateNormal(CENTRE, { covariance: COVARIANCE }).logDensity(AT)).toBeCloseTo(-4.104735315944652, 12);
    expect(multivariateStudentT(4.5, CENTRE, { covariance: COVARIANCE }).logDensity(AT)).toBeCloseTo(
      -4.329948108299044,
      12,
    );
  });

  test("are the same by their Cholesky factor, and with traced entries", () => {
    const cholesky = [
      [2, 0],
      [0.5, 1.5],
    ];
    const covariance = [
      [4, 1],
      [1, 2.5],
    ];
    const x = [0.3, -1];
    const byFactor = multivariateNormal([1, 2], { cholesky }).logDensity(x) as number;
    expect(multivariateNormal([1, 2], { covariance }).logDensity(x)).toBeCloseTo(byFactor, 13);
    const traced = compile(([m, s, c, y]) =>
      multivariateNormal([m!, 2], {
        covariance: [
          [s!, c!],
          [c!, 2.5],
        ],
      }).logDensity([y!, -1]),
    );
    expect(traced([1, 4, 1, 0.3])).toBeCloseTo(byFactor, 12);
    const ofOne = multivariateStudentT(3, [1], { cholesky: [[2]] }).logDensity([0.4]) as number;
    expect(ofOne).toBeCloseTo(Math.log((6 * Math.sqrt(3)) / Math.PI / 2) - 2 * Math.log(3 + 0.09), 12);
  });

  test("have gradients that differences confirm", () => {
    const f = (p: readonly Real[]): Real =>
      multivariateStudentT(p[0]!, [p[1]!, 0], {
        cholesky: [
          [p[2]!, 0],
          [p[3]!, 1.2],
        ],
      }).logDensity([p[4]!, 0.7]);
    const at = [3, 0.5, 1.5, 0.4, -0.2];
    const { gradient } = valueAndGrad(f)(at);
    const plain = compile(f);
    at.forEach((value, i) => {
      const slope = (plain(at.with(i, value + 1e-5)) - plain(at.with(i, value - 1e-5))) / 2e-5;
      expect(Math.abs(slope - gradient[i]!)).toBeLessThan(1e-8);
    });
  });

  test("have draws with their mean and covariance", () => {
    // 20,000 draws: standard errors of the covariances are below 0.02; those of t(8) have heavier tails and 8/6 of the covariance.
    for (const [distribution, factor, allowed] of [
      [multivariateNormal(CENTRE, { covariance: COVARIANCE }), 1, 0.1],
      [multivariateStudentT(8, CENTRE, { covariance: COVARIANCE }), 8 / 6, 0.2],
    ] as const) {
      const draws = drawsOf(distribution, 20_000);
      for (let i = 0; i < 3; i++)
        for (let j = 0; j <= i; j++) {
          const { mean, covariance } = momentsOf(draws, i, j);
          expect(Math.abs(mean - CENTRE[i]!)).toBeLessThan(0.06);
          expect(Math.abs(covariance - factor * COVARIANCE[i]![j]!)).toBeLessThan(allowed);
        }
      expect(Math.abs(momentsOf(draws, 1, 0).covariance + 0.6)).toBeGreaterThan(0.5);
    }
  });

  test("refuse what is no covariance", () => {
    expect(() =>
      multivariateNormal([0, 0], {
        covariance: [
          [1, 2],
          [2, 1],
        ],
      }),
    ).toThrow(
      "multivariateNormal: covariance is not positive definite; got a factor whose pivot 1 is -3, expected > 0",
    );
    expect(() =>
      multivariateNormal([0, 0], {
        covariance: [
          [1, 0.5],
          [0.4, 1],
        ],
      }),
    ).toThrow("multivariateNormal: covariance is not symmetric; got row 0");
    expect(() =>
      multivariateNormal([0, 0], {
        cholesky: [
          [1, 2],
          [0, 1],
        ],
      }),
    ).toThrow("multivariateNormal: factor has entries above its diagonal; got row 0");
    expect(() => multivariateNormal([0, 0], { cholesky: [[1]] })).toThrow(
      "multivariateNormal: no matrix that fits; got an object, expected { cholesky } or { covariance } with 2 rows of 2",
    );
    expect(() => multivariateNormal([], { cholesky: [] })).toThrow("multivariateNormal: no mean; got an array");
    expect(() => multivariateNormal([0], { cholesky: [[-1]] }).draw(() => 0.5)).toThrow(
      "multivariateNormal: draw has an invalid cholesky[0][0]; got -1, expected cholesky[0][0] > 0",
    );
    expect(() => multivariateStudentT(0, [0], { cholesky: [[1]] }).draw(() => 0.5)).toThrow("invalid df; got 0");
  });

  test("are priors and data", () => {
    const model = defineModel("m", ({ sample, observe }) => {
      const x = sample(
        "x",
        multivariateNormal([0, 1], {
          cholesky: [
            [1, 0],
            [0.5, 1],
          ],
        }),
      );
      observe(
        multivariateNormal(x, {
          covariance: [
            [1, 0],
            [0, 1],
          ],
        }),
        [1, 1],
      );
    });
    const expected =
      (multivariateNormal([0, 1], {
        cholesky: [
          [1, 0],
          [0.5, 1],
        ],
      }).logDensity([0.2, 0.4]) as number) +
      (normal(0.2, 1).logDensity(1) as number) +
      (normal(0.4, 1).logDensity(1) as number);
    expect(logJoint(model, [0.2, 0.4])).toBeCloseTo(expected, 12);
  });
});

describe("lkjCholesky", () => {
  /** ∫ of the density on the unconstrained scale of three rows. */
  function mass(distribution: VectorDistribution): number {
    const { forward, logJacobian } = distribution.support.transform!;
    const step = 0.4;
    let total = 0;
    for (let a = -6; a <= 6; a += step)
      for (let b = -6; b <= 6; b += step)
        for (let c = -6; c <= 6; c += step) {
          const log = (distribution.logDensity(forward([a, b, c])) as number) + (logJacobian([a, b, c]) as number);
          total += Math.exp(log) * step ** 3;
        }
    return total;
  }

  test("has mass 1 for three rows, whatever the concentration", () => {
    for (const concentration of [1, 2.5]) expect(mass(lkjCholesky(3, concentration))).toBeCloseTo(1, 4);
  });

  test("has draws whose correlations are beta, (1 + ρ)/2 ~ beta(η − 1 + n/2, the same)", () => {
    const [n, concentration] = [4, 1.5];
    const draws = drawsOf(lkjCholesky(n, concentration), 8000);
    const { fault } = lkjCholesky(n, concentration).support;
    expect(draws.every((x) => fault(x) === undefined)).toBe(true);
    const distance = (a: number, [i, j]: readonly [number, number]): number => {
      const shares = draws.map((x) => {
        let rho = 0;
        for (let k = 0; k < n; k++) rho += x[i * n + k]! * x[j * n + k]!;
        return 0.5 + 0.5 * rho;
      });
      const sorted = Float64Array.from(shares).sort();
      let most = 0;
      sorted.forEach((share, at) => {
        most = Math.max(most, Math.abs((beta(a, a).cdf!(share) as number) - (at + 0.5) / sorted.length));
      });
      return most * Math.sqrt(sorted.length);
    };
    // Kolmogorov and Smirnov at 1e-6, for the first and the last pair of rows; another concentration does not fit.
    const a = concentration - 1 + n / 2;
    expect(distance(a, [1, 0])).toBeLessThan(2.7);
    expect(distance(a, [3, 2])).toBeLessThan(2.7);
    expect(distance(a + 1, [3, 2])).toBeGreaterThan(2.7);
  });

  test("is a prior of a matrix, with rows; and refuses what it is not for", () => {
    const model = defineModel("m", ({ sample, observe }) => {
      const rows = sample("L", lkjCholesky(2, 2));
      observe(multivariateNormal([0, 0], { cholesky: rows }), [0.5, -0.2]);
    });
    const rho = Math.tanh(0.4);
    const factor = [
      [1, 0],
      [rho, Math.sqrt(1 - rho * rho)],
    ];
    // The density of ρ under η = 2 is ¾(1 − ρ²), and dρ/du = 1 − ρ².
    const expected =
      Math.log(0.75) +
      2 * Math.log(1 - rho * rho) +
      (multivariateNormal([0, 0], { cholesky: factor }).logDensity([0.5, -0.2]) as number);
    expect(logJoint(model, [0.4])).toBeCloseTo(expected, 12);
    expect(() => lkjCholesky(0, 1)).toThrow("lkjCholesky: no such length; got 0, expected a whole number ≥ 1");
    expect(() => lkjCholesky(2, 0).draw(() => 0.5)).toThrow("lkjCholesky: draw has an invalid concentration; got 0");
  });
});

describe("series", () => {
  test("are sums of normals around what came before", () => {
    const x = [0.4, 1, -0.3, 0.2];
    const walk = gaussianRandomWalk(0.7, 4, { drift: 0.1, initial: normal(0, 2) }).logDensity(x) as number;
    const steps = [1, 2, 3].map((t) => normal(x[t - 1]! + 0.1, 0.7).logDensity(x[t]!) as number);
    expect(walk).toBeCloseTo(
      steps.reduce((sum, step) => sum + step, normal(0, 2).logDensity(x[0]!) as number),
      13,
    );
    const auto = ar([0.5, -0.2], 0.7, 4, { constant: 0.3, initial: flat() }).logDensity(x) as number;
    const predicted = [2, 3].map(
      (t) => normal(0.3 + 0.5 * x[t - 1]! - 0.2 * x[t - 2]!, 0.7).logDensity(x[t]!) as number,
    );
    expect(auto).toBeCloseTo(predicted[0]! + predicted[1]!, 13);
    expect(ar([1], 0.7, 4).logDensity(x)).toBe(gaussianRandomWalk(0.7, 4).logDensity(x));
  });

  test("have draws with the covariance that follows from the recursion", () => {
    // Walk: Cov(x_s, x_t) = sd²·(1 + min(s, t)); AR(1) with φ = 0.8 from N(0, 1): Var x₁ = 1 + 0.64, Cov(x₀, x₁) = 0.8.
    const walk = drawsOf(gaussianRandomWalk(0.5, 3, { drift: 1 }), 20_000);
    expect(Math.abs(momentsOf(walk, 2, 1).covariance - 0.5)).toBeLessThan(0.03);
    expect(Math.abs(momentsOf(walk, 2, 2).mean - 2)).toBeLessThan(0.03);
    const auto = drawsOf(ar([0.8], 1, 2), 20_000);
    expect(Math.abs(momentsOf(auto, 1, 1).covariance - 1.64)).toBeLessThan(0.09);
    expect(Math.abs(momentsOf(auto, 0, 1).covariance - 0.8)).toBeLessThan(0.06);
  });

  test("are priors with traced sds and data, and refuse what is too short", () => {
    const model = defineModel("m", ({ sample, observe }) => {
      const level = sample("level", gaussianRandomWalk(sample("sd", normal(1, 0.1)), 2));
      observe(ar([0.5], 1, 3, { initial: flat() }), [level[0]!, 2, 3]);
    });
    const expected =
      (normal(1, 0.1).logDensity(1.1) as number) +
      (gaussianRandomWalk(1.1, 2).logDensity([0.2, 0.5]) as number) +
      (normal(0.1, 1).logDensity(2) as number) +
      (normal(1, 1).logDensity(3) as number);
    expect(logJoint(model, [1.1, 0.2, 0.5])).toBeCloseTo(expected, 12);
    expect(() => ar([0.5, 0.2], 1, 1)).toThrow("ar: no such length; got 1, expected a whole number ≥ 2");
    expect(() => ar([], 1, 1)).toThrow("ar: no coefficients; got an array, expected a non-empty array");
    expect(() => gaussianRandomWalk(-1, 2).draw(() => 0.5)).toThrow(
      "gaussianRandomWalk: draw has an invalid sd; got -1",
    );
    expect(() => gaussianRandomWalk(1, 2, { initial: 3 as never })).toThrow(
      "gaussianRandomWalk: not a distribution of one number",
    );
  });
});

describe("counts of outcomes", () => {
  test("have scipy's log probabilities", () => {
    // scipy.stats.multinomial.logpmf has 9 digits here, dirichlet_multinomial.logpmf all.
    expect(multinomial(7, [0.2, 0.3, 0.5]).logDensity([2, 0, 5])).toBeCloseTo(Math.log(21 * 0.04 * 0.03125), 12);
    expect(dirichletMultinomial(7, [1.5, 0.7, 3]).logDensity([2, 0, 5])).toBeCloseTo(-2.310635622365699, 12);
  });

  test.each([multinomial(5, [0.2, 0.3, 0.5]), dirichletMultinomial(5, [1.5, 0.7, 3])])(
    "of $name sum to one, and are the shares of draws",
    (distribution) => {
      const cells: number[][] = [];
      for (let a = 0; a <= 5; a++) for (let b = 0; a + b <= 5; b++) cells.push([a, b, 5 - a - b]);
      const masses = cells.map((cell) => Math.exp(distribution.logDensity(cell) as number));
      expect(masses.reduce((sum, mass) => sum + mass, 0)).toBeCloseTo(1, 12);
      const draws = drawsOf(distribution, 20_000);
      const chiSquare = (expected: readonly number[]): number =>
        cells.reduce((sum, cell, i) => {
          const found = draws.filter((x) => x.every((k, j) => k === cell[j])).length;
          return sum + (found - draws.length * expected[i]!) ** 2 / (draws.length * expected[i]!);
        }, 0);
      // The upper 1e-6 quantile of χ² with 20 degrees of freedom is 64.
      expect(chiSquare(masses)).toBeLessThan(64);
      const other = cells.map((cell) => Math.exp(multinomial(5, [0.25, 0.3, 0.45]).logDensity(cell) as number));
      expect(chiSquare(other)).toBeGreaterThan(64);
    },
  );

  test("are data with traced probabilities; wrong sums and totals are refused", () => {
    const traced = compile(([p]) => multinomial(3, [p!, 0.4]).logDensity([1, 2]));
    expect(traced([0.6])).toBeCloseTo(Math.log(3 * 0.6 * 0.16), 12);
    const latent = defineModel("m", ({ sample }) => void sample("k", dirichletMultinomial(-1, [0.5, 0.5])));
    expect(() => logJoint(latent, [])).toThrow("dirichletMultinomial: no such length; got -1");
    const wrong = defineModel("m", ({ sample, observe }) => {
      sample("z", normal(0, 1));
      observe(dirichletMultinomial(3, [1, 1]), [1, 1]);
    });
    expect(() => logJoint(wrong, [0])).toThrow("got a sum of 2, expected 3");
    expect(multinomial(3, [0.5, 0.5]).logDensity([1.5, 1.5])).toBe(-Infinity);
    expect(() => multinomial(3, [0.5, 0.6])).toThrow("multinomial: probabilities do not sum to 1; got a sum of 1.1");
    expect(() => multinomial(-1, [1])).toThrow("multinomial: no such length; got -1, expected a whole number ≥ 0");
  });
});
