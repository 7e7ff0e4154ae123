import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { corrected, type Estimator, lyy18, reparam, score } from "../../src/estimators/index.ts";
import { type Backend, estimateGradient, logJoint } from "../../src/index.ts";
import { defineModel } from "../../src/program/model.ts";
import type { GuidePoint as Parameters } from "../oracle/full-rank.ts";
import {
  type Exact,
  interpret,
  type ProgramSpec,
  plainLogJoint,
  quadrature,
  randomParameters,
  randomProgram,
} from "../oracle/random-program.ts";
import { COMPILED } from "../support/compiled.ts";
import { zScores } from "../support/expect-mean.ts";
import { amount } from "../support/soak.ts";

const RUNS = amount(6, 1000);
const SAMPLES = amount(25_000, 100_000);
const withParameters: fc.Arbitrary<readonly [ProgramSpec, Parameters]> = randomProgram.chain((spec) =>
  randomParameters(spec).map((parameters) => [spec, parameters] as const),
);

// Independent samples: pairs and point sets cancel some components to rounding level, where a z-score means nothing.
const INDEPENDENT = { points: "random", pairing: "independent" } as const;

// Independent noise for each program, the same for the same program.
function seedOf(spec: ProgramSpec): number {
  return [...JSON.stringify(spec)].reduce((hash, letter) => (Math.imul(hash, 31) + letter.charCodeAt(0)) | 0, 17);
}

// The tests draw the same programs from the same seed: each is integrated once.
const integrated = new Map<string, Exact>();
function exactOf(spec: ProgramSpec, parameters: Parameters): Exact {
  const key = JSON.stringify([spec, parameters]);
  const known = integrated.get(key) ?? quadrature(spec, parameters);
  integrated.set(key, known);
  return known;
}

describe("random programs", () => {
  test("the quadrature's gradient is the finite difference of its ELBO", () => {
    const oneOrTwo = withParameters.filter(([{ latents }]) => latents < 3);
    fc.assert(
      fc.property(oneOrTwo, fc.nat(), ([spec, parameters], which) => {
        const { gradient } = quadrature(spec, parameters);
        const index = which % gradient.length;
        const moved = (by: number): number => {
          const theta = [...parameters.mu, ...parameters.rho].map((value, i) => (i === index ? value + by : value));
          return quadrature(spec, { mu: theta.slice(0, spec.latents), rho: theta.slice(spec.latents) }).elbo;
        };
        const h = 1e-3; // error of the difference: h²·third derivative/6, and 1e-9/h of quadrature noise
        expect((moved(h) - moved(-h)) / (2 * h)).toBeCloseTo(gradient[index]!, 4);
      }),
      { numRuns: amount(5, 15) },
    );
  });

  test("halving the quadrature's panels changes nothing that a sample could see", () => {
    fc.assert(
      fc.property(withParameters, ([spec, parameters]) => {
        const [coarse, fine] = [exactOf(spec, parameters), quadrature(spec, parameters, 0.8)];
        const scale = Math.max(1, ...fine.gradient.map(Math.abs));
        coarse.gradient.forEach((value, i) => {
          expect(Math.abs(value - fine.gradient[i]!)).toBeLessThan((spec.latents === 3 ? 1e-4 : 1e-6) * scale);
        });
      }),
      { numRuns: amount(1, 20) },
    );
  });

  test("the library and plain arithmetic agree on the log joint", () => {
    fc.assert(
      fc.property(
        withParameters,
        fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 3, maxLength: 3 }),
        ([spec], z) => {
          const ours = logJoint(defineModel("random", interpret(spec)), z.slice(0, spec.latents));
          const plain = plainLogJoint(spec)(z);
          expect(Math.abs(ours - plain)).toBeLessThan(1e-11 * Math.max(1, Math.abs(plain)));
        },
      ),
    );
  });

  test("corrected and lyy18 have the mean that quadrature gives; reparam fails where its bias can be seen", {
    timeout: 600_000,
  }, () => {
    const squares = { corrected: 0, marginalised: 0, lyy18: 0 };
    let components = 0;
    let biased = 0;
    let caught = 0;
    fc.assert(
      fc.property(withParameters, ([spec, parameters]) => {
        const model = defineModel("random", interpret(spec));
        const { elbo, gradient } = exactOf(spec, parameters);
        const estimateOf = (estimator: Estimator, seed: number, backend?: Backend) =>
          estimateGradient(model, {
            estimator,
            params: parameters,
            samples: SAMPLES,
            seed,
            ...(backend && { backend }),
          });
        const seed = seedOf(spec);
        const marginalised = estimateOf(corrected(INDEPENDENT), seed + 1, COMPILED);
        for (const [name, estimate] of [
          ["corrected", estimateOf(corrected({ ...INDEPENDENT, marginalise: false }), seed)],
          ["marginalised", marginalised],
          ["lyy18", estimateOf(lyy18(), seed, COMPILED)],
        ] as const) {
          const scores = zScores(estimate, gradient);
          // 6 programs, about 5 components, three estimators: |z| above 5 has probability 5e-5 in all.
          for (const z of scores) expect(Math.abs(z)).toBeLessThan(5);
          expect(Math.abs(estimate.elbo - elbo)).toBeLessThan(5 * Math.sqrt(estimate.elboVariance / SAMPLES));
          squares[name] += scores.reduce((total, z) => total + z * z, 0);
          if (name === "corrected") components += scores.length;
        }
        const plain = estimateOf(reparam(), seed, COMPILED);
        // The boundary term is what reparam leaves out: visible if it is ten standard errors.
        const visible = marginalised.gradient.some(
          (value, i) =>
            Math.abs(value - plain.gradient[i]!) >
            10 * Math.sqrt(plain.variance[i]! / SAMPLES) + 10 * Math.sqrt(marginalised.variance[i]! / SAMPLES),
        );
        if (visible) {
          biased++;
          if (zScores(plain, gradient).some((z) => Math.abs(z) > 5)) caught++;
        }
      }),
      { numRuns: RUNS },
    );
    // Mean squares of standard normals: 1 ± 4 standard errors.
    const slack = 4 * Math.sqrt(2 / components);
    expect(Math.abs(squares.corrected / components - 1)).toBeLessThan(slack);
    expect(Math.abs(squares.marginalised / components - 1)).toBeLessThan(slack);
    expect(Math.abs(squares.lyy18 / components - 1)).toBeLessThan(1.5 * slack);
    expect(biased).toBeGreaterThan(RUNS / 3);
    expect(caught).toBe(biased);
  });

  test("score has the right mean too", () => {
    fc.assert(
      fc.property(withParameters, ([spec, parameters]) => {
        const estimate = estimateGradient(defineModel("random", interpret(spec)), {
          estimator: score(),
          params: parameters,
          samples: SAMPLES,
          seed: seedOf(spec),
          backend: COMPILED,
        });
        for (const z of zScores(estimate, exactOf(spec, parameters).gradient)) expect(Math.abs(z)).toBeLessThan(5);
      }),
      { numRuns: amount(4, 20) },
    );
  });
});
