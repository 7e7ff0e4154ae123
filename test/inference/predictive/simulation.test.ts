/** Draws from the prior and from posteriors, against what they are by hand. */
import { describe, expect, test } from "vitest";
import {
  add,
  categorical,
  defineModel,
  dirichlet,
  exponential,
  fit,
  flat,
  gt,
  iid,
  type Model,
  multivariateNormal,
  normal,
  pick,
  poisson,
  predict,
  simulate,
  where,
} from "../../../src/index.ts";
import { textmsg } from "../../../src/models/textmsg.ts";

const meanOf = (values: Float64Array): number => values.reduce((sum, x) => sum + x, 0) / values.length;
const sdOf = (values: Float64Array): number => {
  const mean = meanOf(values);
  return Math.sqrt(values.reduce((sum, x) => sum + (x - mean) * (x - mean), 0) / values.length);
};

/** z ~ N(0, 1), two data of sd 1: the posterior is N(1, 1/3), and a new observation is N(1, 4/3). */
const weighed = defineModel("weighed", ({ sample, observe }) => {
  const z = sample("z", normal(0, 1));
  observe(normal(z, 1), 1);
  observe(normal(z, 1), 2);
});

describe("a simulation from the prior", () => {
  test("has the moments of latents and of data", () => {
    const { quantities, observations, data, conditions } = simulate(weighed, { draws: 10_000, seed: 1 });
    // Standard errors of a mean are 0.01 and 0.014.
    expect(Math.abs(meanOf(quantities.z!))).toBeLessThan(0.04);
    expect(Math.abs(sdOf(quantities.z!) - 1)).toBeLessThan(0.03);
    expect(Math.abs(sdOf(observations.y0!) / Math.SQRT2 - 1)).toBeLessThan(0.03);
    // Both data have the same z.
    expect(Math.abs(meanOf(observations.y0!.map((x, d) => x * observations.y1![d]!)) - 1)).toBeLessThan(0.08);
    expect(data).toEqual({ y0: 1, y1: 2 });
    expect(conditions).toEqual([]);
  });

  test("is the same for the same seed and another one for another", () => {
    const of = (seed: number): Float64Array => simulate(weighed, { draws: 5, seed }).observations.y0!;
    expect(of(3)).toEqual(of(3));
    expect(of(3)).not.toEqual(of(4));
  });

  test("runs every statement: vectors, discrete latents, arms, parameters, what is tracked and frozen", () => {
    const model = defineModel("all", ({ sample, observe, branch, track, param, frozen, factor }) => {
      const w = sample("w", dirichlet([1, 1, 1]));
      const k = sample("k", categorical([0.2, 0.8]));
      const rate = sample("rate", exponential(2));
      const shift = param("shift", 5);
      const noise = frozen("noise", normal(0, 1));
      branch(
        gt(k, 0.5),
        () => observe(poisson(rate), 3, "count"),
        () => {
          observe(poisson(3), 3, "count");
          track("rare", w[0]!);
        },
      );
      observe(iid(normal(pick([0, 10], k), 1), 2), [9, 11], "pair");
      observe(
        multivariateNormal([shift, 0], {
          covariance: [
            [1, 0.9],
            [0.9, 1],
          ],
        }),
        [5, 0],
        "both",
      );
      observe(normal(add(shift, noise), 1), w[1]!, "soft");
      factor("own", w[2]!);
      track("sum", add(w[0]!, w[1]!));
    });
    const { quantities, observations, data, conditions } = simulate(model, { draws: 1500, seed: 2 });
    expect(Object.keys(quantities)).toEqual(["w[0]", "w[1]", "w[2]", "k", "rate", "shift", "rare", "sum"]);
    expect(data).toEqual({ count: 3, "pair[0]": 9, "pair[1]": 11, "both[0]": 5, "both[1]": 0 });
    expect(conditions).toEqual(['observe "soft"', 'factor "own"']);
    expect(Math.abs(meanOf(quantities.k!) - 0.8)).toBeLessThan(0.04);
    expect(Math.abs(meanOf(quantities.rate!) - 0.5)).toBeLessThan(0.05);
    expect(quantities.shift!.every((x) => x === 5)).toBe(true);
    quantities.sum!.forEach((x, d) => {
      expect(x).toBe(quantities["w[0]"]![d]! + quantities["w[1]"]![d]!);
      expect(Number.isNaN(quantities.rare![d]!)).toBe(quantities.k![d] === 1);
      expect(Math.abs(observations["pair[0]"]![d]! - 10 * quantities.k![d]!)).toBeLessThan(5);
    });
    const [one, two] = [observations["both[0]"]!, observations["both[1]"]!];
    expect(Math.abs(meanOf(one.map((x, d) => (x - 5) * two[d]!)) - 0.9)).toBeLessThan(0.14);
  });

  test("names what cannot be drawn", () => {
    const improper = defineModel("improper", ({ sample }) => void sample("z", flat()));
    expect(() => simulate(improper)).toThrow('simulate: sample "z": flat: an improper density has no draws');
    expect(() => simulate(weighed, { draws: 0 })).toThrow("simulate: draws is not a count; got 0");
    expect(() => simulate(weighed, { samples: 2 } as object)).toThrow('simulate: unknown option; got "samples"');
  });
});

describe("observations in branches", () => {
  test("are one where both arms observe the same number, and the count goes on behind the longer arm", () => {
    const both = defineModel("both", ({ sample, observe, branch }) => {
      const z = sample("z", normal(0, 1));
      branch(
        gt(z, 0),
        () => {
          observe(normal(10, 1), 7);
          observe(normal(100, 1), 8);
        },
        () => observe(normal(-10, 1), 7),
      );
      observe(normal(50, 1), 9);
    });
    const { data, observations, quantities } = simulate(both, { draws: 50 });
    expect(data).toEqual({ y0: 7, y1: 8, y2: 9 });
    quantities.z!.forEach((z, d) => {
      expect(Math.sign(observations.y0![d]!)).toBe(Math.sign(z));
      expect(Number.isNaN(observations.y1![d]!)).toBe(z <= 0);
      expect(Math.abs(observations.y2![d]! - 50)).toBeLessThan(6);
    });
  });

  test("are two where the arms observe different numbers", () => {
    const apart = defineModel("apart", ({ sample, observe, branch }) => {
      const z = sample("z", normal(0, 1));
      branch(
        gt(z, 0),
        () => observe(normal(0, 1), 1, "x"),
        () => observe(normal(0, 1), 2, "x"),
      );
    });
    const { data, observations, quantities } = simulate(apart, { draws: 20 });
    expect(Object.values(data)).toEqual([1, 2]);
    const [one, two] = Object.values(observations);
    quantities.z!.forEach((z, d) => {
      expect([Number.isNaN(one![d]!), Number.isNaN(two![d]!)]).toEqual([z <= 0, z > 0]);
    });
  });
});

describe("a posterior predictive draw", () => {
  test("has the exact moments of a conjugate model", () => {
    const { observations, quantities } = predict(weighed, fit(weighed, { seed: 1 }), { draws: 10_000, seed: 1 });
    expect(Math.abs(meanOf(quantities.z!) - 1)).toBeLessThan(0.03);
    expect(Math.abs(meanOf(observations.y1!) - 1)).toBeLessThan(0.05);
    expect(Math.abs(sdOf(observations.y1!) / Math.sqrt(4 / 3) - 1)).toBeLessThan(0.03);
  });

  test("follows latents that were summed out", () => {
    // z decides which rate each day has; the rates differ, and so do the counts that are predicted.
    const posterior = fit(textmsg, { seed: 1, restarts: 0, flips: false });
    const { quantities, observations } = predict(textmsg, posterior, { draws: 200 });
    expect(Math.abs(meanOf(quantities.z!) - posterior.reweighted().mean("z"))).toBeLessThan(0.1);
    const days = Object.keys(observations);
    const rateOn = (day: number): number => meanOf(observations[days[day]!]!);
    const expected = (name: string): number => meanOf(quantities[name]!.map(Math.exp));
    expect(days).toHaveLength(37);
    expect(Math.abs(rateOn(0) / expected("x0") - 1)).toBeLessThan(0.06);
    expect(Math.abs(rateOn(36) / expected("x1") - 1)).toBeLessThan(0.06);
    expect(rateOn(0) - rateOn(36)).toBeGreaterThan(3);
  });

  test("has the probabilities of discrete latents", () => {
    const model = defineModel("switched", ({ sample, observe }) => {
      const k = sample("k", categorical([0.5, 0.5]));
      for (const x of [2.1, 1.9]) observe(normal(where(gt(k, 0.5), 3, 0), 1), x);
    });
    // Odds of 3 against 0: exp(3·4 − 9).
    const { quantities } = predict(model, fit(model, { seed: 1 }), { draws: 10_000 });
    expect(Math.abs(meanOf(quantities.k!) - 1 / (1 + Math.exp(-3)))).toBeLessThan(0.01);
  });

  test("has all quantities of the posterior, entries of vectors included, with its means", () => {
    const model = defineModel("vectors", ({ sample, observe, track }) => {
      const w = sample("w", dirichlet([1, 2, 3]));
      const pair = sample("pair", iid(exponential(1), 2));
      observe(normal(add(w[0]!, pair[1]!), 0.1), 0.9);
      track("sum", add(w[0]!, pair[1]!));
    });
    const posterior = fit(model, { seed: 1, onWarning() {} });
    const { quantities } = predict(model, posterior, { draws: 4000 });
    const weighted = posterior.reweighted();
    expect(Object.keys(quantities)).toEqual(weighted.names);
    for (const [name, values] of Object.entries(quantities))
      expect(Math.abs(meanOf(values) - weighted.mean(name)), name).toBeLessThan(
        0.08 * Math.max(weighted.sd(name), 0.3),
      );
  });

  test("has the values of fitted parameters; latents that were summed out beside them are refused", () => {
    const model = (latent: boolean): Model =>
      defineModel("shifted", ({ sample, observe, param }) => {
        const shift = param("shift", 0);
        const z = sample("z", normal(0, 1));
        observe(normal(add(shift, z), 0.1), 4);
        if (latent) sample("k", categorical([0.5, 0.5]));
      });
    const posterior = fit(model(false), { seed: 1, steps: 200 });
    const { quantities } = predict(model(false), posterior, { draws: 200 });
    expect(quantities.shift!.every((x) => x === posterior.mean("shift") && x > 0.5)).toBe(true);
    expect(() => predict(model(true), fit(model(true), { seed: 1 }))).toThrow(
      'predict: posterior has no draws of "k"; got shift, z, expected one of model "shifted"',
    );
  });

  test("refuses a posterior of another model", () => {
    const other = defineModel("other", ({ sample }) => void sample("x", normal(0, 1)));
    expect(() => predict(weighed, fit(other, { seed: 1, onWarning() {} }))).toThrow(
      'predict: posterior has no draws of "z"; got x, expected one of model "weighed"',
    );
  });
});
