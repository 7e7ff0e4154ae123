/**
 * Linear algebra on known and traced entries: vectors are arrays, matrices arrays of rows, as `sample` returns them.
 *
 *     cholesky([[4, 2], [2, 5]]) // [[2, 0], [1, 2]]
 *
 * Sizes are known when a program is traced, so that every entry becomes an expression of its own; for large matrices of numbers there is
 * `nondiff/linalg`.
 */
import { requireNoMore } from "../checks/arguments.ts";
import {
  add,
  describe,
  div,
  dot,
  Expr,
  log,
  max,
  mul,
  type Real,
  type RealList,
  requireReal,
  sqrt,
  square,
  sub,
  sum,
  unpacked,
} from "./expr.ts";

/** Rows of one length. */
export type Matrix = readonly (readonly Real[])[];

/** A·B for matrices, A·x for a vector x; RangeError where the sizes do not fit. */
export function matmul(a: Matrix, b: Matrix): Real[][];
export function matmul(a: Matrix, x: RealList): Real[];
export function matmul(a: Matrix, right: Matrix | RealList): Real[][] | Real[] {
  requireNoMore("matmul", 2, arguments);
  const [, columns] = sizeOf("matmul", a);
  const b = unpacked<unknown>(right);
  if (!Array.isArray(b) || b.length !== columns)
    throw new RangeError(
      `matmul: sizes do not fit; got ${columns} columns times ${lengthOf(right)} rows, expected equal`,
    );
  if (!Array.isArray(b[0])) return a.map((row) => dot(row, b as readonly Real[]));
  const [, width] = sizeOf("matmul", b as Matrix);
  const columnsOfB = Array.from({ length: width }, (_, j) => (b as Matrix).map((row) => row[j]!));
  return a.map((row) => columnsOfB.map((column) => dot(row, column)));
}

/**
 * The lower triangular L with L·Lᵀ = A, of a symmetric positive definite A, of which the lower triangle is read. Throws RangeError where a
 * known pivot is not positive; a traced one that is not makes the ELBO NaN, which `fit` and `estimateGradient` report with its value.
 */
export function cholesky(a: Matrix): Real[][] {
  requireNoMore("cholesky", 1, arguments);
  const n = requireSquare("cholesky", a);
  const lower: Real[][] = [];
  for (let i = 0; i < n; i++) {
    const row: Real[] = new Array(n).fill(0);
    for (let j = 0; j < i; j++)
      row[j] = div(sub(a[i]![j]!, dot(row.slice(0, j), lower[j]!.slice(0, j))), lower[j]![j]!);
    const pivot = sub(a[i]![i]!, sum(row.slice(0, i).map(square)));
    row[i] = sqrt(positivePivot(i, pivot));
    lower.push(row);
  }
  return lower;
}

/** Below every pivot of a matrix that a double can tell from a singular one. */
const LEAST_PIVOT = 1e-300;

// That a matrix is positive definite is what a program states, as it states the range of a rounded value, and is checked wherever it runs.
// It is no condition of the model: no proof is asked for that no draw comes to where a pivot is 0.
function positivePivot(i: number, pivot: Real): Real {
  const text = (at: number): string => `cholesky: matrix is not positive definite; pivot ${i} is ${at}, expected > 0`;
  if (!(pivot instanceof Expr)) {
    if (!(pivot > 0)) throw new RangeError(text(pivot));
    return pivot;
  }
  const { session, node } = pivot;
  session.checks.push({ value: node, ok: session.graph.algebra.positive(node), outside: text });
  return max(pivot, LEAST_PIVOT);
}

/** The x with L·x = b for a lower triangular L. */
export function solveLower(lower: Matrix, b: RealList): Real[] {
  requireNoMore("solveLower", 2, arguments);
  const n = requireSquare("solveLower", lower);
  requireLength("solveLower", b, n);
  const x: Real[] = [];
  for (let i = 0; i < n; i++) x.push(div(sub(b[i]!, dot(lower[i]!.slice(0, i), x)), lower[i]![i]!));
  return x;
}

/** The x with A·x = b for a symmetric positive definite A, by its Cholesky factor. */
export function solve(a: Matrix, b: RealList): Real[] {
  requireNoMore("solve", 2, arguments);
  const n = requireSquare("solve", a);
  requireLength("solve", b, n);
  const lower = cholesky(a);
  const y = solveLower(lower, b);
  for (let i = n - 1; i >= 0; i--) {
    const later = y.slice(i + 1);
    const below = lower.slice(i + 1).map((row) => row[i]!);
    y[i] = div(sub(y[i]!, dot(below, later)), lower[i]![i]!);
  }
  return y;
}

/** log det A of a symmetric positive definite A. */
export function logDet(a: Matrix): Real {
  requireNoMore("logDet", 1, arguments);
  requireSquare("logDet", a);
  return mul(2, sum(cholesky(a).map((row, i) => log(row[i]!))));
}

/** A + d·I. */
export function addDiagonal(a: Matrix, d: Real): Real[][] {
  requireNoMore("addDiagonal", 2, arguments);
  requireReal(d, "addDiagonal");
  requireSquare("addDiagonal", a);
  return a.map((row, i) => row.map((entry, j) => (i === j ? add(entry, d) : entry)));
}

function lengthOf(value: unknown): string {
  return Array.isArray(value) ? String(value.length) : describe(value);
}

function sizeOf(caller: string, a: Matrix): [rows: number, columns: number] {
  const isMatrix = Array.isArray(a) && a.length > 0 && a.every((row) => Array.isArray(row));
  if (!isMatrix)
    throw new TypeError(
      `${caller}: not a matrix; got ${describe(a)}, expected a non-empty array of rows such as [[1, 0], [0, 1]]`,
    );
  const columns = a[0]!.length;
  const uneven = a.findIndex((row) => row.length !== columns);
  if (uneven >= 0)
    throw new RangeError(
      `${caller}: rows differ in length; got ${a[uneven]!.length} in row ${uneven}, expected ${columns}`,
    );
  for (const row of a) for (const entry of row) requireReal(entry, caller);
  return [a.length, columns];
}

function requireSquare(caller: string, a: Matrix): number {
  const [rows, columns] = sizeOf(caller, a);
  if (rows !== columns) throw new RangeError(`${caller}: matrix is not square; got ${rows} rows of ${columns}`);
  return rows;
}

function requireLength(caller: string, b: RealList, n: number): void {
  if (!Array.isArray(unpacked(b)) || b.length !== n)
    throw new RangeError(`${caller}: vector does not fit; got ${lengthOf(b)} entries, expected ${n}`);
}
