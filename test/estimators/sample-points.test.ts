import { describe, expect, test } from "vitest";
import { add, gt, sin } from "../../src/autodiff/expr.ts";
import { normal } from "../../src/distributions/index.ts";
import {
  type CorrectedOptions,
  corrected,
  type Entropy,
  lyy18,
  type NoiseOptions,
  reparam,
  score,
  smoothed,
} from "../../src/estimators/index.ts";
import { estimateGradient, type GradientEstimate, makeSampler, meanGradientInto } from "../../src/index.ts";
import { influenza, temperature, textmsg } from "../../src/models/index.ts";
import { defineModel, type Model } from "../../src/program/model.ts";
import { makeGenerator } from "../../src/random/index.ts";
import { influenzaExact, temperatureExact, textmsgExact } from "../oracle/closed-forms.ts";
import { zScores } from "../support/expect-mean.ts";
import { amount } from "../support/soak.ts";

const SAMPLES = amount(25_000, 100_000);
const NOISES: readonly NoiseOptions[] = (["random", "rqmc"] as const).flatMap((points) =>
  (["independent", "antithetic"] as const).map((pairing) => ({ points, pairing })),
);
const ENTROPIES: readonly Entropy[] = ["sampled", "analytic", "sticking-the-landing"];

// A latent in an arm, a boundary that is not marginalised, a curved one.
const branching = defineModel("branching", ({ sample, observe, branch, where }) => {
  const [z, w] = [sample("z", normal(0, 1)), sample("w", normal(0.5, 1))];
  const inner = branch(
    gt(add(z, w), 0.4),
    () => sample("inner", normal(w, 0.7)),
    () => 0.3,
  );
  observe(normal(where(gt(sin(z), w), inner, add(z, -1)), 0.9), 0.8);
});
const PARAMS = { mu: [0.2, 0.1, -0.4], rho: [0.3, -0.2, 0.1] };

const name = ({ points, pairing, entropy }: CorrectedOptions): string => `${points}, ${pairing}, ${entropy}`;

describe.each([
  { model: textmsg, exact: textmsgExact, move: (value: number, i: number): number => value + 0.1 * i },
  { model: influenza, exact: influenzaExact, move: (value: number, i: number): number => value - (i > 36 ? 2 : 0) },
  { model: temperature, exact: temperatureExact, move: (value: number): number => value + 1e-4 },
])("every way has the mean of the closed form on $model.name", ({ model, exact, move }) => {
  const theta = [...Array.from(model.init?.mu ?? []), ...Array.from(model.init?.rho ?? [])].map(move);
  const n = theta.length / 2;
  const params = { mu: theta.slice(0, n), rho: theta.slice(n) };
  const { gradient } = exact(params.mu, params.rho);
  const groups = amount(256, 512); // half of them see errors 1.4 times as large, and reparam's
  const samples = 16 * groups;

  // Pairs cancel the part of a component that is odd in ε, low-discrepancy points the part that is linear in each: what
  // is left may be rounding. ℓ is computed to 1e-14 of its largest terms, those are at most 1e6 times the largest
  // component (temperature: precisions of 1e6 against sums of them), hence the allowance of 1e-8 of the largest component.
  const fault = (estimate: GradientEstimate): number => {
    const largest = Math.max(...gradient.map(Math.abs));
    return Math.max(
      ...Array.from(estimate.gradient, (value, i) => {
        const error = Math.sqrt(estimate.variance[i]! / samples);
        return Math.abs(value - gradient[i]!) / (error + 1e-8 * largest);
      }),
    );
  };

  test.each(
    NOISES.flatMap((noise) => ENTROPIES.map((entropy) => ({ ...noise, entropy }))).map((o) => [name(o), o] as const),
  )("%s", (_name, options) => {
    const estimate = estimateGradient(model, { estimator: corrected(options), params, samples, seed: 6 });
    // 82 components at most, 12 ways, 3 models, 256 groups: |t| above 5.5 has probability 3e-4 in all, of 512 1e-4.
    expect(fault(estimate)).toBeLessThan(5.5);
  });

  test("but reparam has not", () => {
    expect(fault(estimateGradient(model, { estimator: reparam(), params, samples, seed: 6 }))).toBeGreaterThan(5.5);
  });
});

test("every way has the same mean where a latent is live in one arm only; reparam has another", () => {
  const at = (estimator: ReturnType<typeof corrected>, seed: number): GradientEstimate =>
    estimateGradient(branching, { estimator, params: PARAMS, samples: 16 * 512, seed });
  const reference = at(corrected({ points: "random", pairing: "independent", marginalise: false }), 1);
  const apart = (one: GradientEstimate): number =>
    Math.max(
      ...Array.from(one.gradient, (value, i) => {
        const error = Math.sqrt(one.variance[i]! / one.samples + reference.variance[i]! / reference.samples);
        return Math.abs(value - reference.gradient[i]!) / error;
      }),
    );
  for (const noise of NOISES)
    for (const entropy of ENTROPIES) expect(apart(at(corrected({ ...noise, entropy }), 2))).toBeLessThan(5);
  expect(apart(at(reparam(), 2))).toBeGreaterThan(5);
});

describe("the variance of a group", () => {
  // What estimateGradient says from the groups of one call, against the spread of gradients from one group each.
  test.each(NOISES.map((noise) => [`${noise.points}, ${noise.pairing}`, noise] as const))(
    "is honest for %s",
    (_name, noise) => {
      const estimator = corrected({ ...noise, marginalise: false });
      const sampler = makeSampler(branching, estimator);
      const theta = Float64Array.from([...PARAMS.mu, ...PARAMS.rho]);
      const [group, repeats] = [16, 4000];
      const said = estimateGradient(branching, { estimator, params: PARAMS, samples: group * repeats, group, seed: 3 });
      const out = new Float64Array(6);
      const seen: number[][] = Array.from(out, () => []);
      for (let repeat = 0; repeat < repeats; repeat++) {
        meanGradientInto(out, sampler, theta, {
          generator: makeGenerator(1000 + repeat),
          stream: 0,
          firstSample: 0,
          samples: group,
        });
        out.forEach((value, p) => {
          seen[p]!.push(value);
        });
      }
      seen.forEach((values, p) => {
        const mean = values.reduce((sum, value) => sum + value, 0) / repeats;
        const moment = (power: number): number =>
          values.reduce((sum, value) => sum + (value - mean) ** power, 0) / repeats;
        // A variance from n values of kurtosis κ has a relative standard error √((κ − 1)/n); here are two of them.
        const error = Math.sqrt((2 * (moment(4) / moment(2) ** 2 - 1)) / repeats);
        expect(5 * error).toBeLessThan(0.5); // half of it, as if pairs were not seen, would be noticed
        expect(Math.abs((group * moment(2)) / said.variance[p]! - 1)).toBeLessThan(5 * error);
      });
    },
  );

  test("is not what a single sample would say: low-discrepancy points have less of it", () => {
    const at = (noise: NoiseOptions): number =>
      estimateGradient(textmsg, { estimator: corrected(noise), samples: 16_000, seed: 1 }).variance[2]!;
    expect(at({ points: "rqmc", pairing: "independent" })).toBeLessThan(
      0.5 * at({ points: "random", pairing: "independent" }),
    );
  });
});

describe("the same bits", () => {
  const all = NOISES.flatMap((noise) => [true, false].map((marginalise) => ({ ...noise, marginalise })));
  test.each<readonly [string, Model, { mu: readonly number[]; rho: readonly number[] } | undefined]>([
    ["textmsg", textmsg, undefined],
    ["branching", branching, PARAMS],
  ])("for any number of lanes: %s", (_name, model, params) => {
    for (const options of all) {
      const at = (lanes: number): GradientEstimate =>
        estimateGradient(model, {
          estimator: corrected(options),
          ...(params && { params }),
          samples: 96,
          group: 12,
          seed: 9,
          lanes,
        });
      const first = at(1);
      for (const lanes of amount([7, 64], [2, 5, 7, 16, 64])) expect(at(lanes)).toEqual(first);
    }
  });
});

test("options that are none are refused by name", () => {
  const bad =
    (options: object): (() => unknown) =>
    () =>
      makeSampler(textmsg, corrected(options));
  expect(bad({ points: "sobol" })).toThrow(/^corrected: unknown points; got sobol, expected "random" or "rqmc"$/);
  expect(bad({ pairing: "pairs" })).toThrow(
    /^corrected: unknown pairing; got pairs, expected "independent" or "antithetic"$/,
  );
  expect(bad({ entropy: "none" })).toThrow(
    /^corrected: unknown entropy; got none, expected "sampled" or "analytic" or "sticking-the-landing"$/,
  );
});

describe("the other estimators take points and pairing too", () => {
  const at = { mu: [2.9, 3, 0.1], rho: [-1, -1, -0.5] };
  const exactAt = textmsgExact(at.mu, at.rho);
  test.each([
    ["score", score({ points: "rqmc" }), score()],
    ["lyy18", lyy18({ points: "rqmc", pairing: "antithetic" }), lyy18()],
    ["reparam", reparam({ points: "rqmc" }), reparam()],
    ["smoothed", smoothed({ points: "rqmc" }), smoothed()],
  ])("%s: the same mean at a lower variance", (name, better, plain) => {
    const [fine, coarse] = [better, plain].map((estimator) =>
      estimateGradient(textmsg, { estimator, params: at, samples: SAMPLES, seed: 8 }),
    ) as [GradientEstimate, GradientEstimate];
    fine.gradient.forEach((value, i) => {
      const error = Math.sqrt((fine.variance[i]! + coarse.variance[i]!) / SAMPLES);
      expect(Math.abs(value - coarse.gradient[i]!)).toBeLessThan(5 * error + 1e-9 * Math.abs(value));
    });
    if (name === "score" || name === "lyy18")
      for (const z of zScores(fine, exactAt.gradient)) expect(Math.abs(z)).toBeLessThan(5);
    const total = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);
    expect(total(fine.variance)).toBeLessThan(0.9 * total(coarse.variance));
  });

  test("reparam counts the entropy in three ways of equal mean where nothing jumps", () => {
    const smooth = defineModel("smooth", ({ sample, observe }) => observe(normal(sample("z", normal(0, 1)), 0.5), 1));
    const params = { mu: [0.3], rho: [0.2] };
    const options = { params, samples: SAMPLES, seed: 8 };
    const sampled = estimateGradient(smooth, { estimator: reparam(), ...options });
    for (const entropy of ["analytic", "sticking-the-landing"] as const) {
      const other = estimateGradient(smooth, { estimator: reparam({ entropy }), ...options });
      other.gradient.forEach((value, i) => {
        const error = Math.sqrt((other.variance[i]! + sampled.variance[i]!) / SAMPLES);
        expect(Math.abs(value - sampled.gradient[i]!)).toBeLessThan(5 * error + 1e-9);
      });
    }
  });
});
