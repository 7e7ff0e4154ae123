import { describe, expect, test } from "vitest";
import { compile, valueAndGrad } from "../../src/autodiff/functions.ts";
import { MOST_VALUES } from "../../src/distributions/discrete/sums.ts";
import {
  bernoulli,
  binomial,
  categorical,
  type Distribution,
  discreteUniform,
  finite,
  geometric,
  negativeBinomial,
  poisson,
} from "../../src/distributions/index.ts";
import { makeGenerator, uniformSource } from "../../src/random/index.ts";

const mass = (distribution: Distribution, k: number): number => Math.exp(distribution.logDensity(k) as number);

const SOME: readonly Distribution[] = [
  bernoulli(0.3),
  binomial(7, 0.4),
  categorical([0.2, 0.5, 0.3]),
  discreteUniform(-2, 5),
  finite([10, 0.5, 2], [0.5, 0.2, 0.3]),
  geometric(0.2),
  poisson(4.5),
  negativeBinomial(2.5, 0.4),
];

describe.each(SOME.map((distribution) => ({ name: distribution.name, distribution })))(
  "the masses of $name",
  ({ distribution }) => {
    const { values, lostMass } = distribution.finiteValues!();

    test("sum to one with what was cut off", () => {
      const total = values.reduce((sum, value) => sum + mass(distribution, value), 0);
      expect(Math.abs(total + lostMass - 1)).toBeLessThan(1e-14);
      expect(lostMass).toBeLessThanOrEqual(1e-12);
      if (distribution.support.upper < Infinity) expect(lostMass).toBe(0);
      else {
        // No value was kept for nothing: with the last one the tail would be above the limit.
        expect(lostMass + mass(distribution, values.at(-1)!)).toBeGreaterThan(1e-12);
        expect(distribution.finiteValues!(1e-3).values.length).toBeLessThan(values.length);
      }
    });

    test("add up to the cdf, at values, between and beyond them", () => {
      let below = 0;
      values.slice(0, 30).forEach((value, i) => {
        below += mass(distribution, value);
        const next = values[i + 1] ?? value + 1;
        for (const x of [value, value + 0.3 * Math.min(1, next - value)]) {
          expect(Math.abs((distribution.cdf!(x) as number) - below)).toBeLessThan(1e-14);
          expect(Math.abs(Math.exp(distribution.logCdf!(x) as number) - below)).toBeLessThan(1e-14);
          expect(Math.abs(Math.exp(distribution.logSurvival!(x) as number) - (1 - below))).toBeLessThan(1e-13);
        }
      });
      expect([distribution.cdf!(values[0]! - 0.1), distribution.cdf!(Infinity)]).toEqual([0, 1]);
      expect([distribution.logCdf!(-1e9), distribution.logSurvival!(Infinity)]).toEqual([-Infinity, -Infinity]);
    });

    test("have the least value that reaches a probability as quantile", () => {
      for (const p of [1e-9, 0.05, 0.3, 0.5, 0.77, 0.999]) {
        const k = distribution.quantile!(p);
        expect(distribution.cdf!(k)).toBeGreaterThanOrEqual(p * (1 - 1e-14));
        expect(k === values[0] || (distribution.cdf!(k - 1e-9) as number) < p).toBe(true);
      }
      expect(() => distribution.quantile!(1.2)).toThrow("no quantile at this probability; got 1.2, expected");
    });

    test("have the moments that sums say", () => {
      const { mean, sd } = distribution.moments!()!;
      const expected = values.reduce((sum, value) => sum + mass(distribution, value) * value, 0);
      const variance = values.reduce((sum, value) => sum + mass(distribution, value) * (value - mean) ** 2, 0);
      expect(Math.abs(mean - expected)).toBeLessThan(1e-9 * (1 + Math.abs(mean)));
      expect(Math.abs(sd - Math.sqrt(variance))).toBeLessThan(1e-8 * sd);
    });
  },
);

test("probabilities and cut tails of traced parameters: sums are expressions, a cut is refused by name", () => {
  const { value, gradient } = valueAndGrad(([rate]) => poisson(rate!).logSurvival!(0))([0.5]);
  expect(Math.abs(value - Math.log(1 - Math.exp(-0.5)))).toBeLessThan(1e-14);
  expect(Math.abs(gradient[0]! - Math.exp(-0.5) / (1 - Math.exp(-0.5)))).toBeLessThan(1e-13);
  expect(() =>
    compile(([rate]) => {
      poisson(rate!).finiteValues!();
      return rate!;
    })([1]),
  ).toThrow("poisson: rate: not data; got a traced number, expected a number");
  compile(([p]) => {
    expect(binomial(3, p!).finiteValues!()).toEqual({ values: [0, 1, 2, 3], lostMass: 0 });
    expect(binomial(3, p!).moments!()).toBeUndefined();
    return p!;
  })([0.5]);
});

test("more values than are listed are refused, with their number", () => {
  expect(discreteUniform(1, MOST_VALUES).finiteValues!().values).toHaveLength(MOST_VALUES);
  expect(() => discreteUniform(0, MOST_VALUES).finiteValues!()).toThrow(
    `discreteUniform: too many values to list; got ${MOST_VALUES + 1} or more, expected at most ${MOST_VALUES}; \`truncated\` keeps`,
  );
  expect(() => geometric(1e-3).finiteValues!()).toThrow("geometric: too many values to list");
  expect(() => poisson(2).finiteValues!(0)).toThrow("poisson: tail mass is no probability; got 0");
});

describe("discreteUniform and finite", () => {
  const draws = (distribution: Distribution): number[] => {
    const next = uniformSource(makeGenerator(3));
    return Array.from({ length: 20_000 }, () => distribution.draw(next));
  };

  test.each([
    {
      name: "discreteUniform",
      right: discreteUniform(-2, 5),
      wrong: finite([-2, -1, 0, 1, 2, 3, 4, 5], [0.15, 0.1, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125]),
    },
    { name: "finite", right: finite([10, 0.5, 2], [0.5, 0.2, 0.3]), wrong: finite([10, 0.5, 2], [0.48, 0.22, 0.3]) },
  ])("draws of $name have its probabilities, and not others", ({ right, wrong }) => {
    const found = draws(right);
    const chiSquare = (distribution: Distribution): number =>
      distribution.finiteValues!().values.reduce((sum, value) => {
        const expected = found.length * mass(distribution, value);
        return sum + (found.filter((x) => x === value).length - expected) ** 2 / expected;
      }, 0);
    // The upper 1e-6 quantiles of χ² with 7 and 2 degrees of freedom are 41 and 28.
    expect(chiSquare(right)).toBeLessThan(28);
    expect(chiSquare(wrong)).toBeGreaterThan(41);
  });

  test("refuse what is no table", () => {
    expect(() => discreteUniform(3, 2).draw(() => 0.5)).toThrow(
      "discreteUniform: draw has an invalid high; got 2, expected high a whole number ≥ low = 3",
    );
    expect(() => discreteUniform(0.5, 2).draw(() => 0.5)).toThrow("invalid low; got 0.5, expected low a whole number");
    expect(() => finite([], [])).toThrow("finite: no values; got an array, expected a non-empty array");
    expect(() => finite([1, 1], [0.5, 0.5])).toThrow("finite: values are not different numbers; got 1");
    expect(() => finite([1, 2], [1])).toThrow("finite: not a probability for each value; got 2 values and 1");
    expect(() => finite([1, 2], [0.5, 0.6])).toThrow("finite: probabilities do not sum to 1; got a sum of 1.1");
    expect(finite([1, 2.5], [0.5, 0.5]).support.text).toBe("{1, 2.5}");
    expect(finite([1, 2.5], [0.5, 0.5]).logDensity(2)).toBe(-Infinity);
  });
});
