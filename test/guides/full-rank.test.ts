import { describe, expect, test } from "vitest";
import * as core from "../../src/core.ts";
import { normal } from "../../src/distributions/index.ts";
import { corrected, type Estimator, lyy18, reparam, score, smoothed } from "../../src/estimators/index.ts";
import {
  add,
  estimateGradient,
  explain,
  fit,
  fullRank,
  gradientCovariance,
  gt,
  meanField,
  mul,
  type Real,
  square,
  sub,
  where,
} from "../../src/index.ts";
import { jit } from "../../src/jit.ts";
import { defineModel, type Model } from "../../src/program/model.ts";
import { wasm } from "../../src/wasm.ts";
import { type GuidePoint, stepExact } from "../oracle/full-rank.ts";
import { planeQuadrature } from "../oracle/plane-quadrature.ts";
import { gaussLegendre } from "../oracle/random-program.ts";
import { gradientFault } from "../support/expect-mean.ts";
import { amount } from "../support/soak.ts";

const INDEPENDENT = { points: "random", pairing: "independent" } as const;
const SAMPLES = amount(25_000, 100_000);
const logNormal = (x: number, mean: number, sd: number): number =>
  -0.5 * ((x - mean) / sd) ** 2 - Math.log(sd * Math.sqrt(2 * Math.PI));

/** Estimators without bias where the density jumps, and which error, relative to the largest component, must not go unnoticed. */
// biome-ignore format: a table
const UNBIASED: readonly (readonly [string, Estimator, number])[] = [
  ["corrected", corrected({ ...INDEPENDENT, marginalise: false }), 0.1],
  ["corrected, marginalised", corrected(INDEPENDENT), 0.1],
  ["corrected, with the analytic entropy", corrected({ ...INDEPENDENT, marginalise: false, entropy: "analytic" }), 0.1],
  ["corrected, sticking the landing", corrected({ ...INDEPENDENT, marginalise: false, entropy: "sticking-the-landing" }), 0.1],
  ["corrected, boundaries drawn", corrected({ ...INDEPENDENT, marginalise: false, boundaries: 1 }), 0.1],
  ["lyy18", lyy18(), 0.1],
  ["score", score({ baseline: "leave-one-out" }), 0.25],
  ["score, Rao-Blackwellised, analytic", score({ baseline: "leave-one-out", raoBlackwell: true, entropy: "analytic" }), 0.25],
];

describe("two correlated latents and a condition on their sum", () => {
  const [yes, no] = [logNormal(0, 1, 1), logNormal(0, -2.5, 1)];
  const step = { a: [1, 2], b: -0.5, yes, no };
  const model = defineModel("sum", ({ sample, observe }) => {
    const [u, v] = [sample("u", normal(0, 1)), sample("v", normal(0, 1))];
    observe(normal(where(gt(add(u, mul(2, v)), 0.5), 1, -2.5), 1), 0);
  });
  const points: readonly Required<GuidePoint>[] = [
    { mu: [0.3, -0.2], rho: [0.1, 0.4], lower: [0.7] },
    { mu: [-0.4, 0.6], rho: [0.8, -0.9], lower: [-0.5] }, // the own noise of u and its share cancel: aᵀC = (0, 2)
    { mu: [0, 0], rho: [0.5, 0.5], lower: [0] }, // where a fit starts
    { mu: [1.1, 0.2], rho: [-1, 0.3], lower: [-1.6] },
  ];

  test.each(points)("the closed form's gradient is the difference of its ELBO at %j", (point) => {
    const flat = [...point.mu, ...point.rho, ...point.lower];
    const elboAt = (theta: readonly number[]): number =>
      stepExact(step, { mu: theta.slice(0, 2), rho: theta.slice(2, 4), lower: theta.slice(4) }).elbo;
    stepExact(step, point).gradient.forEach((value, p) => {
      const at = (by: number): number => elboAt(flat.map((old, q) => (p === q ? old + by : old)));
      expect((at(1e-5) - at(-1e-5)) / 2e-5).toBeCloseTo(value, 7);
    });
  });

  describe.each(points)("at %j", (point) => {
    const exact = stepExact(step, point);
    // Narrow u and steep correlation: where sd and slope are extreme gradients vary most.
    const samples = point.lower[0]! < -1 ? amount(70_000, 100_000) : SAMPLES;
    const at = { guide: fullRank(), params: point, samples, seed: 3 };

    test.each(UNBIASED)(
      "%s has the gradient of the closed form, in every parameter",
      (_name, estimator, detectable) => {
        const estimate = estimateGradient(model, { estimator, ...at });
        expect(gradientFault(estimate, exact.gradient, { alpha: 1e-4, detectable })).toBeUndefined();
        expect(Math.abs(estimate.elbo - exact.elbo)).toBeLessThan(5 * Math.sqrt(estimate.elboVariance / samples));
      },
    );

    test("negative control: reparam has not, and fit says so", () => {
      const fault = gradientFault(estimateGradient(model, { estimator: reparam(), ...at }), exact.gradient, {
        alpha: 1e-9,
        detectable: 0.3,
      });
      expect(fault).toMatch(/standard errors/);
      const warnings: string[] = [];
      const onWarning = (message: string): void => void warnings.push(message);
      fit(model, { guide: fullRank(), init: point, estimator: reparam(), steps: 1, onWarning });
      expect(warnings.join()).toMatch(/"reparam" is biased on model "sum"/);
    });
  });

  test("smoothed has the gradient of what it smooths, near that of the step at a small accuracy", () => {
    const [point] = points as [Required<GuidePoint>];
    const at = { guide: fullRank(), params: point, samples: 100_000, seed: 3 };
    const exact = stepExact(step, point).gradient;
    const estimate = (accuracy: number) => estimateGradient(model, { estimator: smoothed({ accuracy }), ...at });
    expect(gradientFault(estimate(0.02), exact, { alpha: 1e-4, detectable: 0.15 })).toBeUndefined();
    expect(gradientFault(estimate(2), exact, { alpha: 1e-9, detectable: 0.15 })).toMatch(/standard errors/);
  });

  test("without correlations the gradient is that under mean field, sample by sample up to rounding", () => {
    const { mu, rho } = points[2]!;
    // Without lyy18, which moves the latent of the largest coefficient, and Rao-Blackwellisation, by the noises that a parameter moves.
    for (const [name, estimator] of UNBIASED) {
      if (/lyy18|Rao/.test(name)) continue;
      const options = { estimator, samples: 1000, seed: 5 };
      const free = estimateGradient(model, { ...options, params: { mu, rho } });
      const full = estimateGradient(model, { ...options, guide: fullRank(), params: { mu, rho, lower: [0] } });
      free.gradient.forEach((value, p) => {
        expect(Math.abs(full.gradient[p]! - value)).toBeLessThan(1e-12 * Math.max(1, Math.abs(value)));
      });
    }
  });

  test("all back ends and numbers of lanes give the same bits", () => {
    const [point] = points as [Required<GuidePoint>];
    for (const estimator of [corrected(), corrected({ marginalise: false }), score(), lyy18()]) {
      const bits = (options: object): number[] => {
        const at = { estimator, guide: fullRank(), params: point, samples: 200, seed: 3, ...options };
        const { gradient, elbo } = estimateGradient(model, at);
        return [...gradient, elbo];
      };
      const usual = bits({});
      for (const backend of [wasm(), jit()])
        for (const lanes of [1, 7, 64]) expect(bits({ backend, lanes })).toEqual(usual);
    }
    const fitted = (backend?: ReturnType<typeof wasm>): number[] => {
      const { params } = fit(model, { guide: fullRank(), steps: 20, ...(backend && { backend }) });
      return [...params.mu, ...params.rho, ...params.lower!];
    };
    expect(fitted(wasm())).toEqual(fitted());
    expect(fitted(jit())).toEqual(fitted());
  });

  test("gradientCovariance has one row per parameter", () => {
    const [point] = points as [Required<GuidePoint>];
    const options = { estimator: corrected(INDEPENDENT), guide: fullRank(), params: point, samples: 1000 };
    const covariance = gradientCovariance(model, options);
    expect(covariance).toHaveLength(25);
    estimateGradient(model, options).variance.forEach((value, p) => {
      expect(covariance[6 * p]!).toBeCloseTo(value, 8);
    });
  });
});

describe("a latent inside an arm, correlated with others", () => {
  // The arm's latent b counts where a > 0.3; c comes after both.
  const model = defineModel("arm", ({ sample, observe, branch }) => {
    const a = sample("a", normal(0, 1));
    const seen = branch(
      gt(a, 0.3),
      () => {
        const b = sample("b", normal(a, 0.8));
        observe(normal(b, 0.5), 1.2);
        return add(a, b);
      },
      () => {
        observe(normal(a, 2), -1);
        return mul(2, a);
      },
    );
    observe(normal(sample("c", normal(seen, 1)), 0.7), 0.4);
  });
  const point = { mu: [0.2, 0.9, 0.5], rho: [0.1, -0.3, 0.2], lower: [0.6, -0.4, 0.8] };

  /** By plain arithmetic: panels that end at a = 0.3, and few points for b and c, in which ℓ is quadratic on either side. */
  function elboOf({ mu, rho, lower }: typeof point): number {
    const [s0, s1, s2] = rho.map((value) => Math.log1p(Math.exp(value))) as [number, number, number];
    const hermite = [
      [-Math.sqrt(3), 1 / 6],
      [0, 2 / 3],
      [Math.sqrt(3), 1 / 6],
    ] as const; // exact to degree 5
    const edge = (0.3 - mu[0]!) / s0;
    let total = 0;
    for (const [from, to] of [
      [edge - 9, edge],
      [edge, edge + 9],
    ] as const)
      for (let k = 0; k < 12; k++)
        for (const [t, weight] of gaussLegendre(12)) {
          const half = (to - from) / 24;
          const e0 = from + half * (2 * k + 1 + t);
          const q0 = (weight * half * Math.exp(-0.5 * e0 * e0)) / Math.sqrt(2 * Math.PI);
          for (const [e1, q1] of hermite)
            for (const [e2, q2] of hermite) {
              const [d0, d1, d2] = [s0 * e0, s1 * e1, s2 * e2];
              const a = mu[0]! + d0;
              const b = mu[1]! + d1 + lower[0]! * d0;
              const c = mu[2]! + d2 + lower[1]! * d0 + lower[2]! * d1;
              const isIn = a > 0.3;
              const arm = isIn
                ? logNormal(b, a, 0.8) + logNormal(1.2, b, 0.5) - logNormal(d1, 0, s1)
                : logNormal(-1, a, 2);
              const rest = logNormal(a, 0, 1) - logNormal(d0, 0, s0) - logNormal(d2, 0, s2) + logNormal(0.4, c, 0.7);
              total += q0 * q1 * q2 * (arm + rest + logNormal(c, isIn ? a + b : 2 * a, 1));
            }
        }
    return total;
  }
  const flat = [...point.mu, ...point.rho, ...point.lower];
  const gradient = flat.map((_, p) => {
    const at = (by: number): number => {
      const theta = flat.map((value, q) => (p === q ? value + by : value));
      return elboOf({ mu: theta.slice(0, 3), rho: theta.slice(3, 6), lower: theta.slice(6) });
    };
    return (at(1e-4) - at(-1e-4)) / 2e-4;
  });
  const at = { guide: fullRank(), params: point, samples: SAMPLES, seed: 8 };

  test.each(UNBIASED)(
    "%s has the gradient of the ELBO by differences of a quadrature",
    (_name, estimator, detectable) => {
      const estimate = estimateGradient(model, { estimator, ...at });
      expect(gradientFault(estimate, gradient, { alpha: 1e-4, detectable })).toBeUndefined();
      expect(Math.abs(estimate.elbo - elboOf(point))).toBeLessThan(5 * Math.sqrt(estimate.elboVariance / SAMPLES));
    },
  );

  test("negative control: reparam has not", () => {
    const fault = gradientFault(estimateGradient(model, { estimator: reparam(), ...at, samples: 100_000 }), gradient, {
      alpha: 1e-9,
      detectable: 0.2,
    });
    expect(fault).toMatch(/standard errors/);
  });
});

describe("conditions that no single noise reaches by itself", () => {
  const withCondition = (name: string, c: (u: Real, v: Real) => Real): Model =>
    defineModel(name, ({ sample, observe }) => {
      const [u, v] = [sample("u", normal(0, 1)), sample("v", normal(0, 1))];
      observe(normal(where(gt(c(u, v), 0), 1, -2), 1), 0);
    });
  const point = { mu: [0.4, 0.7], rho: [0.3, -0.1], lower: [0.8] };
  // biome-ignore format: a table
  const KINDS: readonly (readonly [string, (u: Real, v: Real) => Real, (u: number, v: number) => number])[] = [
    ["a product of correlated latents", (u, v) => sub(mul(u, v), 0.6), (u, v) => u * v - 0.6],
    ["a circle", (u, v) => sub(add(square(u), square(v)), 1.5), (u, v) => u * u + v * v - 1.5],
    ["a selection by a later latent", (u, v) => add(u, where(gt(v, 0.2), 0.5, -0.4)), (u, v) => u + (v > 0.2 ? 0.5 : -0.4)],
    ["a selection by an earlier latent", (u, v) => add(v, where(gt(u, 0.2), 0.5, -0.4)), (u, v) => v + (u > 0.2 ? 0.5 : -0.4)],
  ];

  test.each(KINDS)("are counted exactly by corrected: %s", (name, c, plain) => {
    const { gradient } = planeQuadrature(
      {
        latents: 2,
        two: true,
        holds: (u, v) => `${plain(u, v) > 0}`,
        logJoint: (u, v, holds) => logNormal(u, 0, 1) + logNormal(v, 0, 1) + logNormal(0, holds === "true" ? 1 : -2, 1),
      },
      point,
      { scan: amount(130, 260) },
    );
    const at = { guide: fullRank(), params: point, samples: amount(6000, 30_000), seed: 2 };
    // Some are sought along lines in every sample: the usual run sees errors of a fifth of the largest component.
    const tolerance = { alpha: 1e-4, detectable: amount(0.2, 0.1) };
    const estimate = (estimator: Estimator) => estimateGradient(withCondition(name, c), { estimator, ...at });
    expect(gradientFault(estimate(corrected(INDEPENDENT)), gradient, tolerance)).toBeUndefined();
    expect(gradientFault(estimate(reparam()), gradient, { alpha: 1e-9, detectable: 0.2 })).toMatch(/standard errors/);
  });

  test("a selection is taken apart where it shares the noise of all that is compared: no roots are sought", () => {
    for (const [name, c] of KINDS.slice(2)) {
      const strategies = explain(withCondition(name, c), { guide: fullRank(), marginalise: false }).conditions;
      expect(strategies.length).toBeGreaterThan(1);
      for (const { strategy } of strategies) expect(strategy).toMatch(/^(u|v) set onto|^u, v moved together/);
    }
  });

  test("are counted exactly by corrected: four thresholds on a latent whose noise moves a later one", () => {
    const thresholds = [-0.6, 0.1, 0.5, 1.2];
    const model = defineModel("thresholds", ({ sample, observe }) => {
      const [u, v] = [sample("u", normal(0, 1)), sample("v", normal(0, 1))];
      for (const [i, t] of thresholds.entries()) observe(normal(where(gt(u, t), v, mul(-1, v)), 1), i - 1);
    });
    const { gradient } = planeQuadrature(
      {
        latents: 2,
        two: true,
        holds: (u) => thresholds.filter((t) => u > t).length,
        logJoint: (u, v, above) =>
          thresholds.reduce(
            (sum, _, i) => sum + logNormal(i - 1, i < above ? v : -v, 1),
            logNormal(u, 0, 1) + logNormal(v, 0, 1),
          ),
      },
      point,
      { scan: amount(130, 260) },
    );
    const at = { guide: fullRank(), params: point, samples: amount(6000, 30_000), seed: 2 };
    for (const marginalise of [true, false]) {
      const estimate = estimateGradient(model, { estimator: corrected({ ...INDEPENDENT, marginalise }), ...at });
      expect(gradientFault(estimate, gradient, { alpha: 1e-4, detectable: 0.1 })).toBeUndefined();
    }
  });

  const product = withCondition("product", (u, v) => sub(mul(u, v), 0.6));

  test("a product is met along lines, whether or not its latents are correlated", () => {
    expect(explain(product, { guide: fullRank() }).conditions[0]!.strategy).toBe(
      "sought along lines: every place where it changes as the noise of u, or that of v does",
    );
    expect(explain(product, { guide: fullRank({ pairs: [] }) }).conditions).toEqual(explain(product).conditions);
  });

  test("a product of correlated latents is refused by name where roots are not sought", () => {
    const refusal =
      /condition `.*(u \* v|mul\(u, v\)).*` at observe "y0" cannot be handled exactly; got no variable in which it is affine under a guide that correlates latents, expected/;
    const options = { guide: fullRank(), samples: 10 };
    expect(() => estimateGradient(product, { estimator: lyy18(), ...options })).toThrow(refusal);
    expect(() => core.estimateGradient(product, { estimator: core.corrected(), ...options })).toThrow(refusal);
  });

  test("lyy18 refuses a condition whose selection shares the noise of all that it compares", () => {
    const [, selection] = KINDS[2]!;
    expect(() =>
      estimateGradient(withCondition("selection", selection), { estimator: lyy18(), guide: fullRank(), samples: 10 }),
    ).toThrow(/lyy18: condition `.*` at observe "y0" cannot be handled exactly; got no variable in which it is affine/);
  });
});

describe("pairs", () => {
  const model = defineModel("three", ({ sample, observe }) => {
    const [a, b, c] = ["a", "b", "c"].map((name) => sample(name, normal(0, 1))) as [Real, Real, Real];
    observe(normal(where(gt(add(a, sub(b, c)), 0.2), 1, -1), 1), 0.5);
  });
  const [mu, rho] = [
    [0.1, 0.2, 0.3],
    [0.4, 0.5, 0.6],
  ];

  test("free some entries of C, in the order they are given: the others are 0", () => {
    const all = { estimator: corrected(INDEPENDENT), samples: 500 };
    const [some, full] = [
      estimateGradient(model, {
        ...all,
        guide: fullRank({
          pairs: [
            ["c", "a"],
            ["a", "b"],
          ],
        }),
        params: { mu, rho, lower: [0.7, -0.3] },
      }),
      estimateGradient(model, { ...all, guide: fullRank(), params: { mu, rho, lower: [-0.3, 0.7, 0] } }),
    ];
    expect(some.gradient).toHaveLength(8);
    expect(full.gradient).toHaveLength(9);
    const places = [0, 1, 2, 3, 4, 5, 7, 6]; // c on a is the second entry below the diagonal, b on a the first
    places.forEach((place, p) => {
      expect(Math.abs(some.gradient[p]! - full.gradient[place]!)).toBeLessThan(1e-12);
    });
  });

  // biome-ignore format: a table
  test.each([
    [{ pairs: [["a", "a"]] }, 'fullRank: a latent paired with itself; got ["a","a"], expected two different latents'],
    [{ pairs: [["a", "b"], ["b", "a"]] }, 'fullRank: a pair twice; got ["b","a"] again, expected every pair once'],
    [{ pairs: [["a"]] }, 'fullRank: not a pair of latents; got ["a"], expected two names such as ["a", "b"]'],
    [{ pairs: [["a", 1]] }, 'fullRank: not a pair of latents; got ["a",1], expected two names such as ["a", "b"]'],
    [{ pairs: "all" }, 'fullRank: pairs is no list; got "all", expected pairs of names such as [["a", "b"]]'],
    [{ pair: [] }, "fullRank: unknown option; got \"pair\", expected pairs"],
  ])("are refused if they are none: %j", (options, message) => {
    expect(() => fullRank(options as never)).toThrow(new RangeError(message));
  });

  test("are refused if the model has no such latent", () => {
    expect(() => fit(model, { guide: fullRank({ pairs: [["a", "d"]] }), collapse: false })).toThrow(
      new RangeError('fullRank: no such latent in model "three"; got "d" in a pair, expected one of a, b, c'),
    );
  });
});

describe("parameters that do not fit the guide", () => {
  const model = defineModel("m", ({ sample }) => {
    for (const name of ["a", "b"]) sample(name, normal(0, 1));
  });
  const at = (guide: ReturnType<typeof fullRank>, params: object) => () =>
    estimateGradient(model, { estimator: corrected(), guide, params: params as never });
  const both = { mu: [0, 0], rho: [0, 0] };

  // biome-ignore format: a table
  test.each([
    [fullRank(), both, 'estimateGradient: lower does not fit the pairs of "m"; got 0 values, expected 1: b on a'],
    [fullRank(), { ...both, lower: [1, 2] }, 'estimateGradient: lower does not fit the pairs of "m"; got 2 values, expected 1: b on a'],
    [fullRank(), { ...both, lower: [NaN] }, 'estimateGradient: lower of "b on a" is not a finite number; got NaN'],
    [fullRank(), { mu: [0], rho: [0, 0], lower: [0] }, 'estimateGradient: mu does not fit the latents of "m"; got 1 values ("b" is under no guide), expected 2: a, b'],
    [meanField(), { ...both, lower: [0] }, 'estimateGradient: the mean-field guide has no parameters "lower"; got mu, rho, lower, expected mu, rho'],
    [fullRank(), { ...both, lower: [0], sigma: [1] }, 'estimateGradient: the full-rank guide has no parameters "sigma"; got mu, rho, lower, sigma, expected mu, rho, lower'],
  ])("are refused by %o: %j", (guide, params, message) => {
    expect(at(guide, params)).toThrow(new RangeError(message));
  });

  test("are refused at the start of a fit too, and what is no guide", () => {
    expect(() => fit(model, { guide: fullRank(), init: both })).toThrow(/^fit: lower does not fit the pairs of "m"/);
    expect(() => fit(model, { guide: "full-rank" as never })).toThrow(
      new TypeError('guide: not a guide; got "full-rank", expected one such as meanField()'),
    );
  });
});
