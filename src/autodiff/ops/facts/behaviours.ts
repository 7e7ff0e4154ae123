/** The behaviour of every op as a function; the columns are those of `Behaviour` in `facts.ts`. */

import { pow } from "../../../math/power.ts";
import { codesOf, OP_NAMES } from "../codes.ts";
import type { OpName } from "../op.ts";
import { type Behaviour, type Jump, ORDINARY } from "./facts.ts";
import {
  OF_ABS,
  OF_ATAN,
  OF_CDF,
  OF_ERF,
  OF_EXP,
  OF_EXPM1,
  OF_HAZARD,
  OF_LOG,
  OF_LOG_CDF,
  OF_LOG1P,
  OF_NEG,
  OF_QUANTILE,
  OF_SIGMOID,
  OF_SOFTPLUS,
  OF_SQRT,
  OF_SQUARE,
  OF_TANH,
  ofPower,
} from "./inverses.ts";

const AT_ZERO: Jump = { at: (_g, x) => x, apart: false };
const AT_EITHER_SIDE: Jump = { at: (_g, x) => x, apart: true };
// The sine of πx is 0 at whole x.
const AT_INTEGERS: Jump = { at: (g, x) => g.algebra.sin(g.algebra.mul(g.constant(Math.PI), x)), apart: false };
const WHERE_EQUAL: Jump = { at: (g, x, y) => (g.is(x, 0) ? y : g.algebra.sub(x, y)), apart: true };

// biome-ignore format: a table, columns lined up
export const BEHAVIOURS: { readonly [K in OpName]: Behaviour } = {
  add:          { from: -Infinity, even: false, inverse: "none",      bounded: true,  jump: "none",         pieces: "one",   given: "none" },
  sub:          { from: -Infinity, even: false, inverse: "none",      bounded: true,  jump: "none",         pieces: "one",   given: "none" },
  mul:          { from: -Infinity, even: false, inverse: "none",      bounded: true,  jump: "none",         pieces: "one",   given: "none" },
  div:          { from: -Infinity, even: false, inverse: "none",      bounded: false, jump: "none",         pieces: "one",   given: "none" },
  neg:          { from: -Infinity, even: false, inverse: OF_NEG,      bounded: true,  jump: "none",         pieces: "one",   given: "none" },
  exp:          { from: -Infinity, even: false, inverse: OF_EXP,      bounded: false, jump: "none",         pieces: "one",   given: "none" },
  log:          { from: 0,         even: false, inverse: OF_LOG,      bounded: false, jump: "none",         pieces: "one",   given: "none" },
  sqrt:         { from: 0,         even: false, inverse: OF_SQRT,     bounded: true,  jump: "none",         pieces: "one",   given: "none" },
  square:       { from: -Infinity, even: true,  inverse: OF_SQUARE,   bounded: true,  jump: "none",         pieces: "one",   given: "none" },
  abs:          { from: -Infinity, even: true,  inverse: OF_ABS,      bounded: true,  jump: "none",         pieces: "arms",  given: "none" },
  sign:         { from: -Infinity, even: false, inverse: "none",      bounded: true,  jump: AT_EITHER_SIDE, pieces: "flat",  given: "none" },
  sigmoid:      { from: -Infinity, even: false, inverse: OF_SIGMOID,  bounded: true,  jump: "none",         pieces: "one",   given: "none" },
  softplus:     { from: -Infinity, even: false, inverse: OF_SOFTPLUS, bounded: true,  jump: "none",         pieces: "one",   given: "none" },
  where:        { from: -Infinity, even: false, inverse: "none",      bounded: true,  jump: "none",         pieces: "arms",  given: "none" },
  positive:     { from: -Infinity, even: false, inverse: "none",      bounded: true,  jump: AT_ZERO,        pieces: "flat",  given: "none" },
  equal:        { from: -Infinity, even: false, inverse: "none",      bounded: true,  jump: WHERE_EQUAL,    pieces: "flat",  given: "none" },
  not:          { from: -Infinity, even: false, inverse: "none",      bounded: true,  jump: "none",         pieces: "flat",  given: "none" },
  and:          { from: -Infinity, even: false, inverse: "none",      bounded: true,  jump: "none",         pieces: "flat",  given: "none" },
  or:           { from: -Infinity, even: false, inverse: "none",      bounded: true,  jump: "none",         pieces: "flat",  given: "none" },
  chain:        { from: -Infinity, even: false, inverse: "none",      bounded: true,  jump: "none",         pieces: "one",   given: "none" },
  pow:          { from: NaN,       even: false, inverse: "none",      bounded: false, jump: "none",         pieces: "one",   given: power },
  min:          { from: -Infinity, even: false, inverse: "none",      bounded: true,  jump: "none",         pieces: "arms",  given: "none" },
  max:          { from: -Infinity, even: false, inverse: "none",      bounded: true,  jump: "none",         pieces: "arms",  given: "none" },
  log1p:        { from: -1,        even: false, inverse: OF_LOG1P,    bounded: false, jump: "none",         pieces: "one",   given: "none" },
  expm1:        { from: -Infinity, even: false, inverse: OF_EXPM1,    bounded: false, jump: "none",         pieces: "one",   given: "none" },
  sin:          { from: -Infinity, even: false, inverse: "none",      bounded: true,  jump: "none",         pieces: "one",   given: "none" },
  cos:          { from: -Infinity, even: true,  inverse: "none",      bounded: true,  jump: "none",         pieces: "one",   given: "none" },
  tan:          { from: -Infinity, even: false, inverse: "none",      bounded: false, jump: "none",         pieces: "one",   given: "none" },
  tanh:         { from: -Infinity, even: false, inverse: OF_TANH,     bounded: true,  jump: "none",         pieces: "one",   given: "none" },
  peak:         { from: -Infinity, even: false, inverse: "none",      bounded: true,  jump: "none",         pieces: "arms",  given: "none" },
  floor:        { from: -Infinity, even: false, inverse: "none",      bounded: true,  jump: AT_INTEGERS,    pieces: "flat",  given: "none" },
  atan:         { from: -Infinity, even: false, inverse: OF_ATAN,     bounded: true,  jump: "none",         pieces: "one",   given: "none" },
  lgamma:       { from: -Infinity, even: false, inverse: "none",      bounded: false, jump: "none",         pieces: "one",   given: "none" },
  digamma:      { from: -Infinity, even: false, inverse: "none",      bounded: false, jump: "none",         pieces: "one",   given: "none" },
  trigamma:     { from: -Infinity, even: false, inverse: "none",      bounded: false, jump: "none",         pieces: "one",   given: "none" },
  erf:          { from: -Infinity, even: false, inverse: OF_ERF,      bounded: true,  jump: "none",         pieces: "one",   given: "none" },
  normalCdf:    { from: -Infinity, even: false, inverse: OF_CDF,      bounded: true,  jump: "none",         pieces: "one",   given: "none" },
  logNormalCdf: { from: -Infinity, even: false, inverse: OF_LOG_CDF,  bounded: true,  jump: "none",         pieces: "one",   given: "none" },
  normalHazard: { from: -Infinity, even: false, inverse: OF_HAZARD,   bounded: true,  jump: "none",         pieces: "one",   given: "none" },
  normalQuantileOfSurprisal:
                { from: 0,         even: false, inverse: OF_QUANTILE, bounded: false, jump: "none",         pieces: "one",   given: "none" },
};

/** The behaviour of x to the power y ≠ 0, 1, which are simplified away: of x³, √x, 1/x², … */
function power(y: number): Behaviour {
  const [whole, positive, even] = [Number.isInteger(y), y > 0, y % 2 === 0];
  return {
    from: whole ? -Infinity : 0,
    even,
    inverse: whole && !positive && !even ? "none" : ofPower(y),
    bounded: positive && pow(ORDINARY, y) < Infinity,
    jump: "none",
    pieces: "one",
    given: "none",
  };
}

/** The codes of the ops with a behaviour: `codesWith(({ even }) => even)` has those of square, abs and cos. */
export function codesWith(is: (behaviour: Behaviour) => boolean): ReadonlySet<number> {
  return codesOf(...OP_NAMES.filter((name) => is(BEHAVIOURS[name])));
}

/** Ops that jump between finite values. */
export const JUMPING: ReadonlySet<number> = /* @__PURE__ */ codesWith(({ jump }) => jump !== "none");
