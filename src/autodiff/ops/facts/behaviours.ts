/** The behaviour of every op as a function; the columns are those of `Behaviour` in `facts.ts`. */

import { pow } from "../../../math/power.ts";
import type { OpName } from "../op.ts";
import { type Behaviour, type Jump, type Limit, ORDINARY } from "./facts.ts";
import {
  OF_ABS,
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

type Limits = readonly [low: Limit, high: Limit];
const NOWHERE: Limits = ["none", "none"];
const RISES: Limits = [-Infinity, Infinity];
const FALLS: Limits = [Infinity, -Infinity];
const UP: Limits = [Infinity, Infinity];
const FROM_0: Limits = [0, Infinity];
const FROM_EDGE: Limits = ["none", Infinity];
const LESSER: Limits = [-Infinity, "other"];
const GREATER: Limits = ["other", Infinity];
const LARGEST: Limits = ["other", "none"];
const SIGNED: Limits = ["signed", "signed"];

const AT_ZERO: Jump = { at: (_g, x) => x, apart: false };
const AT_EITHER_SIDE: Jump = { at: (_g, x) => x, apart: true };
const WHERE_EQUAL: Jump = { at: (g, x, y) => (g.is(x, 0) ? y : g.algebra.sub(x, y)), apart: true };

// biome-ignore format: a table, columns lined up
export const BEHAVIOURS: { readonly [K in OpName]: Behaviour } = {
  add:          { from: -Infinity, even: false, inverse: "none",      limits: [RISES, RISES],              bounded: true,  jump: "none",         given: "none" },
  sub:          { from: -Infinity, even: false, inverse: "none",      limits: [RISES, FALLS],              bounded: true,  jump: "none",         given: "none" },
  mul:          { from: -Infinity, even: false, inverse: "none",      limits: [SIGNED, SIGNED],            bounded: true,  jump: "none",         given: "none" },
  div:          { from: -Infinity, even: false, inverse: "none",      limits: [SIGNED, [0, 0]],            bounded: false, jump: "none",         given: "none" },
  neg:          { from: -Infinity, even: false, inverse: OF_NEG,      limits: [FALLS],                     bounded: true,  jump: "none",         given: "none" },
  exp:          { from: -Infinity, even: false, inverse: OF_EXP,      limits: [FROM_0],                    bounded: false, jump: "none",         given: "none" },
  log:          { from: 0,         even: false, inverse: OF_LOG,      limits: [FROM_EDGE],                 bounded: false, jump: "none",         given: "none" },
  sqrt:         { from: 0,         even: false, inverse: OF_SQRT,     limits: [FROM_EDGE],                 bounded: true,  jump: "none",         given: "none" },
  square:       { from: -Infinity, even: true,  inverse: OF_SQUARE,   limits: [UP],                        bounded: true,  jump: "none",         given: "none" },
  abs:          { from: -Infinity, even: true,  inverse: OF_ABS,      limits: [UP],                        bounded: true,  jump: "none",         given: "none" },
  sign:         { from: -Infinity, even: false, inverse: "none",      limits: [[-1, 1]],                   bounded: true,  jump: AT_EITHER_SIDE, given: "none" },
  sigmoid:      { from: -Infinity, even: false, inverse: OF_SIGMOID,  limits: [[0, 1]],                    bounded: true,  jump: "none",         given: "none" },
  softplus:     { from: -Infinity, even: false, inverse: OF_SOFTPLUS, limits: [FROM_0],                    bounded: true,  jump: "none",         given: "none" },
  where:        { from: -Infinity, even: false, inverse: "none",      limits: [NOWHERE, NOWHERE, NOWHERE], bounded: true,  jump: "none",         given: "none" },
  positive:     { from: -Infinity, even: false, inverse: "none",      limits: [[0, -1]],                   bounded: true,  jump: AT_ZERO,        given: "none" },
  equal:        { from: -Infinity, even: false, inverse: "none",      limits: [[0, 0], [0, 0]],            bounded: true,  jump: WHERE_EQUAL,    given: "none" },
  not:          { from: -Infinity, even: false, inverse: "none",      limits: [NOWHERE],                   bounded: true,  jump: "none",         given: "none" },
  and:          { from: -Infinity, even: false, inverse: "none",      limits: [NOWHERE, NOWHERE],          bounded: true,  jump: "none",         given: "none" },
  or:           { from: -Infinity, even: false, inverse: "none",      limits: [NOWHERE, NOWHERE],          bounded: true,  jump: "none",         given: "none" },
  chain:        { from: -Infinity, even: false, inverse: "none",      limits: [SIGNED, SIGNED],            bounded: true,  jump: "none",         given: "none" },
  pow:          { from: NaN,       even: false, inverse: "none",      limits: [NOWHERE, NOWHERE],          bounded: false, jump: "none",         given: power },
  min:          { from: -Infinity, even: false, inverse: "none",      limits: [LESSER, LESSER],                  bounded: true,  jump: "none",         given: "none" },
  max:          { from: -Infinity, even: false, inverse: "none",      limits: [GREATER, GREATER],                bounded: true,  jump: "none",         given: "none" },
  log1p:        { from: -1,        even: false, inverse: OF_LOG1P,    limits: [FROM_EDGE],                 bounded: false, jump: "none",         given: "none" },
  expm1:        { from: -Infinity, even: false, inverse: OF_EXPM1,    limits: [[-1, Infinity]],            bounded: false, jump: "none",         given: "none" },
  sin:          { from: -Infinity, even: false, inverse: "none",      limits: [NOWHERE],                   bounded: true,  jump: "none",         given: "none" },
  cos:          { from: -Infinity, even: true,  inverse: "none",      limits: [NOWHERE],                   bounded: true,  jump: "none",         given: "none" },
  tan:          { from: -Infinity, even: false, inverse: "none",      limits: [NOWHERE],                   bounded: false, jump: "none",         given: "none" },
  tanh:         { from: -Infinity, even: false, inverse: OF_TANH,     limits: [[-1, 1]],                   bounded: true,  jump: "none",         given: "none" },
  peak:         { from: -Infinity, even: false, inverse: "none",      limits: [LARGEST, LARGEST],          bounded: true,  jump: "none",         given: "none" },
  lgamma:       { from: -Infinity, even: false, inverse: "none",      limits: [FROM_EDGE],                 bounded: false, jump: "none",         given: "none" },
  digamma:      { from: -Infinity, even: false, inverse: "none",      limits: [FROM_EDGE],                 bounded: false, jump: "none",         given: "none" },
  trigamma:     { from: -Infinity, even: false, inverse: "none",      limits: [["none", 0]],               bounded: false, jump: "none",         given: "none" },
  erf:          { from: -Infinity, even: false, inverse: OF_ERF,      limits: [[-1, 1]],                   bounded: true,  jump: "none",         given: "none" },
  normalCdf:    { from: -Infinity, even: false, inverse: OF_CDF,      limits: [[0, 1]],                    bounded: true,  jump: "none",         given: "none" },
  logNormalCdf: { from: -Infinity, even: false, inverse: OF_LOG_CDF,  limits: [[-Infinity, 0]],            bounded: true,  jump: "none",         given: "none" },
  normalHazard: { from: -Infinity, even: false, inverse: OF_HAZARD,   limits: [[Infinity, 0]],             bounded: true,  jump: "none",         given: "none" },
  normalQuantileOfSurprisal:
                { from: 0,         even: false, inverse: OF_QUANTILE, limits: [["none", -Infinity]],       bounded: false, jump: "none",         given: "none" },
};

/** The behaviour of x to the power y ≠ 0, 1, which are simplified away: of x³, √x, 1/x², … */
function power(y: number): Behaviour {
  const [whole, positive, even] = [Number.isInteger(y), y > 0, y % 2 === 0];
  return {
    from: whole ? -Infinity : 0,
    even,
    inverse: whole && !positive && !even ? "none" : ofPower(y),
    limits: [[!whole ? "none" : !positive ? 0 : even ? Infinity : -Infinity, positive ? Infinity : 0]],
    bounded: positive && pow(ORDINARY, y) < Infinity,
    jump: "none",
    given: "none",
  };
}
