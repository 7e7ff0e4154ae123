import { describe, expect, test } from "vitest";
import type { Real } from "../../src/autodiff/expr.ts";
import { compile, valueAndGrad } from "../../src/autodiff/functions.ts";
import {
  asymmetricLaplace,
  cauchy,
  type Distribution,
  exGaussian,
  exponential,
  flat,
  geometric,
  gumbel,
  halfCauchy,
  halfNormal,
  inverseGaussian,
  kumaraswamy,
  laplace,
  logistic,
  logMass,
  lognormal,
  mixture,
  normal,
  poisson,
  triangular,
  truncated,
  uniform,
  weibull,
} from "../../src/distributions/index.ts";
import { normal as normalOfCore } from "../../src/distributions/real/normal.ts";

// log(Φ(b) − Φ(a)) and its derivatives in a and b, by mpmath with 60 digits in the lower tail.
// biome-ignore format: a table
const NORMAL: readonly (readonly [a: number, b: number, value: number, da: number, db: number])[] = [
  [-1, 0.5, -0.6295956325528635, -0.45414311440343164, 0.6607743324649646],
  [5, 5.1, -15.962590193561619, -12.726057464972529, 7.6802466333158455],
  [9, 9.1, -44.13930527352707, -15.185890502217951, 6.143328770735299],
  [30, 30.01, -455.67037695858596, -115.75066352893195, 85.74591319538362],
  [500, 501, -125007.13355063158, -500.0019999840003, 2.160645656555845e-215],
  [-501, -500, -125007.13355063158, -2.160645656555845e-215, 500.0019999840003],
  [-500, 500, 0, 0, 0],
  [1e-9, 2e-9, -21.642204370151084, -999999999.9999999, 999999999.9999999],
  [8, 8.000000001, -53.642204291410714, -999999921.2596358, 999999913.2596358],
];

const close = (value: number, expected: number, relative = 1e-9): void =>
  expect(Math.abs(value - expected)).toBeLessThanOrEqual(relative * Math.abs(expected) + 1e-200);

describe("the log mass of a normal", () => {
  test.each(NORMAL)("between %d and %d is right to 1e-9, and so is its gradient", (a, b, value, da, db) => {
    const traced = valueAndGrad(([low, high]) => logMass(normal(0, 1), low!, high!))([a, b]);
    close(traced.value, value);
    close(traced.gradient[0]!, da);
    close(traced.gradient[1]!, db);
    close(logMass(normal(0, 1), a, b) as number, value);
  });

  test.each(NORMAL)("between %d and %d follows traced parameters", (a, b, value, da, db) => {
    // At mean 0 and sd 1: ∂/∂mean = −∂a − ∂b, ∂/∂sd = −a·∂a − b·∂b, which the width keeps exact.
    const traced = valueAndGrad(([mean, sd]) => logMass(normal(mean!, sd!), a, b))([0, 1]);
    close(traced.value, value);
    const scale = Math.abs(da) + Math.abs(db);
    expect(Math.abs(traced.gradient[0]! + da + db)).toBeLessThanOrEqual(1e-9 * scale);
    expect(Math.abs(traced.gradient[1]! + a * da + b * db)).toBeLessThanOrEqual(1e-9 * scale * Math.abs(a));
  });

  test("is that of the record of nondiff/core, which has no tails of its own", () => {
    expect(normalOfCore(0, 1).cdf).toBeUndefined();
    expect(logMass(normalOfCore(0, 1), -1, 0.5)).toBe(logMass(normal(0, 1), -1, 0.5));
  });

  test("is the same on both sides of the width from which on an interval is cut in two", () => {
    for (const m of [0, 0.5, 3, 40]) {
      const h = 0.01 / Math.max(1, m);
      const [less, more] = [1 - 1e-9, 1 + 1e-9].map((f) => logMass(normal(0, 1), m - h * f, m + h * f) as number);
      expect(Math.abs(more! - less! - 2e-9)).toBeLessThan(1e-11 * (1 + m));
    }
  });
});

const SOME: readonly Distribution[] = [
  normal(0.3, 1.7),
  laplace(0.2, 1.3),
  logistic(-0.4, 0.8),
  cauchy(0.5, 2),
  uniform(-6, 9),
  exponential(0.7),
  halfNormal(2),
  lognormal(0.3, 0.9),
  gumbel(0.4, 1.2),
  weibull(1.6, 2),
  halfCauchy(1.5),
  kumaraswamy(2, 3),
  triangular(-6, 0.2, 9),
  asymmetricLaplace(0.2, 1.3, 0.7),
  exGaussian(0.2, 1, 0.8),
  inverseGaussian(2, 3),
  mixture([0.4, 0.6], [normal(-1, 1), normal(2, 0.7)]),
  truncated(normal(0.3, 2), -4, 6),
];

describe.each(SOME.map((distribution) => ({ name: distribution.name, distribution })))(
  "the log mass of $name",
  ({ distribution }) => {
    const { support, logDensity } = distribution;
    const ends = [-5, -1.2, -0.3, 0.1, 0.6, 0.9, 2.2, 8].filter((x) => support.contains(x));
    const pairs = ends.flatMap((low, i) => ends.slice(i + 1).map((high) => [low, high] as const));

    test("is the integral of the density", () => {
      for (const [low, high] of pairs) {
        // Simpson's rule on 1000 steps, split at 0.2 where Laplace has its kink.
        const simpson = (a: number, b: number): number => {
          const n = 1000;
          let total = 0;
          for (let i = 0; i <= n; i++)
            total += (i === 0 || i === n ? 1 : i % 2 ? 4 : 2) * Math.exp(logDensity(a + ((b - a) * i) / n) as number);
          return (total * (b - a)) / n / 3;
        };
        const mass = low < 0.2 && high > 0.2 ? simpson(low, 0.2) + simpson(0.2, high) : simpson(low, high);
        expect(Math.abs((logMass(distribution, low, high) as number) - Math.log(mass))).toBeLessThan(1e-8);
      }
    });

    test("has the densities at the ends as derivatives, on traced values, also for very narrow intervals", () => {
      const traced = valueAndGrad(([low, high]) => logMass(distribution, low!, high!));
      for (const [low, high] of [...pairs, ...ends.map((low) => [low, low + 2 ** -30] as const)]) {
        const { value, gradient } = traced([low, high]);
        close(value, logMass(distribution, low, high) as number, 1e-13);
        const at = (x: number): number => Math.exp((logDensity(x) as number) - value);
        // Of a width of 2e-9 the masses know 8 digits after the standardising of the ends; densities far below the mean one know 1e-12.
        expect(Math.abs(gradient[0]! + at(low))).toBeLessThan(1e-8 * at(low) + 1e-12);
        expect(Math.abs(gradient[1]! - at(high))).toBeLessThan(1e-8 * at(high) + 1e-12);
      }
    });

    test("adds up: below, between and above", () => {
      for (const [low, high] of pairs) {
        const total = [
          [-Infinity, low],
          [low, high],
          [high, Infinity],
        ].reduce((sum, [a, b]) => sum + Math.exp(logMass(distribution, a!, b!) as number), 0);
        expect(Math.abs(total - 1)).toBeLessThan(1e-14);
      }
      expect(logMass(distribution, -Infinity, Infinity)).toBe(0);
    });

    test("is −∞ with a gradient of 0 for ends in the wrong order, and where there is no mass", () => {
      const traced = valueAndGrad(([low, high]) => logMass(distribution, low!, high!))([2.2, 0.6]);
      expect(traced.value).toBe(-Infinity);
      expect([...traced.gradient].map(Math.abs)).toEqual([0, 0]);
      expect(logMass(distribution, 2.2, 0.6)).toBe(-Infinity);
      if (support.lower === 0) expect(logMass(distribution, -3, -1)).toBe(-Infinity);
    });

    test("is finite with finite derivatives far out, unless there is no mass", () => {
      const { mean, sd } = { mean: distribution.name === "cauchy" ? 0 : distribution.moments!()!.mean, sd: 2 };
      for (const t of [-500, -40, 40, 500]) {
        const x = mean + sd * t;
        if (!support.contains(x) || (distribution.name === "gumbel" && t < 0)) continue; // exp(−e⁸⁰⁰) is 0
        for (const tail of [distribution.logCdf!, distribution.logSurvival!]) {
          const { value, gradient } = valueAndGrad(([z]) => tail(z!))([x]);
          expect(Number.isFinite(value) && Number.isFinite(gradient[0]!)).toBe(true);
          expect(Math.abs(value - (tail(x) as number))).toBeLessThanOrEqual(1e-13 * Math.abs(value) + 1e-15);
        }
      }
    });
  },
);

test("masses of counts are sums of probabilities, for traced rates as well", () => {
  const exact = Math.log(Math.exp(-3) * (3 ** 2 / 2 + 3 ** 3 / 6));
  close(logMass(poisson(3), 1, 3) as number, exact, 1e-14);
  close(compile(([rate]) => logMass(poisson(rate!), 1, 3))([3]), exact, 1e-13);
  expect(logMass(poisson(3), 3, 3.5)).toBe(-Infinity);
  close(logMass(geometric(0.25), 2, Infinity) as number, 3 * Math.log(0.75), 1e-14);
});

test("what has no cdf is refused by name, and so is what is no number", () => {
  expect(() => logMass(flat(), 0, 1)).toThrow(
    "logMass: the cdf of flat is not known; got flat, expected a distribution with a cdf, such as normal",
  );
  expect(() => logMass(normal(0, 1), "0" as unknown as Real, 1)).toThrow(
    'logMass: an end is not a number; got "0", expected a number or a traced value',
  );
  expect(() => compile(([x]) => logMass(poisson(3), x!, 5))([1])).toThrow(
    "poisson: masses are known between numbers only; got a traced number, expected data",
  );
});
