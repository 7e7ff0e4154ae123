/** Op codes: 0 and 1 are the leaves; every other code is the position of its row in the op table, plus 2. */
import { OPS, type OpName, type OpRow } from "./ops.ts";

export const CONSTANT = 0;
export const INPUT = 1;
export const OP_NAMES: readonly OpName[] = Object.keys(OPS) as OpName[];
export const CODE: { readonly [K in OpName]: number } = Object.fromEntries(
  OP_NAMES.map((name, index) => [name, index + 2]),
) as { [K in OpName]: number };
export const ROWS: readonly (OpRow | undefined)[] = [undefined, undefined, ...OP_NAMES.map((name) => OPS[name])];
export const ARITY: readonly number[] = ROWS.map((row) => (row ? row.domain.length : 0));
export const RESULT_IS_MASK: readonly boolean[] = ROWS.map((row) => row?.kinds?.endsWith("m") ?? false);
export const COMMUTES: readonly boolean[] = [false, false].concat(OP_NAMES.map((name) => OPS[name].commutes ?? false));
