import { describe, expect, test } from "vitest";
import { exp, expm1, log, log1p } from "../../src/math/elementary.ts";
import { sigmoid, softplus, tanh } from "../../src/math/logistic.ts";
import { pow } from "../../src/math/power.ts";
import { atan } from "../../src/math/trigonometric.ts";
import { type Elementary, FIXTURE, type Reference, ROWS } from "../support/elementary.ts";

/** The unit in the last place of a double. */
function ulp(x: number): number {
  const words = new BigInt64Array(Float64Array.of(Math.abs(x)).buffer);
  const exponent = Number(words[0]! >> 52n);
  return 2 ** (Math.max(1, exponent) - 1075);
}

/** Largest error in units of the last place, with the arguments where it occurs; NaN counts as infinite. */
function worstError(f: Elementary, rows: readonly Reference[]): [number, string] {
  let worst = 0;
  let where = "";
  for (const row of rows) {
    const [value, rest] = row.slice(-2) as [number, number];
    const got = f(row[0]!, row[1]!);
    const error = Math.abs((got - value) / ulp(value) - rest);
    if (!(error <= worst)) {
      worst = Number.isNaN(error) ? Infinity : error;
      where = `f(${row.slice(0, -2).join(", ")}) = ${got}, expected ${value} and ${rest} ulp`;
    }
  }
  return [worst, where];
}

describe.each(Object.keys(ROWS))("%s", (name) => {
  const { f, bound, values } = ROWS[name]!;
  const rows = FIXTURE[name]!;

  test("is within its measured error of references", () => {
    const [worst, where] = worstError(f, rows);
    expect(rows.length).toBeGreaterThan(400);
    expect(worst, where).toBeLessThanOrEqual(bound);
  });

  test("the same check rejects an error of one more bit", () => {
    const next: Elementary = (x, y) => f(x, y) * (1 + Number.EPSILON);
    expect(worstError(next, rows)[0]).toBeGreaterThan(Math.max(1, bound));
  });

  test("has its exact values, zeros with their sign", () => {
    for (const [x, value] of values) expect(f(x, 0), `at ${x}`).toBe(value);
  });
});

test("powers have the values of Math.pow at zeros, infinities, NaN and negative bases", () => {
  const edges = [0, 0.5, 1, 1.5, 2, 3, 1e10, 9007199254740991, 9007199254740992, 1e300, 5e-324, Infinity, NaN];
  const values = edges.flatMap((x) => [x, -x]);
  for (const x of values)
    for (const y of values) {
      const expected = x ** y;
      const special = !Number.isFinite(expected) || expected === 0 || Math.abs(expected) === 1;
      if (special) expect(pow(x, y), `${x} ** ${y}`).toBe(expected);
      else expect(Math.abs(pow(x, y) - expected), `${x} ** ${y}`).toBeLessThanOrEqual(2 * ulp(expected));
    }
});

test("powers that are doubles are exact", () => {
  for (let x = 1; x <= 40; x++)
    for (let y = 0, exact = 1; exact <= Number.MAX_SAFE_INTEGER; y++, exact *= x) {
      expect(pow(x, y), `${x} ** ${y}`).toBe(exact);
      expect(pow(-x, y), `${-x} ** ${y}`).toBe(y % 2 === 1 ? -exact : exact);
      if (x === 1 && y === 9) break;
    }
  for (let k = -1074; k <= 1023; k++) expect(pow(2, k)).toBe(2 ** k);
  for (let k = 0; k < 300; k++) expect(pow(k * k, 0.5)).toBe(k);
});

describe("rising functions never fall from one number to the next", () => {
  const next = (x: number): number => {
    const words = new BigInt64Array(Float64Array.of(x).buffer);
    words[0]! += x > 0 ? 1n : -1n;
    return new Float64Array(words.buffer)[0]!;
  };
  // A multiplicative sequence over (−20, 20), and each number over 2¹⁰.
  const numbers = Array.from({ length: 20_000 }, (_, i) => (Math.imul(i + 1, 0x9e3779b1) | 0) / 107374182.4).flatMap(
    (x) => [x, x / 1024],
  );
  const falls = (f: Elementary): number => numbers.filter((x) => f(next(x), 0) < f(x, 0)).length;

  test.each([exp, expm1, log, log1p, sigmoid, softplus, tanh, atan])("$name", (f) => {
    expect(falls(f)).toBe(0);
  });

  test("the same check finds where a quotient of rounded terms falls", () => {
    expect(falls((x) => exp(x) / (1 + exp(x)))).toBeGreaterThan(10);
  });
});
