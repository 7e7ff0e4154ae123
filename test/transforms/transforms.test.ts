/** Every transform against its own definition: inverse, Jacobian, range, moments and tails. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { add, type Real, sub } from "../../src/autodiff/expr.ts";
import { grad } from "../../src/autodiff/functions.ts";
import { aboveLow, belowHigh, EXP } from "../../src/transforms/half-line.ts";
import { betweenEnds } from "../../src/transforms/interval.ts";
import { startFrom, type Transform } from "../../src/transforms/transform.ts";

interface Row {
  readonly transform: Transform;
  /** With its ends as functions of a traced number, which is given as 0. */
  readonly traced: (zero: Real) => Transform;
  readonly low: number;
  readonly high: number;
}

const TABLE: Readonly<Record<string, Row>> = {
  exp: { transform: EXP, traced: () => EXP, low: 0, high: Infinity },
  "above −2": { transform: aboveLow(-2), traced: (o) => aboveLow(sub(o, 2)), low: -2, high: Infinity },
  "below 3": { transform: belowHigh(3), traced: (o) => belowHigh(add(o, 3)), low: -Infinity, high: 3 },
  "between 0 and 1": { transform: betweenEnds(0, 1), traced: (o) => betweenEnds(o, 1), low: 0, high: 1 },
  "between −5 and 0.3": {
    transform: betweenEnds(-5, 0.3),
    traced: (o) => betweenEnds(sub(o, 5), 0.3),
    low: -5,
    high: 0.3,
  },
};

const seed = 20_261;
const anywhere = fc.double({ min: -12, max: 12, noNaN: true });

describe.each(Object.entries(TABLE))("the transform %s", (_name, { transform, traced, low, high }) => {
  const { forward, inverse, logJacobian, moments } = transform;
  const at = (u: number): number => forward(u) as number;

  test("rises from one end to the other, and its inverse leads back", () => {
    const scale = Math.max(1, ...[low, high].filter(Number.isFinite).map(Math.abs));
    fc.assert(
      fc.property(anywhere, (u) => {
        const x = at(u);
        expect(x).toBeGreaterThan(low);
        expect(x).toBeLessThan(high);
        // Three roundings of x, of its ends' size, and what they are in u by the slope.
        const rounding = (3 * Number.EPSILON * Math.max(Math.abs(x), scale)) / Math.exp(logJacobian(u) as number);
        expect(Math.abs((inverse(x) as number) - u)).toBeLessThan(rounding + 1e-14 * Math.max(1, Math.abs(u)));
        expect(at(u + 0.01)).toBeGreaterThan(x);
      }),
      { seed },
    );
  });

  test("has the log-Jacobian that differentiating gives, traced ends included", () => {
    for (const made of [() => transform, traced]) {
      const slope = grad(([u, zero]) => add(made(zero!).forward(u!), sub(zero!, zero!)));
      fc.assert(
        fc.property(anywhere, (u) => {
          const expected = Math.log(slope([u, 0])[0]!);
          const stated = made(0).logJacobian(u) as number;
          expect(Math.abs(stated - expected)).toBeLessThan(1e-10 * Math.max(1, Math.abs(u)));
        }),
        { seed },
      );
    }
  });

  test("neither overflows nor loses its Jacobian in the tails", () => {
    for (const u of [-700, -40, 40, 700]) {
      expect(Number.isFinite(at(u))).toBe(true);
      expect(at(u)).toBeGreaterThanOrEqual(low);
      expect(at(u)).toBeLessThanOrEqual(high);
      const slope = (logJacobian(u + 1) as number) - (logJacobian(u) as number);
      expect(Math.abs(slope)).toBeCloseTo(1, 9);
    }
  });

  test("has the mean and sd that adding up fine cells gives", () => {
    for (const [mean, sd] of [
      [0.3, 0.2],
      [-1, 1.5],
    ] as const) {
      let [total, first, second] = [0, 0, 0];
      for (let z = -14; z <= 14; z += 1 / 512) {
        const weight = Math.exp(-0.5 * z * z);
        const x = at(mean + sd * z);
        total += weight;
        first += weight * x;
        second += weight * x * x;
      }
      const found = moments!(mean, sd);
      expect(found.mean).toBeCloseTo(first / total, 9);
      expect(found.sd).toBeCloseTo(Math.sqrt(second / total - (first / total) ** 2), 7);
    }
  });

  test("starts at the median and spread of a prior, if that has quantiles", () => {
    const quantile = (p: number): number => at(2 + 0.5 * Math.log(p / (1 - p)));
    const start = transform.start({ quantile, parameters: [] })!;
    expect(start.mean).toBeCloseTo(2, 12);
    expect(start.sd).toBeCloseTo(0.5 * Math.log(0.8413447460685429 / (1 - 0.8413447460685429)), 9);
  });
});

test("a prior without quantiles gives no start", () => {
  expect(startFrom((x) => x, { parameters: [] })).toBeUndefined();
});

test("an interval whose ends round beyond themselves keeps its values inside", () => {
  expect(betweenEnds(0.1, 0.3).forward(50)).toBe(0.3);
  expect(0.1 + (0.3 - 0.1) * 1).toBeGreaterThanOrEqual(0.3);
});
