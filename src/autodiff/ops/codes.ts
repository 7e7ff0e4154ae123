/** The codes of all ops, for what knows their rows; those of the basic ops alone are in `basic-codes.ts`. */

import { BASIC_NAMES } from "./basic-codes.ts";
import type { OpName } from "./op.ts";

export { CONSTANT, INPUT } from "./basic-codes.ts";

const LINKED: readonly OpName[] = [
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
  "normalCdf",
  "logNormalCdf",
  "normalHazard",
  "normalQuantileOfSurprisal",
];
export const OP_NAMES: readonly OpName[] = /* @__PURE__ */ (BASIC_NAMES as readonly OpName[]).concat(LINKED);
export const CODE: { readonly [K in OpName]: number } = /* @__PURE__ */ Object.fromEntries(
  /* @__PURE__ */ OP_NAMES.map((name, index) => [name, index + 2]),
) as { [K in OpName]: number };

/** The codes of some ops; a call that bundlers can leave out, as they cannot a set of `CODE.add`, `CODE.sub`, …. */
export function codesOf(...names: readonly OpName[]): ReadonlySet<number> {
  return new Set(names.map((name) => CODE[name]));
}
