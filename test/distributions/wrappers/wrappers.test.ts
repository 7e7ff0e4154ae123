import { describe, expect, test } from "vitest";
import type { Real } from "../../../src/autodiff/expr.ts";
import { compile, valueAndGrad } from "../../../src/autodiff/functions.ts";
import type { Distribution } from "../../../src/distributions/index.ts";
import {
  binomial,
  categorical,
  censored,
  exponential,
  finite,
  flat,
  gamma,
  geometric,
  halfNormal,
  hurdle,
  intervalCensored,
  laplace,
  logMass,
  lognormal,
  mixture,
  normal,
  poisson,
  scaled,
  shifted,
  studentT,
  transformed,
  transforms,
  truncated,
  uniform,
  zeroInflated,
  zeroInflatedPoisson,
} from "../../../src/distributions/index.ts";
import { logJoint } from "../../../src/index.ts";
import { defineModel } from "../../../src/program/model.ts";
import { makeGenerator, uniformSource } from "../../../src/random/index.ts";
import { overHalfLine, overInterval } from "../../support/quadrature.ts";

const density = (distribution: Distribution, x: number): number => Math.exp(distribution.logDensity(x) as number);

/** ∫ xᵏ p(x), or the sum; split where a density jumps or bends. */
function moment(
  { support, logDensity, finiteValues }: Distribution,
  k: number,
  splits: readonly number[] = [],
): number {
  const weighted = (x: number): number => x ** k * Math.exp(logDensity(x) as number);
  if (support.discrete) return finiteValues!().values.reduce((sum, value) => sum + weighted(value), 0);
  const cuts = [support.lower, ...splits.filter((x) => x > support.lower && x < support.upper), support.upper];
  const positive = (f: (x: number) => number) => (x: number) => Math.max(0, f(x));
  const signed = (integral: (f: (x: number) => number) => number): number =>
    integral(positive(weighted)) - integral(positive((x) => -weighted(x)));
  let total = 0;
  for (let i = 1; i < cuts.length; i++) {
    const [a, b] = [cuts[i - 1]!, cuts[i]!];
    if (a > -Infinity && b < Infinity) total += signed((f) => overInterval(f, a, b));
    else if (a > -Infinity) total += signed((f) => overHalfLine((u) => f(a + u)));
    else total += signed((f) => overHalfLine((u) => f(b - u)));
  }
  return total;
}

// biome-ignore format: a table
const ROWS: readonly { readonly of: string; readonly d: Distribution; readonly wrong: Distribution; readonly splits?: readonly number[] }[] = [
  { of: "truncated normal",      d: truncated(normal(0.3, 1.7), -1, 2.5),           wrong: truncated(normal(0.6, 1.7), -1, 2.5) },
  { of: "normal above 0",        d: truncated(normal(0, 2), 0),                     wrong: truncated(normal(0, 2.2), 0) },
  { of: "normal far out",        d: truncated(normal(0, 1), 30),                    wrong: truncated(normal(0, 1), 30.01) },
  { of: "truncated gamma",       d: truncated(gamma(3, 2), 0.5, 4),                 wrong: truncated(gamma(3.4, 2), 0.5, 4) },
  { of: "truncated Laplace",     d: truncated(laplace(0, 1), -Infinity, 1),         wrong: truncated(laplace(0.2, 1), -Infinity, 1), splits: [0] },
  { of: "truncated Poisson",     d: truncated(poisson(4), 2, 9),                    wrong: truncated(poisson(4.5), 2, 9) },
  { of: "Poisson above 0",       d: truncated(poisson(1.2), 1),                     wrong: truncated(poisson(1.4), 1) },
  { of: "mixture of normals",    d: mixture([0.3, 0.7], [normal(-2, 1), normal(3, 0.5)]), wrong: mixture([0.35, 0.65], [normal(-2, 1), normal(3, 0.5)]), splits: [-2, 1, 3] },
  { of: "mixture of supports",   d: mixture([0.5, 0.5], [uniform(0, 1), exponential(2)]), wrong: mixture([0.8, 0.2], [uniform(0, 1), exponential(2)]), splits: [1] },
  { of: "mixture of counts",     d: mixture([0.2, 0.8], [poisson(1), poisson(7)]),  wrong: mixture([0.25, 0.75], [poisson(1), poisson(7)]) },
  { of: "zero-inflated Poisson", d: zeroInflatedPoisson(0.35, 3.2),                 wrong: zeroInflatedPoisson(0.4, 3.2) },
  { of: "zero-inflated binomial",d: zeroInflated(0.2, binomial(5, 0.3)),            wrong: zeroInflated(0.25, binomial(5, 0.3)) },
  { of: "hurdle Poisson",        d: hurdle(0.3, poisson(2)),                        wrong: hurdle(0.35, poisson(2)) },
  { of: "exp of a normal",       d: transformed(normal(0.2, 0.5), transforms.exp),  wrong: transformed(normal(0.25, 0.5), transforms.exp) },
  { of: "sigmoid of a normal",   d: transformed(normal(0.2, 1.5), transforms.sigmoid), wrong: transformed(normal(0.4, 1.5), transforms.sigmoid) },
  { of: "shifted exponential",   d: shifted(exponential(2), 3),                     wrong: shifted(exponential(2.2), 3) },
  { of: "shifted Poisson",       d: shifted(poisson(2), 1),                         wrong: shifted(poisson(2.2), 1) },
  { of: "scaled Student t",      d: scaled(studentT(6), 2.5),                       wrong: scaled(studentT(6), 3.2), splits: [0] },
];

describe.each(ROWS)("$of", ({ of, d, wrong, splits }) => {
  test("integrates or sums to one, and has the mean and sd that integrals say", () => {
    expect(Math.abs(moment(d, 0, splits) - 1)).toBeLessThan(1e-9);
    const { mean, sd } = d.moments!()!;
    const found = moment(d, 1, splits);
    expect(Math.abs(mean - found)).toBeLessThan(1e-5 * sd);
    const variance = moment(d, 2, splits) - found ** 2;
    expect(Math.abs(sd / Math.sqrt(variance) - 1)).toBeLessThan(of === "normal far out" ? 1e-2 : 1e-5);
  });

  test("has quantiles that its cdf takes back, and a cdf that its log masses follow", () => {
    for (const p of [1e-6, 0.1, 0.5, 0.83, 0.999]) {
      const x = d.quantile!(p);
      const at = d.cdf!(x) as number;
      expect(d.support.contains(x)).toBe(true);
      if (d.support.discrete) expect(at >= p - 1e-14 && (d.cdf!(x - 1) as number) < p).toBe(true);
      else expect(Math.abs(at - p)).toBeLessThan(1e-9);
      expect(Math.abs(Math.exp(d.logCdf!(x) as number) - at)).toBeLessThan(1e-12);
      expect(Math.abs(Math.exp(d.logSurvival!(x) as number) + at - 1)).toBeLessThan(1e-12);
      const y = d.quantile!(0.3);
      if (x > y)
        expect(Math.abs(Math.exp(logMass(d, y, x) as number) - at + (d.cdf!(y) as number))).toBeLessThan(1e-12);
    }
  });

  test("has draws as its cdf says, and not as of other parameters", () => {
    const next = uniformSource(makeGenerator(5));
    const n = 8000;
    const draws = Float64Array.from({ length: n }, () => d.draw(next)).sort();
    // As in more-distributions.test.ts: √n·D > 2.7 has probability 1e-6, and D = 0.03 or more is seen.
    const distance = ({ cdf, support }: Distribution): number => {
      let most = 0;
      // Every fifth draw of a continuous one: between two of them the distance rises by at most 5/n, which is 0.06 of √n·D.
      for (let i = 0; i < n; i += support.discrete ? 1 : 5)
        if (i === n - 1 || draws[i + 1] !== draws[i])
          most = Math.max(most, Math.abs((cdf!(draws[i]!) as number) - (i + (support.discrete ? 1 : 0.5)) / n));
      return most * Math.sqrt(n);
    };
    expect(draws.every((x) => d.support.contains(x))).toBe(true);
    expect(distance(d)).toBeLessThan(2.7);
    expect(distance(wrong)).toBeGreaterThan(2.7);
  });
});

describe("truncated", () => {
  test("is the density over the mass between the ends, and −∞ outside", () => {
    const d = truncated(normal(0.3, 1.7), -1, 2.5);
    expect(d.logDensity(1) as number).toBe(
      (normal(0.3, 1.7).logDensity(1) as number) - (logMass(normal(0.3, 1.7), -1, 2.5) as number),
    );
    expect([d.logDensity(-1.1), d.logDensity(3)]).toEqual([-Infinity, -Infinity]);
    expect(density(truncated(normal(0, 2), 0), 1) / density(halfNormal(2), 1) - 1).toBeCloseTo(0, 14);
    expect(density(truncated(poisson(4), 2, 9), 2) / density(poisson(4), 2)).toBeCloseTo(
      1 / Math.exp(logMass(poisson(4), 1, 9) as number),
      12,
    );
  });

  test("of finite tables keeps the values between the ends", () => {
    const d = truncated(finite([0.5, 2, 10], [0.2, 0.3, 0.5]), 1, 20);
    expect(d.finiteValues!()).toEqual({ values: [2, 10], lostMass: 0 });
    expect([density(d, 2), d.quantile!(0.3), d.quantile!(0.9)]).toEqual([expect.closeTo(0.375, 14), 2, 10]);
    expect(truncated(categorical([0.2, 0.5, 0.3]), 1).finiteValues!().values).toEqual([1, 2]);
    expect(truncated(geometric(0.01), 0, 5).finiteValues!()).toEqual({ values: [0, 1, 2, 3, 4, 5], lostMass: 0 });
  });

  test("has gradients in parameters and in traced ends", () => {
    const f = (p: readonly Real[]): Real => truncated(normal(p[0]!, p[1]!), p[2]!, 2.5).logDensityInside!(1);
    const at = [0.3, 1.7, -1];
    const { gradient } = valueAndGrad(f)(at);
    const plain = compile(f);
    at.forEach((value, i) => {
      const slope = (plain(at.with(i, value + 1e-5)) - plain(at.with(i, value - 1e-5))) / 2e-5;
      expect(Math.abs(slope - gradient[i]!)).toBeLessThan(1e-8);
    });
  });

  test("is a prior, whose latent has the density of the truncated one", () => {
    const model = defineModel("m", ({ sample }) => void sample("x", truncated(normal(0, 1), 0, 2)));
    const u = 0.4;
    const s = 1 / (1 + Math.exp(-u));
    const expected = (truncated(normal(0, 1), 0, 2).logDensity(2 * s) as number) + Math.log(2 * s * (1 - s));
    expect(Math.abs(logJoint(model, [u]) - expected)).toBeLessThan(1e-12);
  });

  test("refuses ends in the wrong order, ends without mass, and what has no cdf", () => {
    expect(() => truncated(normal(0, 1), 2, 1)).toThrow(
      "truncated: ends are not in order; got low=2, high=1, expected low < high",
    );
    expect(() => truncated(normal(0, 1), 1, 1)).toThrow("got low=1, high=1, expected low < high");
    expect(() => truncated(exponential(1), -3, -1)).toThrow(
      "truncated: there is no mass between the ends; got exponential with low=-3, high=-1, expected ends within [0, ∞)",
    );
    expect(() => truncated(poisson(3), -5, -1)).toThrow("truncated: there is no mass between the ends; got poisson");
    expect(() => truncated(flat(), 0, 1)).toThrow("truncated: the cdf of flat is not known; got flat");
    expect(() => truncated(normal(0, 1), NaN, 1)).toThrow("truncated: low is not a number; got NaN");
    expect(() => truncated(poisson(3), 0.5, 4)).toThrow(
      "truncated: an end of counts is no whole number; got 0.5, expected one or ±Infinity",
    );
    expect(() => truncated(normal(0, -1), 0, 1).draw(() => 0.5)).toThrow("invalid sd; got -1, expected sd > 0");
  });
});

describe("censored", () => {
  test("counts the mass at and beyond a bound, and the density between", () => {
    const d = censored(normal(1, 2), -1, 3);
    const below = logMass(normal(1, 2), -Infinity, -1);
    const above = logMass(normal(1, 2), 3, Infinity);
    expect([d.logDensity(-1), d.logDensity(-8), d.logDensity(3), d.logDensity(9)]).toEqual([
      below,
      below,
      above,
      above,
    ]);
    expect(d.logDensity(0.5)).toBe(normal(1, 2).logDensity(0.5));
    const total = Math.exp(below as number) + Math.exp(above as number) + overInterval((x) => density(d, x), -1, 3);
    expect(Math.abs(total - 1)).toBeLessThan(1e-12);
    expect([d.cdf!(-1.1), d.cdf!(-1), d.cdf!(3)]).toEqual([0, normal(1, 2).cdf!(-1), 1]);
  });

  test("of counts includes the bound itself", () => {
    const d = censored(poisson(3), -Infinity, 4);
    const total = [0, 1, 2, 3, 4].reduce((sum, k) => sum + density(d, k), 0);
    expect(Math.abs(total - 1)).toBeLessThan(1e-14);
    expect(density(d, 4)).toBeCloseTo(1 - (poisson(3).cdf!(3) as number), 14);
  });

  test("draws are cut off, as often as the masses say", () => {
    const next = uniformSource(makeGenerator(2));
    const d = censored(exponential(1), -Infinity, 2);
    const n = 20_000;
    const cut = Array.from({ length: n }, () => d.draw(next)).filter((x) => x === 2).length;
    // e^{−2} = 0.1353, with an sd of 0.0024; five of them
    expect(Math.abs(cut / n - Math.exp(-2))).toBeLessThan(0.012);
  });

  test("in a model: data beyond a bound are accepted, latents and traced values are not", () => {
    const model = defineModel("m", ({ sample, observe }) => {
      const rate = sample("rate", exponential(1));
      observe(censored(exponential(rate), -Infinity, 10), 12);
    });
    const rate = Math.exp(0.3);
    expect(logJoint(model, [0.3])).toBeCloseTo(-rate + 0.3 - 10 * rate, 12);
    const latent = defineModel("m", ({ sample }) => void sample("x", censored(normal(0, 1), 0, 1)));
    expect(() => logJoint(latent, [0])).toThrow('sample "x": a latent cannot have this prior');
    expect(() => compile(([x]) => censored(normal(0, 1), 0, 1).logDensity(x!))([0])).toThrow(
      "censored normal: not data; got a traced number, expected a number",
    );
    expect(() => censored(normal(0, 1), 1, 0)).toThrow("censored: ends are not in order; got low=1, high=0");
    expect(() => censored(flat(), 0, 1)).toThrow("censored: the cdf of flat is not known");
  });

  test("intervals are data of their own", () => {
    const model = defineModel("m", ({ sample, observe }) => {
      const m = sample("m", normal(0, 1));
      observe(intervalCensored(normal(m, 1)), [2, 3]);
      observe(intervalCensored(normal(m, 1)), [1, Infinity]);
    });
    const expected = [
      logMass(normal(0.5, 1), 2, 3),
      logMass(normal(0.5, 1), 1, Infinity),
      normal(0, 1).logDensity(0.5),
    ];
    const total = expected.reduce<number>((sum, value) => sum + (value as number), 0);
    expect(Math.abs(logJoint(model, [0.5]) - total)).toBeLessThan(1e-13);
    const wrong = defineModel("m", ({ sample, observe }) => {
      observe(intervalCensored(normal(sample("m", normal(0, 1)), 1)), [3, 2]);
    });
    expect(() => logJoint(wrong, [0])).toThrow("got [3, 2], expected low < high");
  });
});

describe("mixture", () => {
  test("is the weighted sum of densities, on numbers, traced values and traced weights", () => {
    const d = mixture([0.3, 0.7], [normal(-2, 1), normal(3, 0.5)]);
    const expected = (x: number): number =>
      Math.log(0.3 * density(normal(-2, 1), x) + 0.7 * density(normal(3, 0.5), x));
    const traced = compile(([w, x]) => mixture([w!, 0.7], [normal(-2, 1), normal(3, 0.5)]).logDensity(x!));
    for (const x of [-4, 0, 2.5]) {
      expect(Math.abs((d.logDensity(x) as number) - expected(x))).toBeLessThan(1e-13);
      expect(Math.abs(traced([0.3, x]) - expected(x))).toBeLessThan(1e-13);
    }
    expect(d.logDensity(40) as number).toBeCloseTo(Math.log(0.3) + (normal(-2, 1).logDensity(40) as number), 9);
  });

  test("drops components of weight 0 and those that have no mass at a datum", () => {
    expect(mixture([0, 1], [normal(0, 1), normal(1, 1)]).logDensity(0)).toBe(normal(1, 1).logDensity(0));
    const d = mixture([0.4, 0.6], [exponential(1), normal(0, 1)]);
    expect(d.logDensity(-1) as number).toBeCloseTo(Math.log(0.6) + (normal(0, 1).logDensity(-1) as number), 14);
    expect(mixture([0.5, 0.5], [exponential(1), lognormal(0, 1)]).logDensity(-1)).toBe(-Infinity);
  });

  test("of tables has the values of both", () => {
    const d = mixture([0.5, 0.5], [finite([0.5, 2], [0.4, 0.6]), finite([2, 7], [0.1, 0.9])]);
    expect(d.finiteValues!()).toEqual({ values: [0.5, 2, 7], lostMass: 0 });
    expect([density(d, 2), d.quantile!(0.2), d.quantile!(0.21), d.quantile!(0.9)]).toEqual([
      expect.closeTo(0.35, 14),
      0.5,
      2,
      7,
    ]);
    expect(mixture([0.5, 0.5], [finite([0, 3], [0.4, 0.6]), poisson(2)]).support.text).toBe("{0, 1, …}");
    expect(() => mixture([0.5, 0.5], [finite([0.5], [1]), poisson(2)])).toThrow(
      "mixture: counts without end and values that are not whole; got finite and poisson",
    );
  });

  test("is a prior with a gradient", () => {
    const model = defineModel(
      "m",
      ({ sample }) => void sample("x", mixture([0.3, 0.7], [exponential(1), exponential(5)])),
    );
    const x = Math.exp(0.2);
    expect(logJoint(model, [0.2])).toBeCloseTo(Math.log(0.3 * Math.exp(-x) + 3.5 * Math.exp(-5 * x)) + 0.2, 12);
  });

  test("refuses weights that do not sum to 1, and components that do not go together", () => {
    expect(() => mixture([0.3, 0.6], [normal(0, 1), normal(1, 1)])).toThrow(
      "mixture: weights do not sum to 1; got a sum of 0.8999999999999999, expected 1",
    );
    expect(() => mixture([1], [normal(0, 1), normal(1, 1)])).toThrow("got 1 weights, expected 2");
    expect(() => mixture([], [])).toThrow("mixture: no components; got an array, expected a non-empty array");
    expect(() => mixture([0.5, 0.5], [normal(0, 1), poisson(1)])).toThrow(
      "mixture: continuous and discrete components; got normal and poisson",
    );
    expect(() => mixture([0.5, 0.5], [normal(0, 1), normal(0, -1)]).draw(() => 0.9)).toThrow(
      "mixture: draw has an invalid components[1].sd; got -1, expected sd > 0",
    );
  });
});

describe("zeros", () => {
  test("zero-inflated and hurdle counts have the probabilities of their formulas, with traced p", () => {
    const p0 = Math.exp(-3.2);
    expect(density(zeroInflatedPoisson(0.35, 3.2), 0)).toBeCloseTo(0.35 + 0.65 * p0, 14);
    expect(density(zeroInflatedPoisson(0.35, 3.2), 2)).toBeCloseTo(0.65 * density(poisson(3.2), 2), 14);
    expect(density(hurdle(0.3, poisson(3.2)), 0)).toBeCloseTo(0.3, 14);
    expect(density(hurdle(0.3, poisson(3.2)), 2)).toBeCloseTo((0.7 * density(poisson(3.2), 2)) / (1 - p0), 14);
    const traced = compile(([p, rate]) => hurdle(p!, poisson(rate!)).logDensity(2));
    expect(traced([0.3, 3.2])).toBeCloseTo(hurdle(0.3, poisson(3.2)).logDensity(2) as number, 13);
  });

  test("of counts are for those from 0 on, and p is a probability", () => {
    expect(() => zeroInflated(0.3, shifted(poisson(1), -1))).toThrow("zeroInflated: not a distribution of counts; got");
    expect(() => hurdle(0.3, shifted(poisson(1), 1))).toThrow("hurdle: not a distribution of counts");
    expect(() => zeroInflatedPoisson(1.2, 1).draw(() => 0.5)).toThrow(
      "zero-inflated poisson: draw has an invalid p; got 1.2, expected 0 ≤ p ≤ 1",
    );
  });
});

describe("transformed, shifted and scaled", () => {
  test("are the densities with their Jacobian", () => {
    for (const x of [0.2, 1, 4]) {
      expect(transformed(normal(0.2, 0.5), transforms.exp).logDensity(x) as number).toBeCloseTo(
        lognormal(0.2, 0.5).logDensity(x) as number,
        12,
      );
      expect(scaled(exponential(2), 4).logDensity(x) as number).toBeCloseTo(
        exponential(0.5).logDensity(x) as number,
        13,
      );
      expect(shifted(exponential(2), 3).logDensity(3 + x) as number).toBeCloseTo(
        exponential(2).logDensity(x) as number,
        13,
      );
    }
    expect(shifted(exponential(2), 3).logDensity(2.9)).toBe(-Infinity);
    expect(shifted(exponential(2), 3).support.text).toBe("[3, ∞)");
    expect(transformed(normal(0, 1), transforms.between(2, 5)).support.text).toBe("(2, 5)");
    expect(compile(([by]) => scaled(normal(0, 1), by!).logDensity(3))([2])).toBeCloseTo(
      normal(0, 2).logDensity(3) as number,
      13,
    );
  });

  test("are priors; the guide of a transformed normal is over the normal itself", () => {
    const model = defineModel("m", ({ sample }) => void sample("x", transformed(normal(1, 2), transforms.sigmoid)));
    expect(logJoint(model, [0.4])).toBeCloseTo(normal(1, 2).logDensity(0.4) as number, 12);
    const moved = defineModel(
      "m",
      ({ sample }) => void sample("x", shifted(exponential(2), sample("by", normal(0, 1)))),
    );
    expect(logJoint(moved, [0.3, 0.4])).toBeCloseTo(
      (normal(0, 1).logDensity(0.3) as number) + (exponential(2).logDensity(Math.exp(0.4)) as number) + 0.4,
      12,
    );
  });

  test("refuse what they are not for", () => {
    expect(() => scaled(poisson(1), 2)).toThrow("scaled: counts without end; got poisson");
    expect(() => shifted(poisson(1), 0.5)).toThrow("shifted: counts by a number that is not whole; got 0.5");
    expect(() => transformed(normal(0, 1), "exp" as never)).toThrow(
      'transformed: not a transform; got "exp", expected one such as transforms.exp',
    );
    expect(() => scaled(normal(0, 1), -1).draw(() => 0.5)).toThrow(
      "scaled normal: draw has an invalid by; got -1, expected by > 0",
    );
    expect(() => truncated({} as Distribution, 0, 1)).toThrow(
      "truncated: not a distribution of one number; got an object",
    );
  });
});
