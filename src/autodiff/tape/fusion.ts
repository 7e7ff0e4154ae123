/**
 * Fused ops: several ops of the tape in one pass over the lanes. The result is bit for bit that of the ops in turn (no
 * fused multiply-add), so fusion changes speed only.
 */

import { CODE } from "../ops/codes.ts";
import type { OpName } from "../ops/op.ts";

/**
 * A pair: op `outer`, one of whose operands is computed by op `inner` and used nowhere else. The fused operands are
 * those of `inner`, then the remaining one of `outer`; `at` is the place of the inner one, either if `outer` commutes.
 */
export interface FusedRow {
  readonly name: string;
  readonly outer: OpName;
  readonly at: 0 | 1;
  readonly inner: OpName;
  readonly primal: (x: number, y: number, z: number, w: number) => number;
  readonly kinds: string;
  /** Operands that have to differ between lanes, as bits. */
  readonly lanes?: number;
}

// biome-ignore format: a table
export const FUSED: readonly FusedRow[] = [
  { name: "mulAdd",      outer: "add",      at: 1, inner: "mul",    primal: (x, y, z) => z + x * y,                   kinds: "rrr>r" },
  { name: "subMul",      outer: "sub",      at: 1, inner: "mul",    primal: (x, y, z) => z - x * y,                   kinds: "rrr>r" },
  { name: "addWhere",    outer: "add",      at: 1, inner: "where",  primal: (p, x, y, z) => z + (p ? x : y),          kinds: "mrrr>r", lanes: 9 },
  { name: "addChain",    outer: "add",      at: 1, inner: "chain",  primal: (x, y, z) => z + (x === 0 ? 0 : x * y),   kinds: "rrr>r", lanes: 2 },
  { name: "addPositive", outer: "positive", at: 0, inner: "add",    primal: (x, y) => -(x + y > 0),                   kinds: "rr>m" },
  { name: "subPositive", outer: "positive", at: 0, inner: "sub",    primal: (x, y) => -(x - y > 0),                   kinds: "rr>m" },
];

/** Rows by the code of their outer op. */
export const FUSED_BY_OUTER: ReadonlyMap<number, readonly FusedRow[]> = new Map(
  [...new Set(FUSED.map((row) => row.outer))].map((outer) => [CODE[outer], FUSED.filter((row) => row.outer === outer)]),
);

/**
 * Families of terms that are added to a running sum several at a time: 2 or 4 per pass (also 1, where no pair above does
 * it). The first operand is the sum so far, then come those of each term, in the order of the additions.
 */
export interface Family {
  readonly name: "dot" | "squares" | "select" | "chains";
  /** One term; operands other than lane nodes are uniform. */
  readonly term: (x: number, y: number, z: number) => number;
  readonly kinds: string;
  /** Which operands are lane nodes, as bits. */
  readonly lanes: number;
}

// biome-ignore format: a table
export const FAMILIES: readonly Family[] = [
  { name: "dot",     term: (x, y) => x * y,           kinds: "rr",  lanes: 2 },
  { name: "squares", term: (x, y) => x * (y * y),     kinds: "rr",  lanes: 2 },
  { name: "chains", term: (x, y) => (x === 0 ? 0 : x * y), kinds: "rr", lanes: 2 },
  { name: "select",  term: (p, x, y) => (p ? x : y),  kinds: "mrr", lanes: 1 },
];

/** Sums over the lanes, several at a time; each is kept in two parts, of the even and of the odd lanes. */
export interface Reduction {
  readonly name: "sumLanes" | "sumDots" | "sumSquares" | "sumChains" | "sumSelects";
  readonly term: (x: number, y: number, z: number) => number;
  readonly kinds: string;
  readonly lanes: number;
}

// biome-ignore format: a table
export const REDUCTIONS: readonly Reduction[] = [
  { name: "sumLanes",   term: (x) => x,                             kinds: "r",   lanes: 1 },
  { name: "sumDots",    term: (x, y) => x * y,                      kinds: "rr",  lanes: 3 },
  { name: "sumSquares", term: (x, y) => (x + y) * (x + y),          kinds: "rr",  lanes: 1 },
  { name: "sumChains",  term: (x, y) => (x === 0 ? 0 : x * y),      kinds: "rr",  lanes: 3 },
  { name: "sumSelects", term: (p, x, y) => (p ? x : y),             kinds: "mrr", lanes: 1 },
];

/** Numbers of terms per pass. */
export const RUNS: readonly number[] = [4, 2, 1];

/** Names of the instructions for runs, by family and number of terms: made once, as tapes look kernels up by name. */
export const RUN_NAMES: { readonly [family: string]: readonly string[] } = Object.fromEntries(
  [...FAMILIES, ...REDUCTIONS].map(({ name }) => [
    name,
    Array.from({ length: RUNS[0]! + 1 }, (_, count) => name + count),
  ]),
);
