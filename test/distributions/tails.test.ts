import { describe, expect, test } from "vitest";
import { compile } from "../../src/autodiff/functions.ts";
import type { Distribution } from "../../src/distributions/index.ts";
import * as distributions from "../../src/distributions/index.ts";
import { overHalfLine, overInterval } from "../support/quadrature.ts";

const {
  beta,
  categorical,
  cauchy,
  chi2,
  exponential,
  gamma,
  halfNormal,
  laplace,
  logistic,
  lognormal,
  normal,
  studentT,
  uniform,
} = distributions;
const { asymmetricLaplace, exGaussian, gumbel, halfCauchy, halfStudentT, inverseGamma, inverseGaussian } =
  distributions;
const { kumaraswamy, logUniform, pareto, skewNormal, triangular, vonMises, weibull } = distributions;

// Continuous distributions with numbers as parameters, of usual and of less usual shapes.
const SOME: readonly Distribution[] = [
  normal(0.3, 1.7),
  laplace(0.2, 1.3),
  logistic(-0.4, 0.8),
  cauchy(0.5, 2),
  studentT(4.5, 1, 2),
  studentT(0.8),
  studentT(300),
  uniform(-6, 9),
  exponential(0.7),
  halfNormal(2),
  lognormal(0.3, 0.6),
  gamma(4, 2),
  gamma(0.3, 5),
  gamma(900, 3),
  chi2(3),
  beta(2, 5),
  beta(0.4, 0.6),
  beta(80, 3),
  halfCauchy(1.5),
  halfStudentT(4.5, 2),
  inverseGamma(4.5, 2),
  weibull(1.7, 2),
  weibull(0.8, 3),
  pareto(0.5, 4.5),
  gumbel(1, 2),
  vonMises(2.5, 1.5),
  vonMises(-0.3, 60),
  inverseGaussian(2, 3),
  skewNormal(1, 2, 3),
  skewNormal(0, 1, -0.5),
  kumaraswamy(2, 5),
  kumaraswamy(0.6, 0.7),
  logUniform(0.5, 8),
  triangular(-1, 0.5, 3),
  triangular(0, 0, 2),
  asymmetricLaplace(1, 2, 0.7),
  exGaussian(1, 0.7, 0.5),
];

/** Where a density has a kink. */
function kinkOf({ name, parameters }: Distribution): number | undefined {
  const at = { asymmetricLaplace: 0, triangular: 1 }[name];
  return at === undefined ? undefined : (parameters[at]!.value as number);
}

/** E |X − m|ᵏ on the sides of the median m, of which one may be infinitely long. */
function sides(distribution: Distribution, k: number): [below: number, above: number] {
  const { support, logDensity, quantile } = distribution;
  const median = quantile!(0.5);
  const weighted = (x: number): number =>
    support.contains(x) ? Math.abs(x - median) ** k * Math.exp(logDensity(x) as number) : 0;
  const side = (from: number, end: number, sign: number): number =>
    Number.isFinite(end)
      ? overInterval(weighted, Math.min(end, from), Math.max(end, from))
      : overHalfLine((u) => weighted(from + sign * u));
  const kink = kinkOf(distribution) ?? median;
  const [low, high] = [Math.min(kink, median), Math.max(kink, median)];
  const between = high > low ? overInterval(weighted, low, high) : 0;
  const [below, above] = [side(low, support.lower, -1), side(high, support.upper, 1)];
  return kink < median ? [below + between, above] : [below, above + between];
}

const PROBABILITIES = [1e-12, 1e-3, 0.1, 0.37, 0.5, 0.8, 0.99, 1 - 1e-9];

describe.each(
  SOME.map((distribution) => ({
    of: `${distribution.name}(${distribution.parameters.map((p) => p.value)})`,
    distribution,
  })),
)("$of", ({ distribution }) => {
  const { support, logDensity, cdf, logCdf, logSurvival, quantile, moments } = distribution;

  test("has the cdf that quadrature of its density says", () => {
    for (const p of [0.01, 0.2, 0.5, 0.7, 0.95]) {
      const x = quantile!(p);
      const [from, to] = p < 0.5 ? [support.lower, x] : [x, support.upper];
      const density = (at: number): number => (support.contains(at) ? Math.exp(logDensity(at) as number) : 0);
      const mass =
        Number.isFinite(from) && Number.isFinite(to)
          ? overInterval(density, from, to)
          : overHalfLine((u) => density(p < 0.5 ? x - u : x + u));
      expect(Math.abs((cdf!(x) as number) - (p < 0.5 ? mass : 1 - mass))).toBeLessThan(1e-9);
    }
  });

  test("has quantiles that the cdf takes back, and the other way round", () => {
    for (const p of PROBABILITIES) {
      const x = quantile!(p);
      expect(support.contains(x)).toBe(true);
      // An ulp of x, seen through the density, and the rounding of p itself above a half.
      const ulp = 4e-16 * Math.abs(x) * Math.exp(logDensity(x) as number);
      if (p < 0.5) expect(Math.abs(Math.exp(logCdf!(x) as number) - p)).toBeLessThan(1e-12 * p + ulp);
      else expect(Math.abs(Math.exp(logSurvival!(x) as number) - (1 - p))).toBeLessThan(1e-12 * (1 - p) + ulp);
      expect(Math.abs((cdf!(x) as number) - p)).toBeLessThan(1e-14 + ulp);
    }
    const [first, last] = [quantile!(0), quantile!(1)];
    expect(Math.abs(first! - support.lower) < 1e-15 || first === support.lower).toBe(true);
    expect(last! / support.upper - 1 < 1e-15 || last === support.upper).toBe(true);
    expect(() => quantile!(-0.1)).toThrow(`${distribution.name}: no quantile at this probability; got -0.1`);
  });

  test("has the mean and sd that quadrature says", () => {
    if (!moments) return;
    const { mean, sd } = moments()!;
    if (!Number.isFinite(sd)) return;
    const [left, right] = sides(distribution, 1);
    const [leftSquare, rightSquare] = sides(distribution, 2);
    expect(Math.abs(quantile!(0.5) + right - left - mean)).toBeLessThan(1e-7 * sd);
    const variance = leftSquare + rightSquare - (right - left) ** 2;
    expect(Math.abs(Math.sqrt(variance) - sd)).toBeLessThan(1e-6 * sd);
  });

  test("is 0 and 1 beyond the ends, and NaN at NaN", () => {
    expect([cdf!(-Infinity), cdf!(Infinity), logCdf!(Infinity), logSurvival!(-Infinity)]).toEqual([0, 1, 0, 0]);
    if (support.lower === 0) expect([cdf!(-1), logCdf!(0), logSurvival!(-2)]).toEqual([0, -Infinity, 0]);
    expect([cdf!(NaN), logCdf!(NaN), logSurvival!(NaN)]).toEqual([NaN, NaN, NaN]);
  });
});

test("quantiles at the edge of the numbers are found", () => {
  // P(X ≤ x) is xᵃ/Γ(a + 1) for small x: of shape 0.01 the 0.3 % quantile is (0.003·Γ(1.01))^100, about 1e-253.
  const x = gamma(0.01, 1).quantile!(0.003);
  expect(Math.abs(Math.log10(x) - 100 * Math.log10(0.003 * 0.9943258511915061))).toBeLessThan(1e-10);
  expect(Math.abs(studentT(1).quantile!(1e-140) / (-1e140 / Math.PI) - 1)).toBeLessThan(1e-12);
  expect(Math.abs(inverseGamma(0.02, 1).cdf!(inverseGamma(0.02, 1).quantile!(0.9)) as number) - 0.9).toBeCloseTo(0, 12);
});

test("Cauchy masses are right far out, where the square of what is compared overflows", () => {
  const { cdf } = cauchy(0, 1);
  expect([cdf!(1e200), cdf!(-Infinity)]).toEqual([1, 0]);
  expect(Math.abs(1e120 * Math.PI * (cdf!(-1e120) as number) - 1)).toBeLessThan(1e-15);
  const traced = compile(([x]) => cdf!(x!));
  for (const x of [-1e120, -30, -1, -1e-9, 0, 0.3, 2, 1e5, 1e140]) expect(traced([x])).toBe(cdf!(x));
});

test("means and sds that do not exist are NaN or infinite", () => {
  expect(cauchy(0, 1).moments!()).toEqual({ mean: NaN, sd: NaN });
  expect(studentT(1.5, 2).moments!()).toEqual({ mean: 2, sd: Infinity });
  expect(studentT(0.5).moments!()).toEqual({ mean: NaN, sd: NaN });
});

test("quantiles of traced parameters are refused, and moments not known", () => {
  compile(([x]) => {
    expect(() => normal(x!, 1).quantile!(0.5)).toThrow(
      "normal: mean: not data; got a traced number, expected a number",
    );
    expect(normal(x!, 1).moments!()).toBeUndefined();
    return x!;
  })([0]);
  expect(() => normal(0, -1).quantile!(0.5)).toThrow("normal: quantile has an invalid sd; got -1, expected sd > 0");
});

test("a parameter too many is refused, as it would count for nothing", () => {
  const more = (make: unknown, ...parameters: unknown[]): unknown =>
    (make as (...all: unknown[]) => unknown)(...parameters);
  expect(() => more(normal, 0, 1, 2)).toThrow("normal: too many arguments; got 3, expected 2");
  expect(() => more(exponential, 1, undefined)).toThrow("exponential: too many arguments; got 2, expected 1");
  expect(() => more(categorical, [0.2, 0.8], 3, 4)).toThrow("categorical: too many arguments; got 3, expected 1");
  expect(studentT(4, 0, 1).parameters).toHaveLength(3);
});
