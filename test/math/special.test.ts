import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { erf, erfc, erfcx } from "../../src/math/erf.ts";
import { digamma, lgamma, logFactorial, trigamma } from "../../src/math/gamma.ts";
import { logSumExp } from "../../src/math/log-sum-exp.ts";
import { logAddExp, peak, sigmoid, softplus, softplusInverse } from "../../src/math/logistic.ts";
import {
  logNormalCdf,
  normalCdf,
  normalHazard,
  normalQuantile,
  normalQuantileOfSurprisal,
} from "../../src/math/normal.ts";
import { amount } from "../support/soak.ts";

type Special = (x: number, y: number) => number;
interface SpecialRow {
  readonly f: Special;
  /** The bound stated in the doc comment: |error| ≤ bound·scale. */
  readonly bound: number;
  /** What the error is relative to; |value| unless the doc comment says otherwise. */
  readonly scale?: (value: number, x: number, y: number) => number;
  /** The part of the fixture to which the bound applies; all of it if absent. */
  readonly between?: readonly [low: number, high: number];
  readonly limits: readonly (readonly [x: number, value: number])[];
}

const atLeastOne = (value: number): number => Math.max(1, Math.abs(value));

// biome-ignore format: a table, columns lined up
const SPECIAL: Readonly<Record<string, SpecialRow>> = {
  lgamma:          { f: lgamma,          bound: 2e-15, between: [-2, Infinity], limits: [[0, Infinity], [-0, Infinity], [-1, Infinity], [-1e300, Infinity], [1, 0], [2, 0], [Infinity, Infinity], [-Infinity, Infinity], [1e306, Infinity]] },
  lgammaNegative:  { f: lgamma,          bound: 2e-14, limits: [], between: [-Infinity, -2], scale: atLeastOne },
  digamma:         { f: digamma,         bound: 2e-15, between: [0, Infinity], limits: [[0, NaN], [-1, NaN], [-1e300, NaN], [Infinity, Infinity], [-Infinity, NaN]] },
  digammaNegative: { f: digamma,         bound: 2e-14, limits: [], between: [-Infinity, 0], scale: atLeastOne },
  trigamma:        { f: trigamma,        bound: 2e-15, limits: [[0, Infinity], [-1, Infinity], [-1e300, Infinity], [1e-160, Infinity], [Infinity, 0], [-Infinity, NaN]] },
  erf:             { f: erf,             bound: 1e-15, limits: [[0, 0], [Infinity, 1], [-Infinity, -1]] },
  erfc:            { f: erfc,            bound: 2e-15, limits: [[0, 1], [Infinity, 0], [-Infinity, 2], [1e300, 0]] },
  erfcx:           { f: erfcx,           bound: 2e-15, limits: [[0, 1], [Infinity, 0], [-Infinity, Infinity], [-27, Infinity], [-1e300, Infinity]] },
  normalCdf:       { f: normalCdf,       bound: 2e-15, limits: [[0, 0.5], [Infinity, 1], [-Infinity, 0], [-1e300, 0]] },
  logNormalCdf:    { f: logNormalCdf,    bound: 2e-15, limits: [[Infinity, 0], [-Infinity, -Infinity], [-1e300, -Infinity], [1e300, 0]] },
  normalHazard:    { f: normalHazard,    bound: 2e-15, limits: [[Infinity, 0], [-Infinity, Infinity], [-1e308, 1e308], [1e300, 0]] },
  normalQuantile:  { f: normalQuantile,  bound: 2e-15, limits: [[0, -Infinity], [1, Infinity], [0.5, 0], [-1e-9, NaN], [1.1, NaN], [Infinity, NaN], [-Infinity, NaN]] },
  normalQuantileOfSurprisal: { f: normalQuantileOfSurprisal, bound: 2e-15, limits: [[0, Infinity], [Infinity, -Infinity], [-1e-300, NaN], [-Infinity, NaN], [1e308, -1.4142135623730952e154]] },
  sigmoid:         { f: sigmoid,         bound: 1e-15, limits: [[0, 0.5], [Infinity, 1], [-Infinity, 0], [-1e300, 0]] },
  softplus:        { f: softplus,        bound: 1e-15, limits: [[Infinity, Infinity], [-Infinity, 0], [-1e300, 0]] },
  softplusInverse: { f: softplusInverse, bound: 1e-15, limits: [[0, -Infinity], [Infinity, Infinity], [-1e-300, NaN], [-Infinity, NaN]] },
  logAddExp:       { f: logAddExp,       bound: 1e-13, limits: [], scale: (value, x, y) => Math.max(Math.abs(value), Math.abs(Math.max(x, y))) },
};

type ReferenceRow = readonly number[]; // argument, …, value
const FIXTURE = JSON.parse(readFileSync(new URL("../fixtures/special.json", import.meta.url), "utf8")) as Readonly<
  Record<string, readonly ReferenceRow[]>
>;

function referencesOf({ f, between: [low, high] = [-Infinity, Infinity] }: SpecialRow): readonly ReferenceRow[] {
  return FIXTURE[f.name].filter(([x]) => x > low && x < high);
}

/** Largest error of f in units of its scale, with the arguments where it occurs; NaN counts as infinite. */
function worstError({ f, scale = Math.abs }: SpecialRow, rows: readonly ReferenceRow[]): [number, string] {
  let worst = 0;
  let where = "";
  for (const row of rows) {
    const [x, y] = row;
    const expected = row[row.length - 1];
    const got = f(x, y);
    const difference = Math.abs(got - expected);
    // A subnormal result cannot be relatively accurate: its last bit (2^-1074) is allowed.
    const error = difference <= Number.MIN_VALUE ? 0 : difference / scale(expected, x, y);
    if (!(error <= worst)) {
      worst = Number.isNaN(error) ? Infinity : error;
      where = `f(${row.slice(0, -1).join(", ")}) = ${got}, expected ${expected}`;
    }
  }
  return [worst, where];
}

describe("special functions against 60-digit references", () => {
  test.each(Object.keys(SPECIAL))("%s keeps its stated error bound", (name) => {
    const rows = referencesOf(SPECIAL[name]);
    const [worst, where] = worstError(SPECIAL[name], rows);
    expect(rows.length).toBeGreaterThan(150);
    expect(worst, where).toBeLessThanOrEqual(SPECIAL[name].bound);
  });

  test.each(Object.keys(SPECIAL))("the same check rejects %s × (1 + 1e-12)", (name) => {
    const row = SPECIAL[name];
    const [worst] = worstError({ ...row, f: (x, y) => row.f(x, y) * (1 + 1e-12) }, referencesOf(SPECIAL[name]));
    expect(worst).toBeGreaterThan(row.bound);
  });

  test("the check rejects a NaN at a single point", () => {
    const faulty = { ...SPECIAL["erf"], f: (x: number) => (x === 0 ? NaN : erf(x)) };
    expect(worstError(faulty, referencesOf(SPECIAL["erf"]))[0]).toBe(Infinity);
  });
});

describe("special functions at the edges of their domains", () => {
  test.each(Object.keys(SPECIAL))("%s has its documented limits and passes NaN on", (name) => {
    const { f, limits } = SPECIAL[name];
    // `+ 0` because a zero may carry either sign
    for (const [x, value] of limits) expect(f(x, 0) + 0, `${name}(${x})`).toBe(value);
    expect(f(NaN, 0)).toBeNaN();
  });

  test("logSumExp does as well, of any number of values", () => {
    expect(logSumExp([])).toBe(-Infinity);
    expect(logSumExp([-3])).toBe(-3);
    expect(logSumExp([-Infinity, -Infinity, -Infinity])).toBe(-Infinity);
    expect(logSumExp([-Infinity, 2, -Infinity])).toBe(2);
    expect(logSumExp([1, Infinity, -Infinity])).toBe(Infinity);
    expect(logSumExp([1, NaN, Infinity])).toBeNaN();
    for (const [x, y, z] of [
      [1, 2, 3],
      [-745, -746, -700],
      [1e5, 1e5 - 3, 0],
      [0.3, 0.3, 0.3],
    ] as const) {
      const expected = logAddExp(logAddExp(x, y), z);
      expect(Math.abs(logSumExp([x, y, z]) - expected)).toBeLessThanOrEqual(1e-15 * Math.max(1, Math.abs(expected)));
    }
  });

  test("peak is the larger one, made finite", () => {
    expect([peak(1, 2), peak(3, -4), peak(-Infinity, 7), peak(-0, -Infinity)]).toEqual([2, 3, 7, -0]);
    expect([peak(-Infinity, -Infinity), peak(0, Infinity)]).toEqual([-Number.MAX_VALUE, Number.MAX_VALUE]);
    expect([peak(NaN, 1), peak(Infinity, NaN)]).toEqual([NaN, NaN]);
  });

  test("logAddExp treats -Infinity as neutral, +Infinity as absorbing, NaN as contagious", () => {
    for (const x of [-1e308, -3, 0, 5, 1e308]) {
      expect(logAddExp(x, -Infinity)).toBe(x);
      expect(logAddExp(-Infinity, x)).toBe(x);
      expect(logAddExp(x, Infinity)).toBe(Infinity);
      expect(logAddExp(x, NaN)).toBeNaN();
    }
    expect(logAddExp(-Infinity, -Infinity)).toBe(-Infinity);
    expect(logAddExp(Infinity, Infinity)).toBe(Infinity);
    expect(logAddExp(-Infinity, Infinity)).toBe(Infinity);
    for (const x of [-Infinity, Infinity]) expect([logAddExp(x, NaN), logAddExp(NaN, x)]).toEqual([NaN, NaN]);
  });
});

/** The law |left − right| ≤ allowed on random arguments; what is allowed follows from the stated bounds. */
function law(
  title: string,
  low: number,
  high: number,
  sides: (x: number) => [left: number, right: number, allowed: number],
) {
  test(title, () => {
    fc.assert(
      fc.property(fc.double({ min: low, max: high, noNaN: true }), (x) => {
        const [left, right, allowed] = sides(x);
        expect(Math.abs(left - right), `${left} against ${right}`).toBeLessThanOrEqual(allowed);
      }),
      { numRuns: amount(100, 300) },
    );
  });
}

describe("identities", () => {
  const ulps = (n: number, ...terms: number[]) => n * Number.EPSILON * Math.max(...terms.map(Math.abs));

  law("erf(x) + erfc(x) = 1", -30, 30, (x) => [erf(x) + erfc(x), 1, 2e-15]);
  law("erf is odd", -30, 30, (x) => [erf(-x), -erf(x), 0]);
  law("erfcx(x) = exp(x²) erfc(x)", -5, 5, (x) => [erfcx(x), Math.exp(x * x) * erfc(x), ulps(45, erfcx(x))]);
  law("Φ(x) + Φ(−x) = 1", -40, 40, (x) => [normalCdf(x) + normalCdf(-x), 1, 2e-15]);
  law("Φ⁻¹ ∘ Φ is the identity in the lower half", -37, 0, (x) => {
    // A relative error e of Φ moves x by e/hazard.
    return [normalQuantile(normalCdf(x)), x, ulps(10, x) + ulps(10, 1) / normalHazard(x)];
  });
  law("exp(log Φ(x)) = Φ(x)", -35, 8, (x) => {
    return [Math.exp(logNormalCdf(x)), normalCdf(x), normalCdf(x) * ulps(10, 1, logNormalCdf(x))];
  });
  law("x·Γ(x) = Γ(x + 1)", 1e-3, 150, (x) => {
    return [lgamma(x) + Math.log(x), lgamma(x + 1), ulps(10, 1, lgamma(x), lgamma(x + 1))];
  });
  law("Γ(x)·Γ(1 − x)·sin πx = π", 1e-6, 0.5, (x) => {
    return [lgamma(x) + lgamma(1 - x), Math.log(Math.PI / Math.sin(Math.PI * x)), ulps(10, 1, lgamma(x))];
  });
  law("ψ(x + 1) = ψ(x) + 1/x", 1e-3, 100, (x) => [digamma(x + 1), digamma(x) + 1 / x, ulps(10, 1, 1 / x)]);
  law("ψ′(x) = ψ′(x + 1) + 1/x²", 1e-3, 100, (x) => [trigamma(x), trigamma(x + 1) + 1 / x ** 2, ulps(20, trigamma(x))]);
  law("ψ is the derivative of log Γ", 0.5, 50, (x) => {
    const h = 1e-4; // truncation |h²ψ″/6| ≤ 2.9e-8 (at 0.5), rounding ≤ 2e-10
    return [(lgamma(x + h) - lgamma(x - h)) / (2 * h), digamma(x), 3e-8];
  });
  law("sigmoid(x) + sigmoid(−x) = 1", -800, 800, (x) => [sigmoid(x) + sigmoid(-x), 1, 1e-15]);
  law("softplus(x) − softplus(−x) = x", -800, 800, (x) => [softplus(x) - softplus(-x), x, ulps(4, 1, x)]);
  law("softplusInverse ∘ softplus is the identity", -700, 700, (x) => {
    return [softplusInverse(softplus(x)), x, ulps(10, 1, x)];
  });
  law("logAddExp(x, 0) = softplus(x)", -700, 700, (x) => [logAddExp(x, 0), softplus(x), ulps(4, softplus(x))]);
});

test("log k! has the bits of log Γ(k + 1)", () => {
  const counts = [...Array.from({ length: 300 }, (_, k) => k), 1e6, 2 ** 53, 1e300];
  for (const k of counts) expect(logFactorial(k) === lgamma(k + 1), `${k}`).toBe(true); // 0 and −0 are the same here
});
