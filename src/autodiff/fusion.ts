/**
 * Fused ops: two ops of the tape in one pass over the lanes. The result is bit for bit that of the two ops in turn
 * (no fused multiply-add), so fusion changes speed only.
 *
 * A row reads: op `outer`, whose operand `at` is computed by op `inner` and used nowhere else. The fused operands are
 * those of `inner`, then the remaining one of `outer`.
 */
import { CODE } from "./codes.ts";
import type { OpName } from "./ops.ts";

export interface FusedRow {
  readonly name: string;
  readonly outer: OpName;
  readonly at: 0 | 1;
  readonly inner: OpName;
  readonly primal: (x: number, y: number, z: number, w: number) => number;
  readonly kinds: string;
}

// biome-ignore format: a table
export const FUSED: readonly FusedRow[] = [
  { name: "mulAdd",      outer: "add",      at: 0, inner: "mul",    primal: (x, y, z) => x * y + z,              kinds: "rrr>r" },
  { name: "addMul",      outer: "add",      at: 1, inner: "mul",    primal: (x, y, z) => z + x * y,              kinds: "rrr>r" },
  { name: "subMul",      outer: "sub",      at: 1, inner: "mul",    primal: (x, y, z) => z - x * y,              kinds: "rrr>r" },
  { name: "addWhere",    outer: "add",      at: 1, inner: "where",  primal: (p, x, y, z) => z + (p ? x : y),     kinds: "mrrr>r" },
  { name: "mulWhere",    outer: "mul",      at: 1, inner: "where",  primal: (p, x, y, z) => z * (p ? x : y),     kinds: "mrrr>r" },
  { name: "addPositive", outer: "positive", at: 0, inner: "add",    primal: (x, y) => -(x + y > 0),              kinds: "rr>m" },
  { name: "subPositive", outer: "positive", at: 0, inner: "sub",    primal: (x, y) => -(x - y > 0),              kinds: "rr>m" },
];

/** Code of the inner op of each row. */
export const INNER_CODE: readonly number[] = FUSED.map((row) => CODE[row.inner]);

/** Rows by the code of their outer op. */
export const FUSED_BY_OUTER: ReadonlyMap<number, readonly number[]> = new Map(
  [...new Set(FUSED.map((row) => row.outer))].map((outer) => [
    CODE[outer],
    FUSED.flatMap((row, index) => (row.outer === outer ? [index] : [])),
  ]),
);
