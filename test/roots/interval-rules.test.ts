import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { OPS } from "../../src/autodiff/ops/all-ops.ts";
import type { OpName } from "../../src/autodiff/ops/op.ts";
import { type IntervalRule, makeEnclosures } from "../../src/roots/enclosures.ts";
import { RULES } from "../../src/roots/interval-rules.ts";
import { amount } from "../support/soak.ts";

const NAMES = Object.keys(OPS) as OpName[];
const RUNS = amount(600, 3000);
const isMask = (name: OpName, j: number): boolean => OPS[name].kinds?.[j] === "m";

/** An operand: an interval and a point inside. */
interface Operand {
  readonly lo: number;
  readonly hi: number;
  readonly at: number;
}

// Where ops change: ends of domains, poles, extrema, overflow and underflow.
const EDGES = [0, -0, -1, 1, 2, 0.5, -2, 3, 1.4616321449683623, 709.8, -745.2, 1e-300, 1e200, Infinity, -Infinity];
const TURNS = [-3, -1, -0.5, 0.5, 1, 1.5, 2, 17].map((k) => k * Math.PI);
const pointOf = (low: number, high: number): fc.Arbitrary<number> =>
  fc.oneof(
    fc.double({ min: low, max: high, noNaN: true }),
    fc.double({ min: -30, max: 30, noNaN: true }),
    fc.integer({ min: -9, max: 9 }),
    fc.constantFrom(...EDGES, ...TURNS),
    fc.double({ noNaN: true }),
  );
const between = (a: number, b: number, u: number): number => {
  if (a === b) return a;
  const at = u < 0.1 ? a : u > 0.9 ? b : a * (1 - u) + b * u;
  return Number.isNaN(at) ? 0 : Math.min(Math.max(at, a), b);
};

/** Degenerate, a few ulp wide, narrow, wide, or between two unrelated points. */
function operandOf(name: OpName, j: number): fc.Arbitrary<Operand> {
  if (isMask(name, j))
    return fc.constantFrom(
      { lo: -1, hi: -1, at: -1 },
      { lo: 0, hi: 0, at: 0 },
      { lo: -1, hi: 0, at: -1 },
      { lo: -1, hi: 0, at: 0 },
    );
  const [low, high] = OPS[name].domain[j];
  const width = fc.oneof(
    fc.constant(0),
    fc.constantFrom(1e-16, 3e-16, 1e-9, 0.1, 1, 7),
    fc.double({ min: 0, max: 50, noNaN: true }),
  );
  const near = fc.tuple(pointOf(low, high), width, fc.double({ min: 0, max: 1, noNaN: true })).map(([x, w, u]) => {
    const hi = Number.isFinite(x) ? x + w * Math.max(1, Math.abs(x)) : x;
    return { lo: x, hi, at: between(x, hi, u) };
  });
  const far = fc
    .tuple(pointOf(low, high), pointOf(low, high), fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([x, y, u]) => ({ lo: Math.min(x, y), hi: Math.max(x, y), at: between(Math.min(x, y), Math.max(x, y), u) }));
  return fc.oneof(near, far);
}

const operandsOf = (name: OpName): fc.Arbitrary<Operand[]> =>
  fc.tuple(...OPS[name].domain.map((_, j) => operandOf(name, j)));

function enclose(rule: IntervalRule, operands: readonly Operand[]): { lo: number; hi: number; partial: number } {
  const v = makeEnclosures(operands.length + 1);
  operands.forEach(({ lo, hi }, j) => {
    v.lo[j + 1] = lo;
    v.hi[j + 1] = hi;
    v.partial[j + 1] = 0;
  });
  v.partial[0] = 255; // a rule must say whether its result is partial
  rule(v, 0, 1, 2, 3);
  return { lo: v.lo[0], hi: v.hi[0], partial: v.partial[0] };
}

/** The primal at the point lies in the enclosure, or is NaN and announced. */
function includes(name: OpName, rule: IntervalRule, operands: readonly Operand[]): boolean {
  const { lo, hi, partial } = enclose(rule, operands);
  const [x, y, z] = operands.map(({ at }) => at);
  const value = OPS[name].primal(x, y, z);
  if (partial > 1) return false;
  return Number.isNaN(value) ? partial === 1 : lo <= value && value <= hi;
}

/** Points of the op's test domain, as degenerate intervals. */
const pointsOf = (name: OpName): fc.Arbitrary<Operand[]> =>
  fc.tuple(
    ...OPS[name].domain.map(([low, high], j) =>
      (isMask(name, j) ? fc.constantFrom(-1, 0) : fc.double({ min: low, max: high, noNaN: true })).map((at) => ({
        lo: at,
        hi: at,
        at,
      })),
    ),
  );

/**
 * Widest enclosure of a point in units of EPSILON·|result|: twice the rule's own widening (both sides), and one for the
 * subtraction.
 */
const THIN: Readonly<Partial<Record<OpName, number>>> = {
  exp: 9,
  log: 9,
  log1p: 9,
  expm1: 9,
  sin: 9,
  cos: 9,
  tan: 9,
  pow: 49,
  tanh: 17,
  sigmoid: 21,
  softplus: 21,
  atan: 9,
  erf: 21,
  lgamma: 41,
  digamma: 41,
  trigamma: 41,
  normalCdf: 41,
  logNormalCdf: 41,
  normalHazard: 41,
  normalQuantileOfSurprisal: 41,
  add: 3,
  sub: 3,
  mul: 3,
  div: 3,
  sqrt: 3,
  square: 3,
  chain: 3,
};

describe("interval rules", () => {
  test.each(NAMES)("%s includes its primal at every point", (name) => {
    fc.assert(
      fc.property(operandsOf(name), (operands) => includes(name, RULES[name], operands)),
      { numRuns: RUNS },
    );
  });

  test.each(NAMES)("%s of a point is a few ulp wide at most", (name) => {
    fc.assert(
      fc.property(pointsOf(name), (operands) => {
        const { lo, hi } = enclose(RULES[name], operands);
        const value = OPS[name].primal(operands[0].at, operands[1]?.at, operands[2]?.at);
        const allowed = (THIN[name] ?? 0) * (Number.EPSILON * Math.abs(value) + 2 * Number.MIN_VALUE);
        return hi - lo <= allowed;
      }),
      { numRuns: 500 },
    );
  });

  const holds = (name: OpName, rule: IntervalRule): boolean =>
    !fc.check(
      fc.property(operandsOf(name), (operands) => includes(name, rule, operands)),
      { numRuns: 3000 }, // a fault is found sooner
    ).failed;

  /** The rule with its result changed. */
  const altered =
    (name: OpName, change: (lo: number, hi: number) => readonly [number, number]): IntervalRule =>
    (v, r, x, y, z) => {
      RULES[name](v, r, x, y, z);
      [v.lo[r], v.hi[r]] = change(v.lo[r], v.hi[r]);
    };

  test.each(NAMES)("the same property rejects %s with a bound 5 % of the width too tight", (name) => {
    const bit = OPS[name].kinds?.endsWith("m");
    const low = altered(name, (lo, hi) => [bit ? hi : hi - lo < Infinity ? lo + 0.05 * (hi - lo) : lo, hi]);
    const high = altered(name, (lo, hi) => [lo, bit ? lo : hi - lo < Infinity ? hi - 0.05 * (hi - lo) : hi]);
    expect([holds(name, low), holds(name, high)]).toEqual([false, false]);
  });

  test.each(["add", "mul", "div", "pow", "log", "log1p", "sqrt", "sin", "cos", "tan", "digamma", "chain"] as const)(
    "the same property rejects %s without its flag for what may be undefined",
    (name) => {
      const silent: IntervalRule = (v, r, x, y, z) => {
        RULES[name](v, r, x, y, z);
        v.partial[r] = 0;
      };
      expect(holds(name, silent)).toBe(false);
    },
  );

  test("a where whose mask is undecided is not one of its arms", () => {
    const first: IntervalRule = (v, r, p, x, y) =>
      v.lo[p] === v.hi[p] ? RULES.where(v, r, p, x, y) : RULES.neg(v, r, x, x, x);
    expect(holds("where", first)).toBe(false);
  });
});

describe("outward rounding", () => {
  type Row = readonly number[];
  const FIXTURE = JSON.parse(readFileSync(new URL("../fixtures/special.json", import.meta.url), "utf8")) as Readonly<
    Record<string, readonly Row[]>
  >;
  const SPECIAL = (Object.keys(FIXTURE) as OpName[]).filter((name) => name in OPS);
  // Rules of the gamma functions say nothing below 0, which is no error of theirs.
  const outside = (name: OpName, widen: boolean): number =>
    FIXTURE[name].filter((row) => {
      const operands = row.slice(0, -1).map((at) => ({ lo: at, hi: at, at }));
      const { lo, hi } = enclose(RULES[name], operands);
      const expected = row[row.length - 1];
      const middle = OPS[name].primal(row[0], row[1], 0);
      return widen ? !(lo <= expected && expected <= hi) : middle !== expected;
    }).length;

  test.each(SPECIAL)("%s of a point contains the 60-digit reference, which the primal alone misses", (name) => {
    expect(FIXTURE[name].length).toBeGreaterThan(150);
    expect(outside(name, true)).toBe(0);
    expect(outside(name, false)).toBeGreaterThan(0);
  });

  /** The part of x + y or x·y that rounding drops, exactly (T. J. Dekker 1971). */
  const split = (x: number): [number, number] => {
    const high = x * 134217729 - (x * 134217729 - x);
    return [high, x - high];
  };
  const dropped = {
    add: (x: number, y: number): number => {
      const s = x + y;
      const part = s - x;
      return x - (s - part) + (y - part);
    },
    mul: (x: number, y: number): number => {
      const [[a, b], [c, d]] = [split(x), split(y)];
      return b * d - (x * y - a * c - b * c - a * d);
    },
  };

  test.each(["add", "mul"] as const)("%s of two points contains the exact result", (name) => {
    const number = fc.double({ min: -1e50, max: 1e50, noNaN: true }).filter((x) => x === 0 || Math.abs(x) > 1e-50);
    let inexact = 0;
    fc.assert(
      fc.property(number, number, (x, y) => {
        const { lo, hi } = enclose(
          RULES[name],
          [x, y].map((at) => ({ lo: at, hi: at, at })),
        );
        const rounded = OPS[name].primal(x, y, 0);
        const rest = dropped[name](x, y);
        if (rest !== 0) inexact++;
        // exact = rounded + rest, |rest| ≤ ½ ulp: below hi if rest ≤ 0 or if hi is above rounded
        return (rest > 0 ? rounded < hi : rounded <= hi) && (rest < 0 ? lo < rounded : lo <= rounded);
      }),
      { numRuns: 1000 },
    );
    expect(inexact).toBeGreaterThan(300);
  });
});
