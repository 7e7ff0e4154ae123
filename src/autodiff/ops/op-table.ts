/** Rows of the op table by op code, with their kernels: what a graph knows of the ops that occur in it. */

import { BASIC_NAMES } from "./basic-codes.ts";
import { BASIC_OPS } from "./basic-ops.ts";
import { BASIC_FACTS } from "./facts/basic.ts";
import type { OpFacts } from "./facts/facts.ts";
import { KERNELS, type Kernels } from "./kernels.generated.ts";
import type { OpName, OpRow } from "./op.ts";

export interface OpTable {
  /** By op code less 2. */
  readonly names: readonly OpName[];
  /** By op code; undefined for the leaves and for ops that the table does not have. */
  readonly rows: readonly (OpRow | undefined)[];
  /** For the same ops. */
  readonly facts: readonly (OpFacts | undefined)[];
  readonly arity: readonly number[];
  readonly commutes: readonly boolean[];
  /** Whether results are truth values. */
  readonly masks: readonly boolean[];
  readonly kernels: Kernels;
}

/** The table of the ops that `ops` has rows of, among those that `names` has in the order of their codes; `facts` has those of the same ops. */
export function opTable<K extends OpName>(
  ops: { readonly [N in K]: OpRow },
  facts: { readonly [N in K]: OpFacts },
  kernels: Kernels,
  names: readonly OpName[] = BASIC_NAMES,
): OpTable {
  const byCode = <T>(table: { readonly [N in K]: T }): readonly (T | undefined)[] => [
    undefined,
    undefined,
    ...names.map((name) => (table as { readonly [N in OpName]?: T })[name]),
  ];
  const rows = byCode<OpRow>(ops);
  return {
    names,
    rows,
    facts: byCode<OpFacts>(facts),
    arity: rows.map((row) => row?.domain.length ?? 0),
    commutes: rows.map((row) => row?.commutes ?? false),
    masks: rows.map((row) => row?.kinds?.endsWith("m") ?? false),
    kernels,
  };
}

/** Is an op NaN for some numbers: for negative ones, as log is, or at 0, as x/y is at 0/0? With a second operand, for that one. */
export function isPartial({ primal }: OpRow, y?: number): boolean {
  return Number.isNaN(primal(-2, y ?? 0.5, 0)) || Number.isNaN(primal(0, y ?? 0, 0));
}

/** The ops that every graph has. */
export const BASIC: OpTable = /* @__PURE__ */ opTable(BASIC_OPS, BASIC_FACTS, KERNELS);
