/** verifyGradient on estimators that are right and on ones that are wrong, by each way to make a reference. */
import { describe, expect, test } from "vitest";
import * as n from "../../src/index.ts";
import { cheating, conditions, gmm, influenza, temperature, xornet } from "../../src/models/index.ts";
import { studentQuantile } from "../../src/verify/gradient.ts";
import { verifyGradient } from "../../src/verify/index.ts";
import { byQuadrature } from "../../src/verify/reference/quadrature.ts";
import { referenceOf } from "../../src/verify/reference/reference.ts";
import { amount, SOAK } from "../support/soak.ts";

const params = { mu: [0], rho: [n.rhoOfSd(1)] };

/** Of so many latents, with a condition on their sum and one on each. */
const sums = (count: number): n.Model =>
  n.defineModel(`sums of ${count}`, ({ sample, observe, where }) => {
    const z = Array.from({ length: count }, (_, i) => sample(`z${i}`, n.normal(0, 1)));
    for (const [i, each] of z.entries()) observe(n.normal(where(n.gt(each, 0.3), 1, -0.5), 1), 0.2 * i);
    observe(n.normal(where(n.gt(n.sum(z), 0.5), 1.5, -1), 1), 0.4);
  });

describe("the verdict", () => {
  test("is right for right and wrong estimators of gmm, whose gradient in μ is −4.19", () => {
    const right = verifyGradient(gmm, { params });
    expect(right.verdict).toBe("unbiased at this resolution");
    expect(right.reference).toBe("quadrature");
    expect(right.components.map(({ name }) => name)).toEqual(["mu[z]", "rho[z]"]);
    expect(right.components[0]!.reference).toBeCloseTo(-10.5 / Math.sqrt(2 * Math.PI), 3);
    expect(right.smallestBias).toBeLessThan(0.02 * right.scale);
    for (const estimator of [n.score(), n.lyy18()])
      expect(verifyGradient(gmm, { estimator, params }).verdict).not.toBe("biased");
    const wrong = verifyGradient(gmm, { estimator: n.reparam(), params });
    expect(wrong.verdict).toBe("biased");
    expect(Math.abs(wrong.components[0]!.z)).toBeGreaterThan(100);
  });

  test("is undecided where the budget is too small, and says what it could have seen", () => {
    const { verdict, smallestBias, scale, samples } = verifyGradient(gmm, {
      estimator: n.score({ baseline: "none" }),
      params,
      budget: 2000,
    });
    expect(verdict).toBe("undecided: budget");
    expect(smallestBias).toBeGreaterThan(0.02 * scale);
    expect(samples).toBe(2000);
  });

  test("has as many evaluations for its reference as the budget allows, whose error they bring down", () => {
    // Eight times as many bring the error down to 0.35, sixteen times to 0.25.
    const [least, most] = amount([2 ** 17, 2 ** 20], [2 ** 18, 2 ** 22]);
    const [few, many] = [least!, most!].map((budget) =>
      referenceOf("test", gmm, { guide: undefined, params, budget, seed: 0, way: "score" }),
    );
    expect([few!.evaluations, many!.evaluations]).toEqual([least, most]);
    expect(many!.errors[0]).toBeLessThan(0.5 * few!.errors[0]!);
    expect(Math.abs(many!.gradient[0]! + 10.5 / Math.sqrt(2 * Math.PI))).toBeLessThan(4 * many!.errors[0]!);
  });

  test("says nothing of a mean that is that of its rarest samples", () => {
    // E exp(2x) under an sd of 2.2 is that of samples about x = 9.7, of which there is one in 200,000.
    const heavy = n.defineModel("heavy", ({ sample, observe }) => {
      observe(n.normal(n.exp(sample("x", n.normal(0, 1))), 1), 0.5);
    });
    const at = { mu: [0], rho: [n.rhoOfSd(2.2)] };
    for (const estimator of [n.reparam(), n.score()])
      for (const seed of amount([0], [0, 1]))
        expect(verifyGradient(heavy, { estimator, params: at, seed, budget: 65_536 }).verdict).toBe(
          "undecided: budget",
        );
    // The same where the mean is that of all.
    const { verdict } = verifyGradient(heavy, { estimator: n.reparam(), params: { mu: [0], rho: [n.rhoOfSd(0.3)] } });
    expect(verdict).toBe("unbiased at this resolution");
  });

  test("accuses an unbiased estimator no more often than it says", () => {
    // 200 runs at α = 0.05: at most 10 are expected to be accused, and at most 20 are with probability 0.999; of 30, 2 and 6.
    const RUNS = amount(30, 200);
    const accused = Array.from({ length: RUNS }, (_, seed) =>
      verifyGradient(conditions.threshold, { estimator: n.score(), alpha: 0.05, budget: 4096, seed }),
    ).filter(({ verdict }) => verdict === "biased");
    expect(accused.length).toBeLessThanOrEqual(amount(6, 20));
  });
});

test("errors known from 32 batches are compared by quantiles of Student's t", () => {
  // As likely one-sided: 0.025, 0.001 and 2.9e-7, by the incomplete beta function.
  for (const [z, t] of [
    [1.959964, 2.039513],
    [3.090232, 3.374899],
    [5, 6.268236],
  ] as const)
    expect(Math.abs(studentQuantile(z, 31) / t - 1)).toBeLessThan(2e-3);
  expect(studentQuantile(3, 1e9)).toBeCloseTo(3, 6);
});

// Made of values of ℓ alone.
describe("the reference", () => {
  test.each(["conditionOfSelection", "either", "floor", "twoPoles", "coincidentSometimes"] as const)(
    "by quadrature is the known gradient of %s, within its bounds",
    (name) => {
      const model = conditions[name];
      const exact = [...model.gradient(model.init), model.elbo(model.init)];
      const { components, elbo } = verifyGradient(model, { budget: 131_072, reference: "quadrature" });
      [...components, elbo].forEach(({ reference, referenceBound }, p) => {
        expect(Math.abs(reference - exact[p]!)).toBeLessThanOrEqual(referenceBound + 1e-6);
      });
    },
  );

  test("sees two changes that lie close together, along the only line of one noise: it was off by 5 %, and said to be exact", () => {
    const model = n.defineModel("cubic", ({ sample, observe, where }) => {
      const x = sample("x", n.normal(0, 1));
      const isOn = n.gt(n.sub(n.mul(0.731, n.pow(x, 3)), n.mul(1.147, x)), 0.525);
      const mean = where(isOn, n.add(0.332, n.mul(-0.701, x)), -0.31);
      observe(n.normal(mean, where(isOn, 0.761, 1.401)), 0.599);
    });
    const params = { mu: [0.081], rho: [n.rhoOfSd(1.264)] };
    // By the midpoint rule over 10⁶ points.
    for (const way of [undefined, "lines"] as const)
      expect(referenceOf("test", model, { params, budget: 16_384, seed: 5619, way }).gradient[0]).toBeCloseTo(
        -0.50664,
        4,
      );
  });

  test("made of averages, too, where quadrature is coarse: two of them may agree by chance, and be off", () => {
    const covariance = [
      [1, 0.3, 0.2],
      [0.3, 1, -0.15],
      [0.2, -0.15, 1],
    ];
    const circle = n.defineModel("circle", ({ sample, observe, where }) => {
      const [x, y, z] = sample("w", n.multivariateNormal([0, 0, 0.3], { covariance })) as [n.Real, n.Real, n.Real];
      const inside = n.lt(n.add(n.square(x), n.square(z)), 0.646);
      // max(x, z) < -0.146; a comparison of max itself would be two conditions.
      const corner = n.lt(n.add(n.add(x, z), n.abs(n.sub(x, z))), -0.292);
      observe(n.normal(where(n.or(inside, corner), n.add(1, y), -1.2), 1), 0.4);
    });
    const at = { mu: [0.2, -0.5, -1.03], rho: [0.6, -0.13, 0.23] };
    const options = { guide: undefined, params: at, budget: 163_840, seed: 0 };
    const exact = referenceOf("test", circle, { ...options, way: "score", budget: amount(1_000_000, 2_000_000) });
    const [first, second] = byQuadrature(exact.subject, exact.elbo, exact.spread, options.budget);
    const off = first.gradient.map((value, p) => Math.abs(value - exact.gradient[p]!));
    // In the mean of z three times as far as the two are apart is less than either is off by.
    expect(3 * Math.abs(first.gradient[2]! - second.gradient[2]!)).toBeLessThan(off[2]!);
    expect(off[2]).toBeGreaterThan(100 * exact.errors[2]!);
    const panels = referenceOf("test", circle, { ...options, way: "quadrature" });
    expect(off[2]).toBeLessThan(0.5 * panels.bounds[2]!);
    const found = referenceOf("test", circle, options);
    expect(found.way).toBe("score");
    expect(found.evaluations).toBeLessThanOrEqual(2 * options.budget);
    found.gradient.forEach((value, p) => {
      expect(Math.abs(value - exact.gradient[p]!)).toBeLessThan(5 * Math.hypot(found.errors[p]!, exact.errors[p]!));
    });
  });

  test("made of averages, too, where the budget is too small for quadrature", () => {
    // At a budget of 32,768 its mean of scores is 1.9 standard errors off, and has no other bound.
    const model = conditions.conditionOfSelection;
    const exact = [...model.gradient(model.init), model.elbo(model.init)];
    const RUNS = amount(4, 100);
    const squares = Array.from({ length: RUNS }, (_, seed) => {
      const { way, gradient, elbo, errors } = referenceOf("test", model, { budget: amount(20_480, 81_920), seed });
      expect(way).toBe("score");
      return [...gradient, elbo].map((value, p) => ((value - exact[p]!) / errors[p]!) ** 2);
    }).flat();
    // Of Student's t with 31 degrees, whose variance is 31/29: none of 28 beyond 4.4, and none of 700 beyond 5.5.
    expect(Math.max(...squares)).toBeLessThan(amount(4.4, 5.5) ** 2);
    const variance = squares.reduce((sum, square) => sum + square, 0) / squares.length;
    expect(variance).toBeLessThan(amount(2.2, 1.35));
    expect(variance).toBeGreaterThan(amount(0.3, 0.8));
  });

  test.each(["lines", "differences", "score"] as const)(
    "by %s agrees with that by quadrature within its error",
    (reference) => {
      for (const model of [sums(2)]) {
        const options = { estimator: n.score(), budget: 16_384 };
        const exact = verifyGradient(model, { ...options, reference: "quadrature" });
        const other = verifyGradient(model, { ...options, reference });
        expect(other.reference).toBe(reference);
        other.components.forEach((component, p) => {
          const { referenceError, referenceBound } = component;
          const bound = referenceBound + exact.components[p]!.referenceBound;
          expect(referenceError).toBeGreaterThan(0);
          expect(Math.abs(component.reference - exact.components[p]!.reference)).toBeLessThan(
            4.5 * referenceError + bound,
          );
        });
      }
    },
  );

  test("of more than three latents is made of scores or along lines, and shows that reparam is wrong", () => {
    const options = { budget: amount(32_768, 65_536), resolution: 0.05 };
    const right = verifyGradient(sums(5), options);
    expect([right.verdict, right.reference]).toEqual(["unbiased at this resolution", "score"]);
    for (const reference of ["score", "lines"] as const)
      expect(verifyGradient(sums(5), { ...options, estimator: n.reparam(), reference }).verdict).toBe("biased");
  });

  test("of a model with a parameter without spread is made of differences", () => {
    const model = n.defineModel("points", ({ sample, observe, param, where }) => {
      const m = param("m", 0.2);
      const z = sample("z", n.normal(0, 1));
      observe(n.normal(where(n.gt(z, 0.3), m, -1), 1), 0.5);
    });
    const { reference, verdict, components } = verifyGradient(model);
    expect(reference).toBe("differences");
    expect(verdict).not.toBe("biased");
    expect(components.map(({ name }) => name)).toEqual(["mu[z]", "rho[z]", "points[m]"]);
  });

  test("lists the values of discrete latents, up to 4096 combinations", () => {
    // 2 of 3 coins are one group, as they share an observation; 13 in one observation are 8192 combinations.
    const coins = (count: number): n.Model =>
      n.defineModel(`${count} coins`, ({ sample, observe, where }) => {
        const z = sample("z", n.normal(0, 1));
        const heads = Array.from({ length: count }, (_, i) => sample(`c${i}`, n.bernoulli(0.3)));
        observe(n.normal(n.add(z, n.sum(heads.slice(1))), 1), 1.5);
        observe(n.normal(where(n.gt(z, 0.2), heads[0]!, -1), 1), 0.5);
      });
    const { verdict, reference } = verifyGradient(coins(3), { budget: 65_536 });
    expect([verdict, reference]).toEqual(["unbiased at this resolution", "quadrature"]);
    expect(() => referenceOf("verifyGradient", coins(14), { budget: 1000, seed: 0 })).toThrow(
      /too many values together; got 8192 combinations of 13 latents/,
    );
  });

  test("keeps the range of an index that is a discrete latent, and refuses one that leaves it", () => {
    const picked = (last: number): n.Model =>
      n.defineModel("picked", ({ sample, observe, where }) => {
        const z = sample("z", n.normal(0, 1));
        const k = sample("k", n.discreteUniform(0, last));
        observe(n.normal(where(n.gt(z, n.pick([-0.5, 0.4, 1], k)), z, -1), 1), 0.8);
      });
    const { verdict, reference } = verifyGradient(picked(2), { params, budget: 16_384 });
    expect(reference).toBe("quadrature");
    expect(verdict).not.toBe("biased");
    expect(verifyGradient(picked(2), { params, estimator: n.reparam(), budget: 16_384 }).verdict).toBe("biased");
    expect(() => verifyGradient(picked(3), { params, budget: 1024 })).toThrow('log density of model "picked" is NaN');
  });

  test("is refused where a program changes at more places than can be told apart", () => {
    const model = n.defineModel("comb", ({ sample, observe, where }) => {
      const z = sample("z", n.normal(0, 1));
      observe(n.normal(where(n.gt(n.sin(n.mul(z, 1e7)), 0), 1, -1), 1), 0.5);
    });
    expect(() => verifyGradient(model, { estimator: n.score(), reference: "quadrature" })).toThrow(
      'the program of model "comb" changes too often along a line; got more than 400 changes',
    );
  });

  test("under full rank has a component for each pair", () => {
    const options = { budget: 16_384, guide: n.fullRank(), params: { mu: [0.2, -0.3], rho: [0.3, 0.5], lower: [0.7] } };
    const right = verifyGradient(conditions.product, options);
    expect(right.verdict).not.toBe("biased");
    expect(right.components.length).toBe(5);
    expect(verifyGradient(conditions.product, { ...options, estimator: n.reparam() }).verdict).toBe("biased");
  });
});

test("options that make no sense are refused", () => {
  expect(() => verifyGradient(gmm, { alpha: 0 })).toThrow("verifyGradient: alpha is out of range; got 0");
  expect(() => verifyGradient(gmm, { budget: 3.5 })).toThrow("verifyGradient: budget is not a count");
  expect(() => verifyGradient(gmm, { reference: "guess" as never })).toThrow("verifyGradient: reference is no way");
  expect(() => verifyGradient(gmm, { samples: 10 } as never)).toThrow('verifyGradient: unknown option; got "samples"');
});

test.skipIf(!SOAK)(
  "the gradients of four models of the paper are unbiased at a resolution of 5 %, of xornet at 7 %",
  { timeout: 3_600_000 },
  () => {
    const budgets = [
      [cheating, 15, 0.05],
      [temperature, 20, 0.05],
      [influenza, 20, 0.05],
      // The scores of its reference, at most 2,097,152, leave 6.5 %.
      [xornet, 20, 0.07],
    ] as const;
    const table = budgets.map(([model, log2, resolution]) => {
      const { name } = model;
      const start = performance.now();
      const { verdict, reference, samples, evaluations, components, critical, smallestBias, scale } = verifyGradient(
        model,
        {
          budget: 2 ** log2,
          resolution,
        },
      );
      const seconds = (performance.now() - start) / 1000;
      const worst = Math.max(...components.map(({ z }) => Math.abs(z)));
      return {
        name,
        verdict,
        reference,
        samples,
        evaluations,
        worst,
        critical,
        smallest: smallestBias / scale,
        seconds,
      };
    });
    console.table(table);
    expect(table.map(({ name, verdict }) => [name, verdict])).toEqual(
      table.map(({ name }) => [name, "unbiased at this resolution"]),
    );
  },
);
