/** The limits of every op, operand by operand: of exp 0 and ∞, of x − y −∞ and ∞ in x, ∞ and −∞ in y. */

import type { OpName } from "../op.ts";
import type { Limits } from "./facts.ts";

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

// biome-ignore format: a table, columns lined up
export const LIMITS: { readonly [K in OpName]: readonly Limits[] } = {
  add:          [RISES, RISES],
  sub:          [RISES, FALLS],
  mul:          [SIGNED, SIGNED],
  div:          [SIGNED, [0, 0]],
  neg:          [FALLS],
  exp:          [FROM_0],
  log:          [FROM_EDGE],
  sqrt:         [FROM_EDGE],
  square:       [UP],
  abs:          [UP],
  sign:         [[-1, 1]],
  sigmoid:      [[0, 1]],
  softplus:     [FROM_0],
  where:        [NOWHERE, NOWHERE, NOWHERE],
  positive:     [[0, -1]],
  equal:        [[0, 0], [0, 0]],
  not:          [NOWHERE],
  and:          [NOWHERE, NOWHERE],
  or:           [NOWHERE, NOWHERE],
  chain:        [SIGNED, SIGNED],
  pow:          [NOWHERE, NOWHERE],
  min:          [LESSER, LESSER],
  max:          [GREATER, GREATER],
  log1p:        [FROM_EDGE],
  expm1:        [[-1, Infinity]],
  sin:          [NOWHERE],
  cos:          [NOWHERE],
  tan:          [NOWHERE],
  tanh:         [[-1, 1]],
  peak:         [LARGEST, LARGEST],
  floor:        [RISES],
  atan:         [[-1.5707963267948966, 1.5707963267948966]],
  lgamma:       [FROM_EDGE],
  digamma:      [FROM_EDGE],
  trigamma:     [["none", 0]],
  erf:          [[-1, 1]],
  normalCdf:    [[0, 1]],
  logNormalCdf: [[-Infinity, 0]],
  normalHazard: [[Infinity, 0]],
  normalQuantileOfSurprisal: [["none", -Infinity]],
};

/** Of x to the power y ≠ 0, 1. */
export function limitsOfPower(y: number): readonly Limits[] {
  const [whole, positive, even] = [Number.isInteger(y), y > 0, y % 2 === 0];
  return [[!whole ? "none" : !positive ? 0 : even ? Infinity : -Infinity, positive ? Infinity : 0]];
}
