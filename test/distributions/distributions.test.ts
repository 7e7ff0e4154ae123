import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Real, square, sub } from "../../src/autodiff/expr.ts";
import { compile, valueAndGrad } from "../../src/autodiff/functions.ts";
import { UNIT_INTERVAL } from "../../src/distributions/distribution.ts";
import * as distributions from "../../src/distributions/index.ts";
import {
  bernoulli,
  beta,
  betaBinomial,
  binomial,
  categorical,
  cauchy,
  chi2,
  type Distribution,
  discreteUniform,
  exponential,
  flat,
  gamma,
  geometric,
  halfNormal,
  laplace,
  logistic,
  lognormal,
  negativeBinomial,
  normal,
  poisson,
  studentT,
  uniform,
} from "../../src/distributions/index.ts";
import { logJoint } from "../../src/index.ts";
import { normalCdf, normalQuantile } from "../../src/math/normal.ts";
import { defineModel } from "../../src/program/model.ts";
import { makeGenerator, uniformSource } from "../../src/random/index.ts";
import { overHalfLine, overInterval } from "../support/quadrature.ts";

type Range = readonly [low: number, high: number];
interface Row {
  readonly make: (...parameters: Real[]) => Distribution;
  /** Where random parameters are drawn from. */
  readonly ranges: readonly Range[];
  /** How many of the parameters, from the first, are data only. */
  readonly data?: number;
  /** Parameters that must be refused when they are numbers, and how the message names them. */
  readonly invalid: readonly (readonly [parameters: number[], message: string])[];
  readonly outside: readonly number[];
  /** Parameters for draws, and others which the same draws must not fit. */
  readonly drawn: readonly (readonly [right: number[], wrong: number[]])[];
  /** −∞ and ∞ or the ends of the interval; the centre of ℝ is the parameter with this index. */
  readonly centre?: number;
}

const SHAPE: Range = [0.3, 20];
const PLACE: Range = [-5, 5];
const SCALE: Range = [0.1, 4];
const P: Range = [0.05, 0.95];
const fixedTrials = (n: Real, p: Real): Distribution => binomial(n as number, p);
const fixedBounds = (low: Real, high: Real): Distribution => uniform(low as number, high as number);
const placeInvalid: Row["invalid"] = [
  [[NaN, 1], "invalid MEAN; got NaN, expected finite MEAN"],
  [[Infinity, 1], "invalid MEAN; got Infinity, expected finite MEAN"],
  [[0, 0], "invalid SD; got 0, expected SD > 0"],
  [[0, -1], "invalid SD; got -1, expected SD > 0"],
  [[0, Infinity], "invalid SD; got Infinity, expected SD > 0"],
];
const placed = (mean: string, sd: string): Row["invalid"] =>
  placeInvalid.map(([parameters, text]) => [parameters, text.replaceAll("MEAN", mean).replaceAll("SD", sd)]);
const NOT_REAL = [Infinity, -Infinity];

// biome-ignore format: a table
const TABLE: Readonly<Record<string, Row>> = {
  beta:             { make: beta, ranges: [SHAPE, [1, 20]], outside: [0, 1, -0.1, 1.1, Infinity], drawn: [[[2, 5], [2.1, 5]], [[0.3, 0.6], [0.3, 0.63]]],
                      invalid: [[[0, 1], "invalid a; got 0, expected a > 0"], [[1, -2], "invalid b; got -2, expected b > 0"]] },
  chi2:             { make: chi2, ranges: [[1, 20]], outside: [0, -1, Infinity], drawn: [[[3], [3.1]], [[0.7], [0.75]]],
                      invalid: [[[0], "invalid df; got 0, expected df > 0"]] },
  gamma:            { make: gamma, ranges: [SHAPE, SCALE], outside: [0, -1, Infinity], drawn: [[[4, 2], [4, 2.06]], [[0.4, 3], [0.4, 3.15]], [[1, 1], [1.04, 1]]],
                      invalid: [[[0, 1], "invalid shape; got 0, expected shape > 0"], [[1, 0], "invalid rate; got 0, expected rate > 0"]] },
  normal:           { make: normal, ranges: [PLACE, SCALE], outside: NOT_REAL, drawn: [[[2, 3], [2.1, 3]], [[0, 1], [0, 1.03]]], invalid: placed("mean", "sd"), centre: 0 },
  studentT:         { make: studentT, ranges: [[1, 20], PLACE, SCALE], outside: NOT_REAL, drawn: [[[4, 1, 2], [4, 1, 2.08]], [[1.5, 0, 1], [1.65, 0, 1]]],
                      invalid: [[[0, 0, 1], "invalid df; got 0, expected df > 0"], [[1, NaN, 1], "invalid location; got NaN, expected finite location"], [[1, 0, -1], "invalid scale; got -1, expected scale > 0"]], centre: 1 },
  exponential:      { make: exponential, ranges: [SCALE], outside: [-1e-300, -1, Infinity], drawn: [[[0.5], [0.52]]],
                      invalid: [[[0], "invalid rate; got 0, expected rate > 0"]] },
  lognormal:        { make: lognormal, ranges: [[-2, 2], [0.1, 2]], outside: [0, -1, Infinity], drawn: [[[1, 0.8], [1.03, 0.8]]], invalid: placed("mean", "sd") },
  poisson:          { make: poisson, ranges: [[0.1, 60]], outside: [-1, 0.5, Infinity], drawn: [[[3], [3.1]], [[87], [87.5]], [[3000], [3003]]],
                      invalid: [[[-1], "invalid rate; got -1, expected rate ≥ 0"], [[Infinity], "invalid rate; got Infinity, expected rate ≥ 0"]] },
  bernoulli:        { make: bernoulli, ranges: [P], outside: [-1, 0.5, 2], drawn: [[[0.3], [0.32]]],
                      invalid: [[[-0.1], "invalid p; got -0.1, expected 0 ≤ p ≤ 1"], [[1.5], "invalid p; got 1.5, expected 0 ≤ p ≤ 1"]] },
  binomial:         { make: fixedTrials, ranges: [[1, 40], P], data: 1, outside: [-1, 0.5, 41], drawn: [[[12, 0.3], [12, 0.31]], [[5000, 0.7], [5000, 0.6994]], [[5000, 0.001], [5000, 0.00104]]],
                      invalid: [[[-1, 0.5], "invalid trials; got -1, expected trials a whole number ≥ 0"], [[1.5, 0.5], "invalid trials; got 1.5"], [[3, 2], "invalid p; got 2, expected 0 ≤ p ≤ 1"]] },
  geometric:        { make: geometric, ranges: [P], outside: [-1, 0.5], drawn: [[[0.2], [0.206]]],
                      invalid: [[[0], "invalid p; got 0, expected 0 < p ≤ 1"], [[1.1], "invalid p; got 1.1, expected 0 < p ≤ 1"]] },
  uniform:          { make: fixedBounds, ranges: [[-5, 0], [1, 6]], data: 2, outside: [-6, 7, Infinity], drawn: [[[-1, 3], [-1, 3.1]]],
                      invalid: [[[2, 1], "invalid high; got 1, expected high > low = 2"], [[0, Infinity], "invalid high; got Infinity"], [[-Infinity, 0], "invalid low; got -Infinity, expected finite low"]] },
  laplace:          { make: laplace, ranges: [PLACE, SCALE], outside: NOT_REAL, drawn: [[[1, 2], [1.05, 2]]], invalid: placed("location", "scale"), centre: 0 },
  cauchy:           { make: cauchy, ranges: [PLACE, SCALE], outside: NOT_REAL, drawn: [[[1, 2], [1, 2.1]]], invalid: placed("location", "scale"), centre: 0 },
  halfNormal:       { make: halfNormal, ranges: [SCALE], outside: [-1e-300, -1, Infinity], drawn: [[[2], [2.06]]],
                      invalid: [[[0], "invalid scale; got 0, expected scale > 0"]] },
  logistic:         { make: logistic, ranges: [PLACE, SCALE], outside: NOT_REAL, drawn: [[[1, 2], [1, 2.07]]], invalid: placed("location", "scale"), centre: 0 },
  negativeBinomial: { make: negativeBinomial, ranges: [SHAPE, [0.1, 0.95]], outside: [-1, 0.5], drawn: [[[2.5, 0.3], [2.5, 0.307]], [[0.4, 0.6], [0.42, 0.6]]],
                      invalid: [[[0, 0.5], "invalid size; got 0, expected size > 0"], [[1, 0], "invalid p; got 0, expected 0 < p ≤ 1"]] },
  categorical:      { make: (...p) => categorical(p), ranges: [[0.4, 0.4], [0.2, 0.2], [0.4, 0.4]], outside: [-1, 0.5, 3], drawn: [[[0.5, 0.2, 0.3], [0.48, 0.22, 0.3]]],
                      invalid: [[[1.5, -0.5], "invalid probabilities[0]; got 1.5, expected 0 ≤ probabilities[0] ≤ 1"]] },
};
const NAMES = Object.keys(TABLE);

test("every exported distribution is in the table, but for the one that has no draws", () => {
  const exported = Object.keys(distributions).sort();
  // Those of discrete-tails.test.ts, more-distributions.test.ts, vector/ and wrappers/, and what is no distribution.
  const elsewhere =
    `asymmetricLaplace betaBinomial discreteUniform exGaussian finite gumbel halfCauchy halfStudentT inverseGamma
    inverseGaussian kumaraswamy logUniform negativeBinomialByMean orderedLogistic orderedProbit pareto skewNormal triangular vonMises
    weibull logMass withTails dirichlet iid ordered censored hurdle intervalCensored mixture scaled
    shifted transformed transforms truncated zeroInflated zeroInflatedPoisson ar
    dirichletMultinomial gaussianRandomWalk lkjCholesky multinomial multivariateNormal multivariateStudentT unitVector`.split(
      /\s+/,
    );
  expect(exported).toEqual([...NAMES, "flat", ...elsewhere].sort());
});

type FixtureRow = readonly [parameters: number[], x: number, value: number, scale: number];
const FIXTURE = JSON.parse(
  readFileSync(new URL("../fixtures/distributions.json", import.meta.url), "utf8"),
) as Readonly<Record<string, readonly FixtureRow[]>>;

// Terms are accurate to 2e-15 (log gamma) or an ulp, and there are at most five of them and as many additions.
const OF_SCALE = 4e-15;

describe.each(NAMES)("%s against 60-digit references", (name) => {
  const { make, data = 0 } = TABLE[name]!;
  const rows = FIXTURE[name]!;

  test("log densities of numbers are accurate to 4e-15 of their largest terms, 1e-12 where these do not cancel", () => {
    let plain = 0;
    for (const [parameters, x, value, scale] of rows) {
      const error = Math.abs((make(...parameters).logDensity(x) as number) - value);
      expect(error, `${parameters} at ${x}`).toBeLessThanOrEqual(OF_SCALE * scale);
      if (scale > 200 * Math.abs(value)) continue;
      plain++;
      expect(error, `${parameters} at ${x}`).toBeLessThanOrEqual(1e-12 * Math.abs(value));
    }
    expect(plain).toBeGreaterThan(0.7 * rows.length);
  });

  test("so are those of traced values and parameters", () => {
    const compiled = new Map<string, (x: ArrayLike<number>) => number>();
    for (const [parameters, x, value, scale] of rows) {
      const fixed = parameters.slice(0, data);
      const { support } = make(...parameters);
      // Discrete values are data, and so are the bounds of an interval.
      const key = JSON.stringify([fixed, support.discrete ? x : 0]);
      const f =
        compiled.get(key) ??
        compile((inputs) => {
          const own = inputs.slice(0, parameters.length - data);
          return make(...fixed, ...own).logDensity(support.discrete ? x : inputs[own.length]!);
        });
      compiled.set(key, f);
      const traced = [...parameters.slice(data), ...(support.discrete ? [] : [x])];
      // log Γ(a) as log Γ(a + 1) − log a: twice the terms, and a + 1 rounded.
      const error = Math.abs((traced.length > 0 ? f(traced) : value) - value);
      expect(error, `${parameters} at ${x}`).toBeLessThanOrEqual(2 * OF_SCALE * scale + 1e-15);
    }
  });
});

/** The mass in (−∞, x] of a distribution; for a centre of ℝ, halves are integrated from it. */
function massBelow(distribution: Distribution, x: number, centre: number): number {
  const { support, logDensity } = distribution;
  const density = (at: number): number => Math.exp(logDensity(at) as number);
  if (support.discrete) {
    let total = 0;
    for (let k = 0; k <= x && k < 5000; k++) total += density(k);
    return total;
  }
  if (support.kind === "real") {
    if (x === Infinity) return overHalfLine((u) => density(centre + u) + density(centre - u));
    const left = overHalfLine((u) => density(Math.min(x, centre) - u));
    return x > centre ? left + overInterval(density, centre, x) : left;
  }
  const [low, high] =
    support === UNIT_INTERVAL
      ? [0, 1]
      : distribution.name === "uniform"
        ? distribution.parameters.map(({ value }) => value as number)
        : [0, Infinity];
  if (x === Infinity && high === Infinity) return overHalfLine(density);
  return overInterval(density, low!, Math.min(x, high!));
}

const between = ([low, high]: Range): fc.Arbitrary<number> => fc.double({ min: low, max: high, noNaN: true });
function parametersOf({ ranges, data = 0 }: Row, name: string): fc.Arbitrary<number[]> {
  const whole = name === "binomial" ? data : 0;
  return fc.tuple(...ranges.map((range, i) => (i < whole ? between(range).map(Math.round) : between(range))));
}

describe.each(NAMES)("%s with random parameters", (name) => {
  const row = TABLE[name]!;
  const { make, data = 0, centre } = row;

  test("integrates or sums to one", () => {
    fc.assert(
      fc.property(parametersOf(row, name), (parameters) => {
        const total = massBelow(make(...parameters), Infinity, centre === undefined ? 0 : parameters[centre]!);
        // Truncation of the quadrature at shapes near 0.3 and t near df 1 is below 1e-9; the rounding far below.
        expect(Math.abs(total - 1)).toBeLessThan(1e-8);
      }),
      { numRuns: 30 },
    );
  });

  test("has the derivatives that differences say", () => {
    fc.assert(
      fc.property(parametersOf(row, name), between([0.02, 0.98]), (parameters, u) => {
        const fixed = parameters.slice(0, data);
        const free = parameters.slice(data);
        const { support } = make(...parameters);
        // A value inside the support, away from the Laplace's kink at its location.
        const x = support.discrete
          ? Math.round(u * 2)
          : name === "uniform"
            ? parameters[0]! + u * (parameters[1]! - parameters[0]!)
            : support === UNIT_INTERVAL
              ? u
              : support.kind === "real"
                ? parameters[centre!]! + (u < 0.5 ? -1 : 1) * (0.1 + 3 * u)
                : 4 * u;
        fc.pre(support.contains(x));
        const inputs = support.discrete ? free : [...free, x];
        const at = (values: readonly Real[]): Real =>
          make(...fixed, ...values.slice(0, free.length)).logDensity(support.discrete ? x : values[free.length]!);
        // Categorical probabilities that do not sum to one exist for traced ones only.
        const plain = compile(at);
        if (inputs.length === 0) return;
        const { gradient } = valueAndGrad(at)(inputs);
        inputs.forEach((value, i) => {
          const h = 1e-4 * Math.max(0.05, Math.abs(value)); // |value| ≥ 0.02·…: never across the edge of the domain
          const difference = (step: number): number =>
            (plain(inputs.with(i, value + step)) - plain(inputs.with(i, value - step))) / (2 * step);
          const extrapolated = (4 * difference(h) - difference(2 * h)) / 3; // error O(h⁴)
          const rounding = (1e-14 * (100 + Math.abs(plain(inputs)))) / h;
          expect(Math.abs(extrapolated - gradient[i]!)).toBeLessThan(1e-7 * Math.abs(gradient[i]!) + rounding);
        });
      }),
      { numRuns: 50 },
    );
  });
});

const DRAWS = 200_000;
// Thirty tests with two seeds each: a false failure of any has probability 6e-4.
const ALPHA = 1e-5;

/** The upper quantile of χ² (Wilson and Hilferty; within 1 % for these tails and 5 or more degrees of freedom, and above it below). */
function criticalChiSquare(df: number): number {
  const spread = 2 / (9 * df);
  return df * (1 - spread + normalQuantile(1 - ALPHA) * Math.sqrt(spread)) ** 3;
}

/** How many draws lie in each of the bins with the given upper edges; the last bin is open. */
function binned(draws: Float64Array, edges: readonly number[]): Float64Array {
  const counts = new Float64Array(edges.length + 1);
  for (const draw of draws) {
    let [bin, end] = [0, edges.length];
    while (bin < end) {
      const middle = (bin + end) >> 1;
      if (draw > edges[middle]!) bin = middle + 1;
      else end = middle;
    }
    counts[bin]!++;
  }
  return counts;
}

/** χ² of counts in bins against a distribution. */
function chiSquare(counts: Float64Array, edges: readonly number[], distribution: Distribution, centre: number): number {
  const below = [0, ...edges.map((edge) => massBelow(distribution, edge, centre)), 1];
  return counts.reduce((total, count, i) => {
    const expected = DRAWS * (below[i + 1]! - below[i]!);
    return total + (count - expected) ** 2 / expected;
  }, 0);
}

function drawsOf(distribution: Distribution, seed: number, n: number): Float64Array {
  const next = uniformSource(makeGenerator(seed));
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) out[i] = distribution.draw(next);
  return out;
}

describe.each(NAMES)("draws of %s", (name) => {
  const { make, drawn, centre } = TABLE[name]!;

  test.each(drawn)("fall into bins as the density says for %j, and not as for %j", (right, wrong) => {
    const distribution = make(...right);
    const at = centre === undefined ? 0 : right[centre]!;
    // Edges from other draws, so that the bins are about equally probable and independent of what is tested.
    const pilot = drawsOf(distribution, 1, 4000).sort();
    const edges = [...new Set(Array.from({ length: 19 }, (_, i) => pilot[200 * (i + 1)]!))].filter(
      (edge) => edge < pilot[pilot.length - 1]!,
    );
    const critical = criticalChiSquare(edges.length);
    const draws = drawsOf(distribution, 2, DRAWS);
    expect(draws.every((x) => distribution.support.contains(x))).toBe(true);
    const counts = binned(draws, edges);
    expect(chiSquare(counts, edges, distribution, at)).toBeLessThan(critical);
    expect(chiSquare(counts, edges, make(...wrong), at)).toBeGreaterThan(critical);
  });

  test("are refused for parameters that are out of range or traced", () => {
    for (const [parameters, text] of TABLE[name]!.invalid)
      expect(() => make(...parameters).draw(() => 0.5)).toThrow(`${name}: draw has an ${text}`);
    if (TABLE[name]!.data === undefined)
      expect(() =>
        compile((inputs) => make(...drawn[0]![0].map((_, i) => inputs[i]!)).draw(() => 0.5))([1, 1, 1]),
      ).toThrow(
        `${name}: ${make(...drawn[0]![0]).parameters[0]!.name}: not data; got a traced number, expected a number`,
      );
  });
});

test("draws of small shapes neither hang nor turn into NaN", () => {
  expect(drawsOf(beta(1e-3, 1e-3), 3, 1000).every((x) => x >= 0 && x <= 1)).toBe(true);
  const ones = drawsOf(beta(1e-3, 1e-3), 3, 1000).filter((x) => x > 0.5).length;
  expect(Math.abs(ones - 500)).toBeLessThan(5 * Math.sqrt(250));
  expect(drawsOf(poisson(0), 3, 10)).toEqual(new Float64Array(10));
  expect(drawsOf(geometric(1), 3, 10)).toEqual(new Float64Array(10));
  expect(drawsOf(negativeBinomial(2, 1), 3, 10)).toEqual(new Float64Array(10));
});

describe.each(NAMES)("checks of %s", (name) => {
  const { make, invalid, outside, drawn } = TABLE[name]!;
  const observing = (distribution: Distribution, value: number) =>
    logJoint(
      defineModel("m", ({ sample, observe }) => {
        sample("z", normal(0, 1));
        observe(distribution, value, "here");
      }),
      [0],
    );
  const inside = make(...drawn[0]![0]);

  test("a parameter out of range is an error with site, parameter, value and expectation", () => {
    for (const [parameters, text] of invalid)
      expect(() => observing(make(...parameters), 1)).toThrow(`observe "here": ${name} has an ${text}`);
  });

  test("a parameter that is no number is an error that names it", () => {
    const parameter = inside.parameters[0]!.name;
    const bad = make(...([undefined, 1, 1].slice(0, drawn[0]![0].length) as number[]));
    expect(() => observing(bad, 1)).toThrow(TypeError);
    expect(() => observing(bad, 1)).toThrow(`observe "here": ${name} has an invalid ${parameter}; got undefined`);
  });

  test("a value outside the support is refused with the site, and has log density −∞", () => {
    for (const value of outside) {
      expect(inside.logDensity(value)).toBe(-Infinity);
      expect(() => observing(inside, value)).toThrow(
        `observe "here": value is outside the support of ${name}; got ${value}, expected a number in ${inside.support.text}`,
      );
    }
    expect(inside.logDensity(NaN)).toBeNaN();
  });

  test("a traced value or parameter out of range makes the log density −∞ or NaN", () => {
    if (!inside.support.discrete) {
      const density = compile(([x]) => inside.logDensity(x!));
      for (const value of outside)
        if (Number.isFinite(value) && value < -1e-6) expect(density([value])).not.toBeGreaterThan(-Infinity);
      for (const value of outside)
        if (Number.isFinite(value) && value > 1) expect(density([value])).not.toBeGreaterThan(-Infinity);
      return;
    }
    // The value 0 in particular, of which some terms are 0·log.
    for (const [parameters, text] of invalid) {
      if (text.includes("trials")) continue;
      const data = TABLE[name]!.data ?? 0;
      for (const k of [0, 1]) {
        const at = compile((inputs) => make(...parameters.slice(0, data), ...inputs).logDensity(k))(
          parameters.slice(data),
        );
        if (name !== "categorical" || k === 1) expect(Number.isFinite(at), `${text} at ${k}`).toBe(false);
      }
    }
  });
});

test("discrete distributions take data only, and some parameters do", () => {
  expect(() => compile(([x]) => poisson(2).logDensity(x!))([1])).toThrow(
    "poisson: not data; got a traced number, expected a number in {0, 1, 2, …}",
  );
});

test("counts and ends of data may be traced: the same density as of numbers, and 0 beyond them", () => {
  type Row = [text: string, make: (n: Real) => Distribution, value: number];
  const rows: Row[] = [
    ["binomial", (n) => binomial(n, 0.3), 3],
    ["betaBinomial", (n) => betaBinomial(n, 2, 1.5), 3],
    ["discreteUniform, high", (n) => discreteUniform(0, n), 3],
    ["discreteUniform, low", (n) => discreteUniform(sub(6, n), 12), 3],
    ["uniform, high", (n) => uniform(0, n), 3],
  ];
  for (const [text, make, value] of rows) {
    const density = compile(([n]) => make(n!).logDensity(value));
    for (const n of [3, 4, 9, 12]) {
      const expected = make(n).logDensity(value) as number;
      expect(Math.abs(density([n]) - expected), `${text} of ${n}`).toBeLessThan(1e-13 * (1 + Math.abs(expected)));
    }
    for (const n of [0, 1, 2]) expect(density([n]), `${text} of ${n}`).toBe(-Infinity);
  }
});

test("categorical probabilities must sum to one", () => {
  expect(() => categorical([0.5, 0.4])).toThrow("probabilities do not sum to 1; got a sum of 0.9, expected 1");
  expect(() => categorical([])).toThrow("categorical: no probabilities; got an array, expected a non-empty array");
  expect(() => categorical("half" as unknown as number[])).toThrow('got "half", expected a non-empty array');
});

test("edges: certain and impossible outcomes, and the closed ends of a support", () => {
  expect([bernoulli(0).logDensity(0), bernoulli(0).logDensity(1), bernoulli(1).logDensity(1)]).toEqual([
    0,
    -Infinity,
    0,
  ]);
  expect([binomial(5, 0).logDensity(0), binomial(5, 1).logDensity(5), binomial(0, 0.3).logDensity(0)]).toEqual([
    0, 0, 0,
  ]);
  expect([poisson(0).logDensity(0), poisson(0).logDensity(1)]).toEqual([0, -Infinity]);
  expect([geometric(1).logDensity(0), geometric(1).logDensity(1)]).toEqual([0, -Infinity]);
  expect([exponential(2).logDensity(0), uniform(0, 1).logDensity(0), uniform(0, 1).logDensity(1)]).toEqual([
    Math.LN2,
    0,
    0,
  ]);
  expect(halfNormal(1).logDensity(0)).toBe(-0.22579135264472744);
});

describe("a draw as a function of a normal", () => {
  // y = f(ε) is a draw if p(y)·|dy/dε| = φ(ε), twice φ(ε) where ε and −ε give the same y.
  const MAPS: readonly (readonly [Distribution, fold?: number])[] = [
    [normal(2, 3)],
    [lognormal(1, 0.8)],
    [uniform(-1, 3)],
    [exponential(0.5)],
    [laplace(1, 2)],
    [logistic(1, 2)],
    [cauchy(1, 2)],
    [halfNormal(2), 2],
  ];

  test.each(MAPS.map(([distribution, fold = 1]) => ({ name: distribution.name, distribution, fold })))(
    "has the density of $name",
    ({ distribution, fold }) => {
      const draw = valueAndGrad(([noise]) => distribution.fromNormal!(noise!));
      for (let noise = -4.03; noise < 4.1; noise += 0.23) {
        const { value, gradient } = draw([noise]);
        const density = Math.exp(distribution.logDensity(value) as number) * Math.abs(gradient[0]!);
        const expected = (fold * Math.exp(-0.5 * noise * noise)) / Math.sqrt(2 * Math.PI);
        // A few ulp of Φ, which the upper tail of Cauchy's tangent sees relative to 1 − Φ(4.1) = 2e-5, twice.
        expect(Math.abs(density / expected - 1)).toBeLessThan(1e-10);
      }
    },
  );

  test("is increasing in the noise but for halfNormal, so that the sides are not swapped", () => {
    for (const [distribution, fold = 1] of MAPS)
      if (fold === 1) expect(distribution.fromNormal!(1)).toBeGreaterThan(distribution.fromNormal!(-1) as number);
  });

  test("is a bernoulli where Φ(noise) > 1 − p, for a number and for a traced p", () => {
    for (const p of [0.1, 0.5, 0.97]) {
      const traced = compile(([noise, q]) => bernoulli(q!).fromNormal!(noise!));
      for (let noise = -3; noise <= 3; noise += 0.01) {
        const expected = normalCdf(noise) > 1 - p ? 1 : 0;
        expect(bernoulli(p).fromNormal!(noise)).toBe(expected);
        expect(traced([noise, p])).toBe(expected);
      }
    }
    expect([bernoulli(0).fromNormal!(9), bernoulli(1).fromNormal!(-9)]).toEqual([0, 1]);
  });

  test("exists for no other distribution", () => {
    const found = NAMES.filter((name) => TABLE[name]!.make(...TABLE[name]!.drawn[0]![0]).fromNormal);
    expect(found.sort()).toEqual([...MAPS.map(([{ name }]) => name), "bernoulli"].sort());
  });
});

test("starts are centre and sd (or scale) of distributions on ℝ with numbers as parameters", () => {
  expect(normal(2, 3).initial!()).toEqual({ mean: 2, sd: 3 });
  expect(laplace(1, 2).initial!()).toEqual({ mean: 1, sd: 2 * Math.SQRT2 });
  expect(logistic(1, 2).initial!()).toEqual({ mean: 1, sd: (2 * Math.PI) / Math.sqrt(3) });
  expect(studentT(3, 1, 2).initial!()).toEqual({ mean: 1, sd: 2 });
  expect(cauchy(1, 2).initial!()).toEqual({ mean: 1, sd: 2 });
  expect(flat().initial!()).toBeUndefined();
  compile(([x]) => {
    expect(normal(x!, 1).initial!()).toBeUndefined();
    return x!;
  })([0]);
});

describe("flat", () => {
  test("has log density 0 on ℝ, no draws, and says what to do instead", () => {
    expect([flat().logDensity(3), flat().logDensity(-1e300), flat().logDensity(Infinity)]).toEqual([0, 0, -Infinity]);
    expect(() => flat().draw(() => 0.5)).toThrow("flat: an improper density has no draws");
  });

  test("as a prior leaves the model to its factors", () => {
    const model = defineModel("m", ({ sample, factor }) => {
      factor("well", sub(-1, square(sample("z", flat()))));
    });
    expect(logJoint(model, [3])).toBe(-10);
  });
});
