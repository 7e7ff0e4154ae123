/**
 * A graph of the core knows the basic ops; who needs more, as the cdf of a marginalised condition, links a table with them: `graph.link(ALL_OPS)`
 * adds pow, sin, lgamma and the rest. They are in a file of their own, so that bundles without them stay small.
 */

import { BASIC_OPS } from "./basic-ops.ts";
import { OP_NAMES } from "./codes.ts";
import { ELEMENTARY_KERNELS } from "./elementary-kernels.generated.ts";
import { ELEMENTARY_OPS } from "./elementary-ops.ts";
import { BASIC_FACTS } from "./facts/basic.ts";
import { ELEMENTARY_FACTS } from "./facts/elementary.ts";
import type { OpFacts } from "./facts/facts.ts";
import { SPECIAL_FACTS } from "./facts/special.ts";
import { KERNELS } from "./kernels.generated.ts";
import type { OpName, OpRow } from "./op.ts";
import { type OpTable, opTable } from "./op-table.ts";
import { SPECIAL_KERNELS } from "./special-kernels.generated.ts";
import { SPECIAL_OPS } from "./special-ops.ts";

/** Every row of the op table. */
export const OPS: { readonly [K in OpName]: OpRow } = /* @__PURE__ */ Object.assign(
  {},
  BASIC_OPS,
  ELEMENTARY_OPS,
  SPECIAL_OPS,
);

/** The facts of every op. */
export const FACTS: { readonly [K in OpName]: OpFacts } = /* @__PURE__ */ Object.assign(
  {},
  BASIC_FACTS,
  ELEMENTARY_FACTS,
  SPECIAL_FACTS,
);

/** The basic ops with powers, extremes and trigonometric functions. */
export const ELEMENTARY: OpTable = /* @__PURE__ */ opTable(
  /* @__PURE__ */ Object.assign({}, BASIC_OPS, ELEMENTARY_OPS),
  /* @__PURE__ */ Object.assign({}, BASIC_FACTS, ELEMENTARY_FACTS),
  /* @__PURE__ */ Object.assign({}, KERNELS, ELEMENTARY_KERNELS),
  OP_NAMES,
);

/** Every op. */
export const ALL_OPS: OpTable = /* @__PURE__ */ opTable(
  OPS,
  FACTS,
  /* @__PURE__ */ Object.assign({}, KERNELS, ELEMENTARY_KERNELS, SPECIAL_KERNELS),
  OP_NAMES,
);
