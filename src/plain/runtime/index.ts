/**
 * Transformed code calls this module: `base + slope * price` becomes `$nd.add(base, $nd.mul(slope, price))`, with `$nd` for it. Nobody writes these
 * calls by hand.
 */
export { block, result } from "./completions.ts";
export { caught, choose, conjoin, decide, decideAndReturn, disjoin, thrown } from "./decisions.ts";
export { loop } from "./loops.ts";
export { math, mathAt } from "./math.ts";
export { asGlobal, asked, keys } from "./methods.ts";
export {
  add,
  before,
  different,
  div,
  equal,
  ge,
  gt,
  increment,
  iterated,
  known,
  le,
  lt,
  mul,
  neg,
  not,
  plus,
  pow,
  rem,
  same,
  settled,
  sub,
  typed,
  unequal,
} from "./operators.ts";
export { call, program } from "./program.ts";
export { assignIf, change, count, entry, fresh, key, nowhere, outside, write } from "./writes.ts";
