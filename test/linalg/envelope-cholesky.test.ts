/** Factors of sparse matrices are those of the dense ones, and what is not positive is told and replaced. */
import { expect, test } from "vitest";
import { EnvelopeFactor } from "../../src/linalg/envelope-cholesky.ts";

/** −H of a walk of four steps whose last one knows the first. */
const entries = [
  { row: 0, column: 0, value: 2 },
  { row: 1, column: 0, value: -1 },
  { row: 1, column: 1, value: 3 },
  { row: 2, column: 1, value: -1 },
  { row: 2, column: 2, value: 2.5 },
  { row: 3, column: 0, value: 0.5 },
  { row: 3, column: 2, value: -1 },
  { row: 3, column: 3, value: 4 },
];
const dense = Array.from({ length: 4 }, (_, i) =>
  Array.from(
    { length: 4 },
    (_, j) => entries.find(({ row, column }) => row === Math.max(i, j) && column === Math.min(i, j))?.value ?? 0,
  ),
);
const times = (x: Float64Array): Float64Array =>
  Float64Array.from(dense, (row) => row.reduce((sum, value, j) => sum + value * x[j]!, 0));

test("L⁻ᵀL⁻¹ undoes the matrix, and the diagonal has half the log of its determinant", () => {
  const factor = new EnvelopeFactor(4, entries);
  expect(factor.fill((k) => -entries[k]!.value)).toBe(true);
  const x = Float64Array.of(1, -2, 3, 0.5);
  const back = times(x);
  factor.forward(back);
  factor.backward(back);
  back.forEach((value, i) => {
    expect(value).toBeCloseTo(x[i]!, 12);
  });
  const determinant = (m: number[][]): number =>
    m.length === 0
      ? 1
      : m[0]!.reduce(
          (sum, v, j) => sum + (-1) ** j * v * determinant(m.slice(1).map((r) => r.filter((_, k) => k !== j))),
          0,
        );
  expect(factor.logDiagonal()).toBeCloseTo(0.5 * Math.log(determinant(dense)), 12);
});

test("a matrix that is not positive is told, and steps by what stands for it are finite", () => {
  const factor = new EnvelopeFactor(4, entries);
  expect(factor.fill((k) => (k === 4 ? 1 : -entries[k]!.value))).toBe(false);
  const x = Float64Array.of(1, 1, 1, 1);
  factor.forward(x);
  factor.backward(x);
  expect(x.every(Number.isFinite)).toBe(true);
  expect(factor.fill((k) => (k === 4 ? Number.NaN : -entries[k]!.value))).toBe(false);
});
