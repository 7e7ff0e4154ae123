/**
 * Op codes that every graph knows: 0 and 1 are the leaves; every other code is the position of the op in a list of names, plus 2. The list of the
 * basic ops is where that of all ops (`codes.ts`) begins, so that a code is the same in both and a bundle without the others has not their names.
 */

import { BASIC_OPS } from "./basic-ops.ts";
import type { BasicOp } from "./op.ts";

export const CONSTANT = 0;
export const INPUT = 1;
/** The basic ops, and two that are told from others where their rows are not known. */
export type NamedOp = BasicOp | "peak" | "floor";
export const BASIC_NAMES: readonly NamedOp[] = [...(Object.keys(BASIC_OPS) as BasicOp[]), "peak", "floor"];
export const CODE: { readonly [K in NamedOp]: number } = Object.fromEntries(
  BASIC_NAMES.map((name, index) => [name, index + 2]),
) as { [K in NamedOp]: number };
