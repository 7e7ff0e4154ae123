/** Op codes: 0 and 1 are the leaves; every other code is the position of the op in `OP_NAMES`, plus 2. */

import { BASIC_OPS } from "./basic-ops.ts";
import type { BasicOp, ElementaryOp, OpName, SpecialOp } from "./op.ts";

export const CONSTANT = 0;
export const INPUT = 1;
// Named here too: their codes are known where their rows are not.
const LINKED: readonly (ElementaryOp | SpecialOp)[] = [
  ...([
    "pow",
    "min",
    "max",
    "log1p",
    "expm1",
    "sin",
    "cos",
    "tan",
    "atan",
    "tanh",
    "lgamma",
    "digamma",
    "trigamma",
    "erf",
  ] as const),
  ...(["normalCdf", "logNormalCdf", "normalHazard", "normalQuantileOfSurprisal", "peak", "floor"] as const),
];
export const OP_NAMES: readonly OpName[] = [...(Object.keys(BASIC_OPS) as BasicOp[]), ...LINKED];
export const CODE: { readonly [K in OpName]: number } = Object.fromEntries(
  OP_NAMES.map((name, index) => [name, index + 2]),
) as { [K in OpName]: number };

/** The codes of some ops; a call that bundlers can leave out, as they cannot a set of `CODE.add`, `CODE.sub`, …. */
export function codesOf(...names: readonly OpName[]): ReadonlySet<number> {
  return new Set(names.map((name) => CODE[name]));
}
