/** Rows of the op table by op code, with their kernels: what a graph knows of the ops that occur in it. */

import { BASIC_OPS } from "./basic-ops.ts";
import { OP_NAMES } from "./codes.ts";
import { KERNELS, type Kernels } from "./kernels.generated.ts";
import type { OpName, OpRow } from "./op.ts";

export interface OpTable {
  /** By op code; undefined for the leaves and for ops that the table does not have. */
  readonly rows: readonly (OpRow | undefined)[];
  readonly arity: readonly number[];
  readonly commutes: readonly boolean[];
  /** Whether results are truth values. */
  readonly masks: readonly boolean[];
  readonly kernels: Kernels;
}

export function opTable(ops: { readonly [K in OpName]?: OpRow }, kernels: Kernels): OpTable {
  const rows = [undefined, undefined, ...OP_NAMES.map((name) => ops[name])];
  return {
    rows,
    arity: rows.map((row) => row?.domain.length ?? 0),
    commutes: rows.map((row) => row?.commutes ?? false),
    masks: rows.map((row) => row?.kinds?.endsWith("m") ?? false),
    kernels,
  };
}

/** The ops that every graph has. */
export const BASIC: OpTable = /* @__PURE__ */ opTable(BASIC_OPS, KERNELS);
