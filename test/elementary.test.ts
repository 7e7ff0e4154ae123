import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { exp, expm1, log, log1p } from "../src/autodiff/special/elementary.ts";

type Elementary = (x: number, y: number) => number;
interface Row {
  readonly f: Elementary;
  /** The error that the doc comment states as measured, in units of the last place. */
  readonly bound: number;
  /** Exact values, signs of zeros included. */
  readonly values: readonly (readonly [x: number, value: number])[];
}

// biome-ignore format: a table, columns lined up
const ROWS: Readonly<Record<string, Row>> = {
  exp:   { f: exp,   bound: 0.76, values: [[0, 1], [-0, 1], [-746, 0], [-1e300, 0], [-Infinity, 0], [710, Infinity], [Infinity, Infinity], [NaN, NaN], [-745.13, 5e-324]] },
  expm1: { f: expm1, bound: 0.82, values: [[0, 0], [-0, -0], [5e-324, 5e-324], [-5e-324, -5e-324], [-40, -1], [-1e300, -1], [-Infinity, -1], [710, Infinity], [Infinity, Infinity], [NaN, NaN]] },
  log:   { f: log,   bound: 0.83, values: [[1, 0], [0, -Infinity], [-0, -Infinity], [-5e-324, NaN], [-1, NaN], [-Infinity, NaN], [Infinity, Infinity], [NaN, NaN]] },
  log1p: { f: log1p, bound: 0.85, values: [[0, 0], [-0, -0], [5e-324, 5e-324], [-5e-324, -5e-324], [-1, -Infinity], [-1.5, NaN], [-Infinity, NaN], [Infinity, Infinity], [NaN, NaN]] },
};

type Reference = readonly number[]; // argument, …, value, rest
const FIXTURE = JSON.parse(readFileSync(new URL("./fixtures/elementary.json", import.meta.url), "utf8")) as Readonly<
  Record<string, readonly Reference[]>
>;

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

  test("is within its measured error of references, below 1 ulp", () => {
    const [worst, where] = worstError(f, rows);
    expect(rows.length).toBeGreaterThan(400);
    expect(worst, where).toBeLessThanOrEqual(bound);
    expect(bound).toBeLessThan(1);
  });

  test("the same check rejects an error of one more bit", () => {
    const next: Elementary = (x, y) => f(x, y) * (1 + Number.EPSILON);
    expect(worstError(next, rows)[0]).toBeGreaterThan(1);
  });

  test("has its exact values, zeros with their sign", () => {
    for (const [x, value] of values) expect(f(x, 0), `at ${x}`).toBe(value);
  });
});
