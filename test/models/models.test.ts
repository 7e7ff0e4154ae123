import { describe, expect, test } from "vitest";
import { gt, le, mul, not } from "../../src/autodiff/expr.ts";
import { normal } from "../../src/distributions/index.ts";
import { corrected, type Estimator, lyy18, reparam, score } from "../../src/estimators/index.ts";
import { type Backend, estimateGradient, explain, makeSampler } from "../../src/index.ts";
import { gmm, influenza, temperature, textmsg } from "../../src/models/index.ts";
import { defineModel, type Model } from "../../src/program/model.ts";
import { makeGenerator } from "../../src/random/index.ts";
import { type ClosedForm, gmmExact, influenzaExact, temperatureExact, textmsgExact } from "../oracle/closed-forms.ts";
import { COMPILED } from "../support/compiled.ts";
import { gradientFault, zScores } from "../support/expect-mean.ts";
import { amount } from "../support/soak.ts";

interface Case {
  readonly model: Model;
  readonly exact: ClosedForm;
  /** A second point, reached from the first by this change of each parameter. */
  readonly move: (value: number, i: number) => number;
  readonly latents: number;
  readonly ifs: number;
  /** So many show an error of a tenth of the largest component at the start; further on 8000 do. */
  readonly samples: number;
}
const CASES: readonly Case[] = [
  { model: gmm, exact: gmmExact, move: (value) => value - 0.3, latents: 1, ifs: 1, samples: 8000 },
  {
    model: textmsg,
    exact: textmsgExact,
    move: (value, i) => value + [0.2, -0.1, -0.4, -1.5, -1.5, -1][i]!,
    latents: 3,
    ifs: 37,
    samples: 32_000,
  },
  {
    model: influenza,
    exact: influenzaExact,
    move: (value, i) => (i < 37 ? value + 0.1 * Math.cos(i) : value - 2),
    latents: 37,
    ifs: 24,
    samples: 56_000,
  },
  {
    model: temperature,
    exact: temperatureExact,
    move: (value, i) => (i > 40 ? value : value + (i % 2 === 0 ? 0.05 : 0.0004) * Math.sin(i)),
    latents: 41,
    ifs: 80,
    samples: 8000,
  },
];
const SOAKED = 200_000;
const points = CASES.flatMap(({ model, exact, move, samples }) => {
  const { mu, rho } = model.init!;
  const theta = [...Array.from(mu), ...Array.from(rho)];
  const moved = theta.map(move);
  const n = theta.length / 2;
  const at = (values: number[]): { mu: number[]; rho: number[] } => ({ mu: values.slice(0, n), rho: values.slice(n) });
  return [
    { name: `${model.name} at its start`, model, exact, params: at(theta), samples: amount(samples, SOAKED) },
    { name: `${model.name} further on`, model, exact, params: at(moved), samples: amount(8000, SOAKED) },
  ];
});
const SAMPLES = amount(32_000, SOAKED);
// Independent samples: pairs and point sets cancel some components to rounding level, where a z-score means nothing.
const INDEPENDENT = { points: "random", pairing: "independent" } as const;
const ALPHA = 1e-4;

describe.each(points)("$name", ({ model, exact, params, samples: usual }) => {
  const { elbo, gradient } = exact(params.mu, params.rho);
  const at = (estimator: Estimator, samples: number = usual, backend?: Backend) =>
    estimateGradient(model, { estimator, params, samples, seed: 1, ...(backend && { backend }) });

  test("the closed form's gradient is the central difference of its ELBO", () => {
    const theta = [...params.mu, ...params.rho];
    const n = params.mu.length;
    const elboAt = (values: number[]): number => exact(values.slice(0, n), values.slice(n)).elbo;
    gradient.forEach((value, i) => {
      // Steps suited to sd 0.001; Richardson's step removes the h² error.
      const h = 1e-5;
      const difference = (step: number): number =>
        (elboAt(theta.map((x, j) => (j === i ? x + step : x))) -
          elboAt(theta.map((x, j) => (j === i ? x - step : x)))) /
        (2 * step);
      const extrapolated = (4 * difference(h) - difference(2 * h)) / 3;
      expect(Math.abs(extrapolated - value)).toBeLessThan(1e-5 * Math.abs(value) + (1e-14 * Math.abs(elbo)) / h + 1e-4);
    });
  });

  test.each([
    ["with every boundary", corrected({ ...INDEPENDENT, marginalise: false })],
    ["marginalised", corrected(INDEPENDENT)],
  ])("corrected %s has the exact mean, and z-scores like z-scores", (_name, estimator) => {
    const estimate = at(estimator);
    expect(Math.abs(estimate.elbo - elbo)).toBeLessThan(
      5 * Math.sqrt(estimate.elboVariance / usual) + 1e-12 * Math.abs(elbo),
    );
    const scores = zScores(estimate, gradient);
    expect(Math.max(...scores.map(Math.abs))).toBeLessThan(5);
    const square = scores.reduce((total, z) => total + z * z, 0) / scores.length;
    expect(Math.abs(square - 1)).toBeLessThan(5 * Math.sqrt(2 / scores.length));
    expect(gradientFault(estimate, gradient, { alpha: ALPHA, detectable: 0.1 })).toBeUndefined();
  });

  test("lyy18 and score have the exact mean, as far as their noise lets one see", () => {
    expect(Math.max(...zScores(at(lyy18(), usual, COMPILED), gradient).map(Math.abs))).toBeLessThan(5);
    expect(
      Math.max(...zScores(at(lyy18({ boundaries: 3 }), amount(8000, 50_000), COMPILED), gradient).map(Math.abs)),
    ).toBeLessThan(5);
    expect(Math.max(...zScores(at(score(), usual, COMPILED), gradient).map(Math.abs))).toBeLessThan(5);
  });

  // textmsg starts with equal rates before and after the change: nothing jumps on average.
  test.skipIf(model.name === "textmsg" && params.mu[0] === params.mu[1])("reparam does not", () => {
    const estimate = at(reparam(), usual, COMPILED);
    expect(Math.max(...zScores(estimate, gradient).map(Math.abs))).toBeGreaterThan(10);
    expect(gradientFault(estimate, gradient, { alpha: ALPHA, detectable: 0.1 })).toBeDefined();
  });
});

test("the models have the latents and ifs that the paper counts", () => {
  const explained = CASES.map(({ model }) => explain(model));
  expect(explained.map(({ latents }) => latents.length)).toEqual(CASES.map(({ latents }) => latents));
  expect(explained.every(({ accepted }) => accepted)).toBe(true);
  // Ifs on one boundary are one condition here: influenza's 24 are 13, temperature's 80 are 60.
  expect(CASES.map(({ ifs }) => ifs)).toEqual([1, 37, 24, 80]);
  expect(explained.map(({ conditions }) => conditions.length)).toEqual([1, 37, 13, 60]);
});

test("lyy18 draws from merged boundaries, and from every if by itself when asked for what the original did", () => {
  // So many draws that the last of 80 boundaries is missed with a probability of 1e-22.
  const drawn = (model: Model, estimator: Estimator): number => {
    const chosen = new Float64Array(4096);
    const [choices] = makeSampler(model, estimator).nodes.derived!;
    choices!.fill({
      slots: chosen,
      from: [],
      to: [0],
      theta: new Float64Array(0),
      generator: makeGenerator(0),
      stream: 0,
      firstSample: 0,
      lanes: chosen.length,
    });
    return 1 + Math.max(...chosen);
  };
  expect([textmsg, influenza, temperature].map((model) => drawn(model, lyy18()))).toEqual([37, 13, 60]);
  expect([textmsg, influenza, temperature].map((model) => drawn(model, lyy18({ coincident: "separate" })))).toEqual([
    37, 24, 80,
  ]);
});

// The mean and the scale of one normal both switch on z > 0.5: one boundary, to be crossed by both at once.
describe("coincident conditions", () => {
  const both = defineModel("both", ({ sample, observe, where }) => {
    const z = sample("z", normal(0, 1));
    observe(normal(where(gt(z, 0.5), 2, -1), where(gt(mul(-2, z), -1), 1, 0.3)), 1.5);
  });
  const swapped = defineModel("swapped", ({ sample, observe, where }) => {
    const z = sample("z", normal(0, 1));
    observe(normal(where(gt(z, 0.5), 2, -1), where(not(le(z, 0.5)), 0.3, 1)), 1.5);
  });
  const params = { mu: [0.2], rho: [0.1] };
  const logNormal = (x: number, mean: number, sd: number): number =>
    -0.5 * ((x - mean) / sd) ** 2 - Math.log(sd) - 0.5 * Math.log(2 * Math.PI);
  const jump = logNormal(1.5, 2, 0.3) - logNormal(1.5, -1, 1);
  const sd = Math.log1p(Math.exp(0.1));
  const density = Math.exp(-0.5 * ((0.2 - 0.5) / sd) ** 2) / (sd * Math.sqrt(2 * Math.PI));
  const slopes = [1, (0.5 - 0.2) / sd / (1 + Math.exp(-0.1))];
  // The prior's part −½z² and the entropy are smooth: −μ, and (1/σ − σ)·∂σ/∂ρ.
  const smooth = [-0.2, (1 / sd - sd) / (1 + Math.exp(-0.1))];
  const exact = slopes.map((slope, i) => smooth[i]! + density * jump * slope);

  test.each([
    ["negated", both],
    ["as not(≤)", swapped],
  ])("written %s, are forced together by corrected and lyy18", (_name, model) => {
    expect(explain(model).conditions).toHaveLength(1);
    for (const estimator of [corrected(INDEPENDENT), corrected({ ...INDEPENDENT, marginalise: false }), lyy18()]) {
      const estimate = estimateGradient(model, { estimator, params, samples: SAMPLES, seed: 5 });
      expect(gradientFault(estimate, exact, { alpha: ALPHA, detectable: 0.02 })).toBeUndefined();
    }
  });

  test("forced one at a time they give what can be computed and is wrong: the original's way shows exactly this bias", () => {
    // Each if is forced while the other is taken as false on the boundary.
    const oneAtATime = logNormal(1.5, 2, 1) - logNormal(1.5, -1, 1) + (logNormal(1.5, -1, 0.3) - logNormal(1.5, -1, 1));
    const wrong = slopes.map((slope, i) => smooth[i]! + density * oneAtATime * slope);
    const estimate = estimateGradient(swapped, {
      estimator: lyy18({ coincident: "separate" }),
      params,
      samples: amount(130_000, 200_000),
      seed: 5,
    });
    expect(gradientFault(estimate, wrong, { alpha: ALPHA, detectable: 0.02 })).toBeUndefined();
    expect(gradientFault(estimate, exact, { alpha: ALPHA, detectable: 0.2 })).toMatch(/standard errors/);
  });
});
