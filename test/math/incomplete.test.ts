import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { logBeta, logIncompleteBeta } from "../../src/math/incomplete/incomplete-beta.ts";
import { logIncompleteGamma } from "../../src/math/incomplete/incomplete-gamma.ts";
import { log1mexp, log1pMinus } from "../../src/math/incomplete/log-differences.ts";

const FIXTURE = JSON.parse(readFileSync(new URL("../fixtures/incomplete.json", import.meta.url), "utf8")) as {
  readonly gamma: readonly (readonly [a: number, x: number, below: number, above: number])[];
  readonly beta: readonly (readonly [a: number, b: number, x: number, below: number, above: number])[];
};

/** Error of a mass relative to it, over 1 + |log mass|. */
const errorOf = (logMass: number, expected: number): number => Math.abs(logMass - expected) / (1 + Math.abs(expected));

describe("against references of 60 digits", () => {
  test("both tails of the incomplete gamma function are right to 1e-13", () => {
    for (const [a, x, below, above] of FIXTURE.gamma) {
      const found = logIncompleteGamma(a, x);
      expect(errorOf(found[0], below), `P(${a}, ${x})`).toBeLessThan(1e-13);
      expect(errorOf(found[1], above), `Q(${a}, ${x})`).toBeLessThan(1e-13);
      // What is nearly 1 is known relative to what it lacks.
      if (below > -0.1 && above > -600) expect(Math.abs(found[0] / below - 1)).toBeLessThan(1e-11);
    }
    expect(FIXTURE.gamma.length).toBeGreaterThan(100);
  });

  test("both tails of the incomplete beta function are right to 1e-13", () => {
    for (const [a, b, x, below, above] of FIXTURE.beta) {
      const found = logIncompleteBeta(a, b, x, 1 - x);
      expect(errorOf(found[0], below), `I_${x}(${a}, ${b})`).toBeLessThan(1e-13);
      expect(errorOf(found[1], above), `1 − I_${x}(${a}, ${b})`).toBeLessThan(1e-13);
    }
    expect(FIXTURE.beta.length).toBeGreaterThan(250);
  });
});

test("the edges of the domains, and what lies outside", () => {
  expect(logIncompleteGamma(2, 0)).toEqual([-Infinity, 0]);
  expect(logIncompleteGamma(2, Infinity)).toEqual([0, -Infinity]);
  expect(logIncompleteGamma(-1, 2)).toEqual([NaN, NaN]);
  expect(logIncompleteGamma(2, -1)).toEqual([NaN, NaN]);
  expect(logIncompleteBeta(2, 3, 0, 1)).toEqual([-Infinity, 0]);
  expect(logIncompleteBeta(2, 3, 1, 0)).toEqual([0, -Infinity]);
  expect(logIncompleteBeta(0, 3, 0.5, 0.5)).toEqual([NaN, NaN]);
});

test("the large shapes' expansion agrees with the fraction where it takes over", () => {
  for (const t of [-20, -3, -0.5, 1e-6, 0.5, 3, 20]) {
    const [under, over] = [1e7, 1e7 * (1 + 1e-15)].map((a) => logIncompleteGamma(a, 1e7 + t * Math.sqrt(1e7)));
    for (const tail of [0, 1] as const) expect(errorOf(under![tail], over![tail])).toBeLessThan(2e-12);
  }
});

test("log B(a, b) is symmetric, and follows the recurrence B(a + 1, b) = B(a, b)·a/(a + b) over the seams", () => {
  for (const a of [1e-3, 0.5, 3, 9.5, 40, 1e5])
    for (const b of [0.2, 9.5, 12, 1e6]) {
      expect(logBeta(a, b)).toBe(logBeta(b, a));
      const step = logBeta(a, b) + Math.log(a / (a + b));
      expect(Math.abs(logBeta(a + 1, b) - step)).toBeLessThan(1e-14 * (1 + Math.abs(step)) * 10);
    }
});

test("differences of logs keep their digits", () => {
  // log(1 + t) − t = −t²/2 + t³/3 − …, and log(1 − e^{−x}) ≈ log x for small x.
  expect(log1pMinus(1e-8) / (-0.5e-16 + 1e-24 / 3) - 1).toBeCloseTo(0, 14);
  expect(Math.abs(log1pMinus(0.4999999) / (Math.log1p(0.4999999) - 0.4999999) - 1)).toBeLessThan(1e-14);
  expect(Math.abs(log1pMinus(0.5000001) / log1pMinus(0.4999999) - 1 - 7.08e-7)).toBeLessThan(1e-8);
  expect(log1mexp(1e-20)).toBeCloseTo(Math.log(1e-20), 12);
  expect(log1mexp(40) / -Math.exp(-40) - 1).toBeCloseTo(0, 14);
  expect([log1mexp(0), Math.abs(log1mexp(Infinity))]).toEqual([-Infinity, 0]);
});
