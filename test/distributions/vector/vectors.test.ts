/** Distributions of several numbers: densities against their mass on the unconstrained scale, draws, and bad input. */
import { describe, expect, test } from "vitest";
import {
  bernoulli,
  dirichlet,
  exponential,
  iid,
  normal,
  ordered,
  poisson,
  uniform,
  unitVector,
  type VectorDistribution,
} from "../../../src/distributions/index.ts";
import { makeGenerator, uniformSource } from "../../../src/random/index.ts";
import { amount } from "../../support/soak.ts";

/** ∫ p(x(u))·exp(logJacobian(u)) du over the plane, and the mean of the first entry. */
function overPlane({ logDensity, support }: VectorDistribution): { mass: number; mean: number } {
  const { forward, logJacobian } = support.transform!;
  const step = amount(0.16, 0.05);
  let [mass, mean] = [0, 0];
  for (let a = -16; a <= 16; a += step)
    for (let b = -16; b <= 16; b += step) {
      const x = forward([a, b]) as number[];
      const weight = Math.exp((logDensity(x) as number) + (logJacobian([a, b]) as number)) * step * step;
      if (!(weight > 0)) continue; // −∞ where an entry has become equal to the next one
      mass += weight;
      mean += weight * x[0]!;
    }
  return { mass, mean };
}

const PLANE: readonly (readonly [string, VectorDistribution, number])[] = [
  ["dirichlet", dirichlet([2, 3, 1.5]), 2 / 6.5],
  ["ordered normal", ordered(normal(1, 2), 2), 1 - 2 / Math.sqrt(Math.PI)],
  ["ordered exponential", ordered(exponential(0.5), 2), 1],
  ["ordered uniform", ordered(uniform(-1, 2), 2), 0],
];

describe.each(PLANE)("the density of %s", (_name, distribution, mean) => {
  test("has mass 1 and its mean on the unconstrained scale", () => {
    const found = overPlane(distribution);
    expect(found.mass).toBeCloseTo(1, 5);
    expect(found.mean).toBeCloseTo(mean, 4);
  });

  test("has draws in its support, with that mean", () => {
    const next = uniformSource(makeGenerator(4));
    let [sum, faults] = [0, 0];
    for (let i = 0; i < 4000; i++) {
      const x = distribution.draw(next);
      if (distribution.support.fault(x) !== undefined) faults++;
      sum += x[0]!;
    }
    expect(faults).toBe(0);
    expect(Math.abs(sum / 4000 - mean)).toBeLessThan(0.1);
    expect(Math.abs(sum / 4000 - mean - 0.4)).toBeGreaterThan(0.1);
  });
});

test("independent entries have the sum of their log densities", () => {
  const three = iid(normal(0, 1), 3);
  expect(three.logDensity([1, 2, 3])).toBeCloseTo(-7 - 1.5 * Math.log(2 * Math.PI), 12);
  expect(iid(poisson(2), 2).logDensity([0, 1.5])).toBe(-Infinity);
});

test("values outside of a support have log density −∞ and are told apart", () => {
  const faults: readonly (readonly [VectorDistribution, readonly number[], string])[] = [
    [dirichlet([1, 1]), [0.5, 0.6], "a sum of 1.1, expected 1"],
    [dirichlet([1, 1]), [-0.1, 1.1], "entry 0 = -0.1, expected no negative one"],
    [ordered(normal(0, 1), 2), [1, 0], "entry 1 = 0 after 1, expected increasing entries in ℝ"],
    [ordered(exponential(1), 2), [-1, 0], "entry 0 = -1, expected increasing entries in [0, ∞)"],
    [iid(bernoulli(0.5), 2), [1, 2], "entry 1 = 2, expected a number in {0, …, 1}"],
  ];
  for (const [distribution, x, fault] of faults) {
    expect(distribution.support.fault(x)).toBe(fault);
    expect(distribution.logDensity(x)).toBe(-Infinity);
  }
});

test("vectors of no length, of no distribution or of no concentrations are refused", () => {
  const wrong = <T>(value: unknown): T => value as T;
  expect(() => ordered(normal(0, 1), 0)).toThrow("ordered: no such length; got 0, expected a whole number ≥ 1");
  expect(() => iid(normal(0, 1), 1.5)).toThrow("iid: no such length; got 1.5, expected a whole number ≥ 1");
  expect(() => iid(normal(0, 1), 10_000_001)).toThrow("iid: too long; got 10000001 entries, expected at most 10000000");
  expect(() => iid(wrong(3), 2)).toThrow("iid: not a distribution of one number; got 3");
  expect(() => iid(wrong(dirichlet([1, 1])), 2)).toThrow("iid: not a distribution of one number");
  expect(() => ordered(poisson(1), 2)).toThrow("ordered: whole numbers may be equal; got poisson");
  expect(() => dirichlet([])).toThrow("dirichlet: no concentrations; got an array, expected a non-empty array");
  expect(() => dirichlet([1, -1]).draw(() => 0.5)).toThrow("dirichlet: draw has an invalid concentrations[1]; got -1");
});

test("directions are uniform on the sphere", () => {
  expect(unitVector(3).logDensity([0, 0.6, 0.8])).toBeCloseTo(-Math.log(4 * Math.PI), 14);
  expect(unitVector(3).logDensity([0, 0.6, 0.7])).toBe(-Infinity);
  const next = uniformSource(makeGenerator(9));
  const draws = Array.from({ length: 4000 }, () => unitVector(3).draw(next));
  expect(draws.every((x) => unitVector(3).support.fault(x) === undefined)).toBe(true);
  // Each coordinate is uniform on (−1, 1): mean 0, mean square 1/3.
  expect(Math.abs(draws.reduce((sum, x) => sum + x[1]!, 0) / 4000)).toBeLessThan(0.04);
  expect(Math.abs(draws.reduce((sum, x) => sum + x[1]! ** 2, 0) / 4000 - 1 / 3)).toBeLessThan(0.02);
  expect(() => unitVector(1)).toThrow("unitVector: no such length; got 1, expected a whole number ≥ 2");
});
