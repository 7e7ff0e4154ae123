import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Real } from "../../src/autodiff/expr.ts";
import { compile, valueAndGrad } from "../../src/autodiff/functions.ts";
import type { Distribution } from "../../src/distributions/index.ts";
import {
  asymmetricLaplace,
  betaBinomial,
  exGaussian,
  gumbel,
  halfCauchy,
  halfStudentT,
  inverseGamma,
  inverseGaussian,
  kumaraswamy,
  logUniform,
  negativeBinomial,
  negativeBinomialByMean,
  orderedLogistic,
  orderedProbit,
  pareto,
  poisson,
  skewNormal,
  triangular,
  vonMises,
  weibull,
} from "../../src/distributions/index.ts";
import { makeGenerator, uniformSource } from "../../src/random/index.ts";
import { amount } from "../support/soak.ts";

interface Row {
  readonly make: (...parameters: Real[]) => Distribution;
  /** How many parameters, from the first, are data only. */
  readonly data?: number;
  /** Parameters for draws, and others which the same draws must not fit. */
  readonly right: readonly number[];
  readonly wrong: readonly number[];
  readonly invalid: readonly (readonly [parameters: readonly number[], message: string])[];
}

const numbers = (make: (...parameters: number[]) => Distribution): Row["make"] => make as Row["make"];

// biome-ignore format: a table
const TABLE: Readonly<Record<string, Row>> = {
  halfCauchy:        { make: halfCauchy, right: [2], wrong: [2.2], invalid: [[[0], "scale; got 0, expected scale > 0"]] },
  halfStudentT:      { make: halfStudentT, right: [3, 2], wrong: [3, 2.2], invalid: [[[0, 1], "df; got 0"], [[3, -1], "scale; got -1, expected scale > 0"]] },
  inverseGamma:      { make: inverseGamma, right: [3, 2], wrong: [3, 2.2], invalid: [[[0, 1], "shape; got 0"], [[1, 0], "scale; got 0, expected scale > 0"]] },
  weibull:           { make: weibull, right: [1.7, 2], wrong: [1.7, 2.1], invalid: [[[0, 1], "shape; got 0"], [[1, 0], "scale; got 0, expected scale > 0"]] },
  pareto:            { make: (low, shape) => pareto(low as number, shape!), data: 1, right: [1, 2], wrong: [1, 2.2], invalid: [[[1, 0], "shape; got 0"], [[0, 1], "low; got 0, expected low > 0"]] },
  gumbel:            { make: gumbel, right: [1, 2], wrong: [1.15, 2], invalid: [[[NaN, 1], "location; got NaN"], [[0, 0], "scale; got 0, expected scale > 0"]] },
  vonMises:          { make: vonMises, right: [2.5, 1.5], wrong: [2.6, 1.5], invalid: [[[0, -1], "concentration; got -1, expected concentration ≥ 0"]] },
  inverseGaussian:   { make: inverseGaussian, right: [2, 3], wrong: [2.2, 3], invalid: [[[0, 1], "mean; got 0"], [[1, 0], "shape; got 0, expected shape > 0"]] },
  skewNormal:        { make: skewNormal, right: [1, 2, 3], wrong: [1.1, 2, 3], invalid: [[[0, 0, 1], "scale; got 0"], [[0, 1, NaN], "shape; got NaN, expected finite shape"]] },
  kumaraswamy:       { make: kumaraswamy, right: [2, 5], wrong: [2.2, 5], invalid: [[[0, 1], "a; got 0"], [[1, 0], "b; got 0, expected b > 0"]] },
  logUniform:        { make: numbers(logUniform), data: 2, right: [0.5, 8], wrong: [0.5, 9], invalid: [[[0, 1], "low; got 0, expected low > 0"], [[2, 1], "high; got 1, expected high > low = 2"]] },
  triangular:        { make: numbers(triangular), data: 3, right: [-1, 0.5, 3], wrong: [-1, 0.8, 3], invalid: [[[0, 2, 1], "mode; got 2, expected low = 0 ≤ mode ≤ high = 1"], [[0, 0, 0], "high; got 0, expected high > low = 0"]] },
  asymmetricLaplace: { make: asymmetricLaplace, right: [1, 2, 0.7], wrong: [1, 2, 0.75], invalid: [[[0, 0, 1], "scale; got 0"], [[0, 1, 0], "asymmetry; got 0, expected asymmetry > 0"]] },
  exGaussian:        { make: exGaussian, right: [1, 0.7, 0.5], wrong: [1.1, 0.7, 0.5], invalid: [[[0, 0, 1], "sd; got 0"], [[0, 1, 0], "rate; got 0, expected rate > 0"]] },
  betaBinomial:      { make: (n, a, b) => betaBinomial(n as number, a!, b!), data: 1, right: [12, 2, 3], wrong: [12, 2.3, 3], invalid: [[[1.5, 1, 1], "trials; got 1.5"], [[1, 0, 1], "a; got 0, expected a > 0"]] },
  negativeBinomialByMean: { make: negativeBinomialByMean, right: [4, 1.5], wrong: [4.3, 1.5], invalid: [[[0, 1], "mean; got 0"], [[1, 0], "dispersion; got 0, expected dispersion > 0"]] },
  orderedLogistic:   { make: (location, ...cuts) => orderedLogistic(location!, cuts), right: [0.5, -1, 0.5, 2], wrong: [0.65, -1, 0.5, 2], invalid: [[[NaN, 0, 1], "location; got NaN"]] },
  orderedProbit:     { make: (location, ...cuts) => orderedProbit(location!, cuts), right: [0.5, -1, 0.5, 2], wrong: [0.6, -1, 0.5, 2], invalid: [[[NaN, 0, 1], "location; got NaN"]] },
};

/** Every so manieth draw is looked at: between two of them the empirical distribution rises by a thousandth. */
const STRIDE = amount(47, 7);

type FixtureRow = readonly [parameters: number[], x: number, value: number, scale: number];
const FIXTURE = JSON.parse(
  readFileSync(new URL("../fixtures/more-distributions.json", import.meta.url), "utf8"),
) as Readonly<Record<string, readonly FixtureRow[]>>;

// Up to nine terms with errors of some 2e-15 of each; standardised values know an ulp, which tails see times their slope.
const OF_SCALE = 3e-14;

describe.each(Object.entries(TABLE))("%s", (name, { make, data = 0, right, wrong, invalid }) => {
  const rows = FIXTURE[name]!;

  test("has the log densities of 60-digit references, on numbers and on traced values", () => {
    for (const [parameters, x, value, scale] of rows) {
      const distribution = make(...parameters);
      const allowed = OF_SCALE * (scale + 1);
      expect(Math.abs((distribution.logDensity(x) as number) - value), `${parameters} at ${x}`).toBeLessThan(allowed);
      const { discrete } = distribution.support;
      const inputs = [...parameters.slice(data), ...(discrete ? [] : [x])];
      if (inputs.length === 0) continue;
      const traced = compile((own) => {
        const record = make(...parameters.slice(0, data), ...own.slice(0, parameters.length - data));
        return record.logDensity(discrete ? x : own[own.length - 1]!);
      })(inputs);
      expect(Math.abs(traced - value), `traced ${parameters} at ${x}`).toBeLessThan(2 * allowed);
    }
    expect(rows.length).toBeGreaterThan(6);
  });

  test("has the derivatives that differences say", () => {
    const { support } = make(...right);
    for (const u of support.discrete ? [0, 1, 3] : [0.12, 0.45, 0.9]) {
      const x = support.discrete ? u : make(...right).quantile!(u);
      const inputs = [...right.slice(data), ...(support.discrete ? [] : [x])];
      if (inputs.length === 0) continue;
      const at = (own: readonly Real[]): Real =>
        make(...right.slice(0, data), ...own.slice(0, right.length - data)).logDensity(
          support.discrete ? x : own[own.length - 1]!,
        );
      const { gradient } = valueAndGrad(at)(inputs);
      const plain = compile(at);
      inputs.forEach((value, i) => {
        const difference = (h: number): number =>
          (plain(inputs.with(i, value + h)) - plain(inputs.with(i, value - h))) / (2 * h);
        const extrapolated = (4 * difference(1e-4) - difference(2e-4)) / 3;
        expect(Math.abs(extrapolated - gradient[i]!)).toBeLessThan(1e-7 * (1 + Math.abs(gradient[i]!)));
      });
    }
  });

  test("has draws that its cdf describes, and that of other parameters does not", () => {
    const next = uniformSource(makeGenerator(7));
    const distribution = make(...right);
    const n = 20_000;
    const draws = Float64Array.from({ length: n }, () => distribution.draw(next)).sort();
    expect(draws.every((x) => distribution.support.contains(x))).toBe(true);
    // Kolmogorov and Smirnov: √n·D > 2.7 has probability 1e-6 (less for discrete ones), and a D of 0.03 is seen with certainty.
    const distance = ({ cdf }: Distribution): number => {
      let most = 0;
      for (let i = 0; i < n; i += STRIDE) {
        let [first, last] = [i, i];
        while (first > 0 && draws[first - 1] === draws[i]) first--;
        while (last < n - 1 && draws[last + 1] === draws[i]) last++;
        const at = cdf!(draws[i]!) as number;
        most = Math.max(most, Math.abs(at - (last + 1) / n));
        if (distribution.support.discrete) i = last;
        else most = Math.max(most, Math.abs(at - first / n));
      }
      return most * Math.sqrt(n);
    };
    expect(distance(distribution)).toBeLessThan(2.7);
    expect(distance(make(...wrong))).toBeGreaterThan(2.7);
  });

  test("names parameters that are out of range, and values outside have log density −∞", () => {
    for (const [parameters, text] of invalid)
      expect(() => make(...parameters).draw(() => 0.5)).toThrow(`${name}: draw has an invalid ${text}`);
    const { support, logDensity } = make(...right);
    for (const x of [support.lower - 1, support.upper + 1, support.discrete ? 0.5 : Infinity])
      if (!support.contains(x)) expect(logDensity(x)).toBe(-Infinity);
    expect(logDensity(NaN)).toBeNaN();
  });
});

describe("counts and outcomes", () => {
  const SOME = ["betaBinomial", "negativeBinomialByMean", "orderedLogistic", "orderedProbit"].map((name) => ({
    name,
    distribution: TABLE[name]!.make(...TABLE[name]!.right),
  }));

  test.each(SOME)("$name sums to one, to its cdf and to its moments", ({ distribution }) => {
    const { values, lostMass } = distribution.finiteValues!();
    const mass = (k: number): number => Math.exp(distribution.logDensity(k) as number);
    let below = 0;
    for (const k of values) {
      below += mass(k);
      expect(Math.abs((distribution.cdf!(k) as number) - below)).toBeLessThan(1e-13);
      expect(distribution.quantile!(below - 0.5 * mass(k))).toBe(k);
    }
    expect(Math.abs(below + lostMass - 1)).toBeLessThan(1e-13);
    const { mean, sd } = distribution.moments!()!;
    const found = values.reduce((sum, k) => sum + k * mass(k), 0);
    const variance = values.reduce((sum, k) => sum + (k - found) ** 2 * mass(k), 0);
    expect([mean / found - 1, sd / Math.sqrt(variance) - 1].every((error) => Math.abs(error) < 1e-8)).toBe(true);
  });

  test("a negative binomial by mean is the same as by size and p, and nearly a Poisson for a large dispersion", () => {
    for (const k of [0, 1, 5, 30]) {
      const other = negativeBinomial(3, 3 / (3 + 4)).logDensity(k) as number;
      expect(Math.abs((negativeBinomialByMean(4, 3).logDensity(k) as number) - other)).toBeLessThan(1e-13);
      const limit = poisson(4).logDensity(k) as number;
      expect(Math.abs((negativeBinomialByMean(4, 1e9).logDensity(k) as number) - limit)).toBeLessThan(1e-5);
    }
  });

  test("cut points that do not increase are refused, or NaN where they are traced", () => {
    expect(() => orderedLogistic(0, [1, 0])).toThrow(
      "orderedLogistic: cut points are not in increasing order; got 1 before 0, expected each above the one before it",
    );
    expect(() => orderedProbit(0, [])).toThrow(
      "orderedProbit: no cut points; got an array, expected a non-empty array",
    );
    const at = compile(([c]) => orderedLogistic(0, [0.5, c!]).logDensity(1));
    expect(at([0.2])).toBeNaN();
    expect(at([0.8])).toBeCloseTo(Math.log(1 / (1 + Math.exp(-0.8)) - 1 / (1 + Math.exp(-0.5))), 12);
  });
});
