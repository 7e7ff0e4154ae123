/** The table of all ops, those on special functions included. */
import { KERNELS } from "./kernels.generated.ts";
import { type OpTable, opTable } from "./op-table.ts";
import { BASIC_OPS, type OpName, type OpRow } from "./ops.ts";
import { SPECIAL_KERNELS } from "./special-kernels.generated.ts";
import { SPECIAL_OPS } from "./special-ops.ts";

/** Every row of the op table. */
export const OPS: { readonly [K in OpName]: OpRow } = /* @__PURE__ */ Object.assign({}, BASIC_OPS, SPECIAL_OPS);

/** Every op, for `graph.link`. */
export const ALL_OPS: OpTable = /* @__PURE__ */ opTable(
  OPS,
  /* @__PURE__ */ Object.assign({}, KERNELS, SPECIAL_KERNELS),
);
