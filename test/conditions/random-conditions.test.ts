import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { add, div, exp, gt, mul, type Real, square, sum, type Truth } from "../../src/autodiff/expr.ts";
import * as core from "../../src/core.ts";
import { normal } from "../../src/distributions/index.ts";
import { corrected, type Estimator, lyy18, reparam, score } from "../../src/estimators/index.ts";
import { estimateGradient, type GradientEstimate, logJoint } from "../../src/index.ts";
import { normalCdf } from "../../src/math/normal.ts";
import { defineModel, type MeanFieldParameters, type Model } from "../../src/program/model.ts";
import type { GuidePoint as Parameters } from "../oracle/full-rank.ts";
import {
  type ConditionProgram,
  conditionProgram,
  conditionQuadrature,
  interpretConditions,
  KINDS,
  type Kind,
  plainLogJointOf,
  randomPoint,
} from "../oracle/random-conditions.ts";
import { COMPILED } from "../support/compiled.ts";
import { zScores } from "../support/expect-mean.ts";
import { amount } from "../support/soak.ts";

const RUNS = amount(2, 100); // programs per kind
const EACH: readonly Kind[] = [...(Object.keys(KINDS) as Kind[]), "again", "againByData"];
const CURVED: readonly Kind[] = ["circle", "sine", "cubic", "mixed"];

const at = (kind: Kind): fc.Arbitrary<readonly [ConditionProgram, Parameters]> =>
  conditionProgram(kind).chain((program) => randomPoint(program).map((point) => [program, point] as const));
const anyKind = fc.constantFrom(...EACH).chain(at);

function seedOf(program: ConditionProgram): number {
  return [...program.toString()].reduce((hash, letter) => (Math.imul(hash, 31) + letter.charCodeAt(0)) | 0, 17);
}

const independent = (marginalise: boolean): Estimator =>
  corrected({ points: "random", pairing: "independent", marginalise });

describe("the quadrature", () => {
  test("has the gradient that is the finite difference of its ELBO, and does not change with finer panels", () => {
    fc.assert(
      fc.property(anyKind, fc.nat(), ([program, { mu, rho }], which) => {
        const { gradient } = conditionQuadrature(program, { mu, rho });
        const fine = conditionQuadrature(program, { mu, rho }, { scan: 371, points: 13, panel: 1.1 });
        // A hundredth of the standard errors that it is held against.
        gradient.forEach((value, i) => {
          expect(Math.abs(value - fine.gradient[i]!)).toBeLessThan(1e-4 * Math.max(1, Math.abs(value)));
        });
        const index = which % gradient.length;
        const moved = (by: number): number => {
          const theta = [...mu, ...rho].map((value, i) => (i === index ? value + by : value));
          return conditionQuadrature(program, { mu: theta.slice(0, mu.length), rho: theta.slice(mu.length) }).elbo;
        };
        const h = 1e-2; // the difference is wrong by h²·third derivative/6
        expect(Math.abs((moved(h) - moved(-h)) / (2 * h) - gradient[index]!)).toBeLessThan(2e-3);
      }),
      { numRuns: amount(4, 15) },
    );
  });

  test("integrates the log joint that the library has", () => {
    const coordinate = fc.double({ min: -3, max: 3, noNaN: true });
    fc.assert(
      fc.property(
        anyKind.filter(([{ frozen }]) => !frozen),
        coordinate,
        coordinate,
        ([program], u, w) => {
          const ours = logJoint(
            defineModel("random", interpretConditions(program)),
            program.latents === 2 ? [u, w] : [u],
          );
          const plain = plainLogJointOf(program)(u, w);
          expect(Math.abs(ours - plain)).toBeLessThan(1e-11 * Math.max(1, Math.abs(plain)));
        },
      ),
      { numRuns: amount(60, 200) },
    );
  });
});

test("a condition with a threshold that the same latent decides is not taken for parallel to what decides it", () => {
  fc.assert(
    fc.property(
      at("whereInside").filter(([{ latents, frozen }]) => latents === 1 && !frozen),
      ([program, params]) => {
        const model = defineModel("random", interpretConditions(program));
        const estimate = estimateGradient(model, { estimator: independent(false), params, samples: 1000, seed: 1 });
        for (const z of zScores(estimate, conditionQuadrature(program, params).gradient))
          expect(Math.abs(z)).toBeLessThan(5);
      },
    ),
    { numRuns: amount(4, 10) },
  );
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

/** The gradient of a few samples, everything in every sample; undefined where the model has a pole across which a condition jumps. */
function ofFew(model: Model, params: Parameters, marginalise: boolean): GradientEstimate | undefined {
  try {
    return estimateGradient(model, { estimator: independent(marginalise), params, samples: 16, seed: 1 });
  } catch (error) {
    if (error instanceof RangeError && error.message.includes("jumps across 0")) return undefined;
    throw error;
  }
}

describe("corrected has the mean that quadrature gives, and reparam has not, with conditions of every kind", () => {
  const scores: number[] = [];
  let [programs, biased, refused] = [0, 0, 0];

  test.each(EACH)("%s", { timeout: 600_000 }, (kind) => {
    fc.assert(
      fc.property(at(kind), ([program, params]) => {
        const model = defineModel("random", interpretConditions(program));
        const plain = ofFew(model, params, false);
        if (!plain) {
          refused++;
          return;
        }
        // Where no condition is marginalised both are the same computation, which shows in the bits of 16 samples: it is run once.
        const nothing = isDeepStrictEqual(plain, ofFew(model, params, true));
        const { elbo, gradient } = conditionQuadrature(program, params);
        // The search for roots costs a thousand times what a sample of another condition does.
        const samples = program.conditions.some((each) => CURVED.includes(each.kind)) ? 800 : 8000;
        const estimateOf = (estimator: Estimator, times: number = 1) =>
          estimateGradient(model, { estimator, params, samples: times * samples, seed: seedOf(program) });
        for (const marginalise of nothing ? [true] : [true, false]) {
          const estimate = estimateOf(independent(marginalise));
          const found = zScores(estimate, gradient);
          // 100 programs, 5 components, 3 estimators: |z| above 5 has probability 7e-4 in all.
          for (const z of found) expect(Math.abs(z)).toBeLessThan(5);
          expect(Math.abs(estimate.elbo - elbo)).toBeLessThan(5 * Math.sqrt(estimate.elboVariance / samples) + 1e-5);
          if (marginalise) scores.push(...found);
        }
        // Low-discrepancy points and pairs leave some components without a variance: there the error of the quadrature,
        // 1e-4 of the component at most, is what is left. A variance from 50 groups has heavier tails: 6 instead of 5, and
        // may miss rare events altogether: what looks wrong is looked at with 64 times the samples, where a bias is 8 times
        // as many standard errors.
        const misses = (times: number): boolean => {
          const usual = estimateOf(corrected(), times);
          return usual.gradient.some((value, i) => {
            const error = Math.sqrt(usual.variance[i]! / usual.samples);
            return !(Math.abs(value - gradient[i]!) < 6 * error + 1e-4 * Math.max(1, Math.abs(gradient[i]!)));
          });
        };
        expect(misses(1) && misses(64)).toBe(false);
        programs++;
        if (zScores(estimateOf(reparam()), gradient).some((z) => Math.abs(z) > 5)) biased++;
      }),
      { numRuns: RUNS },
    );
  });

  test("z-scores that look like z-scores, and a bias of reparam that shows in most programs", () => {
    const square = scores.reduce((total, z) => total + z * z, 0) / scores.length;
    expect(scores.length).toBeGreaterThan(2 * programs - 10);
    expect(Math.abs(square - 1)).toBeLessThan(4 * Math.sqrt(2 / scores.length));
    expect(biased).toBeGreaterThan(programs / 3);
    expect(refused).toBeLessThan(programs / 20);
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
