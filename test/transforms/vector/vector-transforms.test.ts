/** Every transform of vectors against its own definition: inverse, the determinant of its derivative, range and tails. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { grad } from "../../../src/autodiff/functions.ts";
import { correlationCholesky } from "../../../src/transforms/vector/correlation.ts";
import { increasing, increasingAbove, increasingBetween } from "../../../src/transforms/vector/ordered.ts";
import { simplex } from "../../../src/transforms/vector/simplex.ts";
import { unbounded, type VectorTransform } from "../../../src/transforms/vector/vector-transform.ts";

interface Row {
  readonly transform: VectorTransform;
  /** The entries that are free: of a simplex all but the last. */
  readonly free: readonly number[];
  readonly isInside: (x: readonly number[]) => boolean;
}

const rises = (x: readonly number[]): boolean => x.every((entry, k) => k === 0 || entry > x[k - 1]!);
const total = (x: readonly number[]): number => x.reduce((sum, entry) => sum + entry, 0);
const rowLength = (x: readonly number[], n: number, row: number): number =>
  Math.hypot(...x.slice(row * n, row * n + n));

const TABLE: Readonly<Record<string, Row>> = {
  unbounded: { transform: unbounded(3), free: [0, 1, 2], isInside: () => true },
  ordered: { transform: increasing(4), free: [0, 1, 2, 3], isInside: rises },
  "ordered above 2": { transform: increasingAbove(2, 3), free: [0, 1, 2], isInside: (x) => rises([2, ...x]) },
  "ordered between −1 and 4": {
    transform: increasingBetween(-1, 4, 3),
    free: [0, 1, 2],
    isInside: (x) => rises([-1, ...x, 4]),
  },
  simplex: {
    transform: simplex(4),
    free: [0, 1, 2],
    isInside: (x) => x.every((entry) => entry > 0) && Math.abs(total(x) - 1) < 1e-14,
  },
  "correlation factor": {
    transform: correlationCholesky(3),
    free: [3, 6, 7],
    isInside: (x) =>
      [0, 1, 2].every((row) => Math.abs(rowLength(x, 3, row) - 1) < 1e-14 && x[4 * row]! > 0) &&
      [1, 2, 5].every((at) => x[at] === 0),
  },
};

/** log |det| of a square matrix, by elimination with pivots. */
function logDeterminant(rows: number[][]): number {
  let sum = 0;
  for (let k = 0; k < rows.length; k++) {
    const pivot = rows
      .slice(k)
      .reduce((best, row, i) => (Math.abs(row[k]!) > Math.abs(rows[best]![k]!) ? k + i : best), k);
    [rows[k], rows[pivot]] = [rows[pivot]!, rows[k]!];
    sum += Math.log(Math.abs(rows[k]![k]!));
    for (let i = k + 1; i < rows.length; i++) {
      const ratio = rows[i]![k]! / rows[k]![k]!;
      rows[i] = rows[i]!.map((entry, j) => entry - ratio * rows[k]![j]!);
    }
  }
  return sum;
}

const seed = 7_331;

describe.each(Object.entries(TABLE))("the transform %s", (_name, { transform, free, isInside }) => {
  const { forward, inverse, logJacobian } = transform;
  const points = (reach: number) =>
    fc.array(fc.double({ min: -reach, max: reach, noNaN: true }), {
      minLength: transform.free,
      maxLength: transform.free,
    });

  test("leads into its support, and its inverse leads back", () => {
    fc.assert(
      fc.property(points(3), (u) => {
        const x = forward(u) as number[];
        expect(isInside(x)).toBe(true);
        inverse(x).forEach((back, i) => {
          expect(back).toBeCloseTo(u[i]!, 8);
        });
      }),
      { seed },
    );
  });

  test("has the log of the determinant of its derivative as log-Jacobian", () => {
    const slopes = free.map((entry) => grad((u) => forward(u)[entry]!));
    fc.assert(
      fc.property(points(3), (u) => {
        const expected = logDeterminant(slopes.map((slope) => [...slope(u)]));
        expect(logJacobian(u)).toBeCloseTo(expected, 8);
      }),
      { seed },
    );
  });

  test("stays finite in the tails", () => {
    fc.assert(
      fc.property(points(300), (u) => {
        expect(forward(u).every((entry) => Number.isFinite(entry))).toBe(true);
        expect(Number.isFinite(logJacobian(u))).toBe(true);
      }),
      { seed },
    );
  });
});

test("zeros make a simplex of equal parts and equal steps between ends", () => {
  expect(forwardOf(simplex(4), [0, 0, 0])).toEqual([0.25, 0.25, 0.25, 0.25].map((x) => expect.closeTo(x, 15)));
  expect(forwardOf(increasingBetween(0, 4, 3), [0, 0, 0])).toEqual([1, 2, 3].map((x) => expect.closeTo(x, 14)));
  expect(forwardOf(simplex(1), [])).toEqual([1]);
});

function forwardOf({ forward }: VectorTransform, u: readonly number[]): unknown[] {
  return forward(u);
}
