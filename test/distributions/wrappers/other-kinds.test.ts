// Wrappers of distributions of another kind than those they are mostly used with: an atom beside a density, tables that are moved, supports that differ.
import { expect, test } from "vitest";
import * as n from "../../../src/index.ts";
import { gaussLegendre } from "../../../src/math/truncated-normal.ts";

const RULE = gaussLegendre(32);

/** ∫ between numbers, in pieces. */
function integral(f: (x: number) => number, ...ends: number[]): number {
  let total = 0;
  for (let k = 1; k < ends.length; k++)
    RULE.nodes.forEach((node, i) => {
      total += (ends[k]! - ends[k - 1]!) * RULE.weights[i]! * f(ends[k - 1]! + (ends[k]! - ends[k - 1]!) * node);
    });
  return total;
}

test.each([n.zeroInflated, n.hurdle])("a continuous distribution has an atom at 0 beside its density", (wrapper) => {
  const rain = wrapper(0.3, n.gamma(2, 0.5));
  expect(rain.logDensity(0)).toBeCloseTo(Math.log(0.3), 12);
  expect(rain.logDensity(1.7)).toBeCloseTo(Math.log(0.7) + (n.gamma(2, 0.5).logDensity(1.7) as number), 12);
  expect(rain.cdf!(0)).toBeCloseTo(0.3, 12);
  expect(rain.cdf!(-1)).toBe(0);
  expect(rain.moments!()!.mean).toBeCloseTo(0.7 * 4, 12);
  expect(rain.moments!()!.sd).toBeCloseTo(Math.sqrt(0.7 * (8 + 16) - 2.8 ** 2), 12);
  const model = n.defineModel("rain", ({ sample, observe }) => {
    const p = sample("p", n.beta(1, 1));
    for (const y of [0, 0, 1.2, 0, 3.4]) observe(wrapper(p, n.gamma(2, 0.5)), y);
  });
  expect(n.fit(model, { seed: 1 }).mean("p")).toBeCloseTo(4 / 7, 2);
  const latent = n.defineModel("latent", ({ sample }) => void sample("x", wrapper(0.3, n.normal(0, 1))));
  expect(() => n.fit(latent)).toThrow(/^sample "x": a latent cannot have this prior here; got/);
});

test("tables are scaled and shifted with their values", () => {
  const coin = n.scaled(n.bernoulli(0.25), 2.5);
  expect(coin.support.text).toBe("{0, 2.5}");
  expect(coin.logDensity(2.5)).toBeCloseTo(Math.log(0.25), 12);
  expect(coin.logDensity(1)).toBe(-Infinity);
  expect(coin.cdf!(2)).toBeCloseTo(0.75, 12);
  expect(coin.moments!()).toEqual({ mean: 0.625, sd: 2.5 * Math.sqrt(0.1875) });
  const moved = n.shifted(n.finite([-1, 0.5], [0.5, 0.5]), 2);
  expect(moved.finiteValues!().values).toEqual([1, 2.5]);
  expect(() => n.scaled(n.poisson(3), 2)).toThrow(/^scaled: counts without end; got poisson, expected finitely many/);
  expect(() => n.scaled(n.bernoulli(0.5), -1)).toThrow(/^scaled: bernoulli has an invalid by; got -1, expected by > 0/);
  const model = n.defineModel("coin", ({ sample, observe }) => void observe(n.normal(sample("k", coin), 1), 2));
  const odds = (0.25 * Math.exp(-0.125)) / (0.75 * Math.exp(-2));
  expect(n.fit(model, { seed: 1 }).mean("k")).toBeCloseTo((2.5 * odds) / (1 + odds), 9);
});

test("censored counts are latents", () => {
  const model = n.defineModel("full", ({ sample, observe }) => {
    observe(n.normal(sample("k", n.censored(n.poisson(3), 1, 4)), 1), 3.5);
  });
  const mass = (k: number): number => Math.exp(n.poisson(3).logDensity(k) as number);
  const masses = [mass(0) + mass(1), mass(2), mass(3), 1 - mass(0) - mass(1) - mass(2) - mass(3)];
  const weights = masses.map((own, i) => own * Math.exp(-0.5 * (i + 1 - 3.5) ** 2));
  const total = weights.reduce((p, q) => p + q);
  const found = n.fit(model, { seed: 1 }).probabilities("k");
  expect(found.map(({ value }) => value)).toEqual([1, 2, 3, 4]);
  for (const [i, { probability }] of found.entries()) expect(probability).toBeCloseTo(weights[i]! / total, 9);
});

test("components of a mixture may lie on different intervals, and what is closed beside what is open", () => {
  const likelihood = (x: number): number => Math.exp(-0.5 * ((x - 0.8) / 0.5) ** 2);
  const cases: (readonly [n.Distribution, (x: number) => number, number[]])[] = [
    [n.mixture([0.5, 0.5], [n.uniform(0, 2), n.uniform(0, 1)]), (x) => (x < 1 ? 0.75 : 0.25), [0, 1, 2]],
    [
      n.mixture([0.3, 0.7], [n.gamma(2, 1), n.halfNormal(1)]),
      (x) => 0.3 * x * Math.exp(-x) + 0.7 * Math.sqrt(2 / Math.PI) * Math.exp(-0.5 * x * x),
      [0, 1, 2, 4],
    ],
    [
      n.mixture([0.5, 0.5], [n.exponential(1), n.normal(0, 1)]),
      (x) => (x > 0 ? 0.5 * Math.exp(-x) : 0) + 0.5 * Math.exp(-0.5 * x * x) * 0.3989422804014327,
      [-4, -2, 0, 2, 4],
    ],
  ];
  for (const [prior, density, ends] of cases) {
    const total = integral((x) => density(x) * likelihood(x), ...ends);
    const mean = integral((x) => x * density(x) * likelihood(x), ...ends) / total;
    const square = integral((x) => x * x * density(x) * likelihood(x), ...ends) / total;
    const model = n.defineModel("m", ({ sample, observe }) => {
      observe(n.normal(sample("x", prior), 0.5), 0.8);
    });
    const posterior = n.fit(model, { seed: 1 });
    const sd = Math.sqrt(square - mean * mean);
    expect(Math.abs(posterior.mean("x") - mean)).toBeLessThan(0.05 * sd);
    expect(Math.abs(posterior.sd("x") / sd - 1)).toBeLessThan(0.05);
  }
});

test("a latent under a mixture lies between the least and the greatest of traced ends", () => {
  const model = n.defineModel("gap", ({ sample }) => {
    const a = sample("a", n.gamma(9, 3));
    sample("x", n.mixture([0.4, 0.6], [n.uniform(0, a), n.uniform(a, 10)]));
  });
  // x = 10·sigmoid(u), of which the components have the density 1/a below a and 1/(10 − a) above
  const at = (a: number, x: number): number =>
    (n.gamma(9, 3).logDensity(a) as number) +
    Math.log(a) +
    Math.log((x * (10 - x)) / 10) +
    Math.log(x < a ? 0.4 / a : 0.6 / (10 - a));
  for (const x of [2, 7]) expect(n.logJoint(model, [Math.log(3), Math.log(x / (10 - x))])).toBeCloseTo(at(3, x), 12);
  const posterior = n.fit(model, { seed: 1 });
  expect(Math.abs(posterior.mean("a") - 3)).toBeLessThan(0.05);
  expect(Math.abs(posterior.mean("x") - 4.5)).toBeLessThan(0.15); // 0.4·1.5 + 0.6·6.5
  expect(Math.abs(posterior.sd("x") / 3.0139 - 1)).toBeLessThan(0.05);
  const wide = n.defineModel("wide", ({ sample }) => {
    const a = sample("a", n.gamma(9, 3));
    sample("x", n.mixture([0.4, 0.6], [n.normal(0, 1), n.uniform(a, 10)]));
  });
  expect(n.logJoint(wide, [Math.log(3), -1])).toBeCloseTo(
    (n.gamma(9, 3).logDensity(3) as number) + Math.log(3) + Math.log(0.4) + (n.normal(0, 1).logDensity(-1) as number),
    12,
  );
});

test("the mode of a triangle may be a traced share of the way between traced ends", () => {
  const model = n.defineModel("guess", ({ sample }) => {
    const low = sample("low", n.normal(0, 1));
    const high = n.add(low, sample("width", n.gamma(9, 3)));
    const mode = n.add(low, n.mul(sample("share", n.beta(2, 2)), n.sub(high, low)));
    sample("x", n.triangular(low, mode, high));
  });
  const posterior = n.fit(model, { seed: 1 });
  expect(Math.abs(posterior.mean("width") - 3)).toBeLessThan(0.05);
  expect(Math.abs(posterior.sd("share") / Math.sqrt(0.05) - 1)).toBeLessThan(0.05);
});
