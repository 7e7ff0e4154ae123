/** The limits of every op, operand by operand, those that are alike together: of exp 0 and ∞, of x − y −∞ and ∞ in x, ∞ and −∞ in y. */

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
  neg:          [FALLS],
  mul:          [SIGNED, SIGNED],
  chain:        [SIGNED, SIGNED],
  div:          [SIGNED, [0, 0]],
  square:       [UP],
  abs:          [UP],
  sin:          [NOWHERE],
  cos:          [NOWHERE],
  tan:          [NOWHERE],
  sigmoid:      [[0, 1]],
  normalCdf:    [[0, 1]],
  positive:     [[0, -1]],
  equal:        [[0, 0], [0, 0]],
  exp:          [FROM_0],
  softplus:     [FROM_0],
  min:          [LESSER, LESSER],
  max:          [GREATER, GREATER],
  peak:         [LARGEST, LARGEST],
  and:          [NOWHERE, NOWHERE],
  or:           [NOWHERE, NOWHERE],
  pow:          [NOWHERE, NOWHERE],
  logNormalCdf: [[-Infinity, 0]],
  normalQuantileOfSurprisal: [["none", -Infinity]],
  expm1:        [[-1, Infinity]],
  floor:        [RISES],
  where:        [NOWHERE, NOWHERE, NOWHERE],
  log:          [FROM_EDGE],
  sqrt:         [FROM_EDGE],
  log1p:        [FROM_EDGE],
  lgamma:       [FROM_EDGE],
  digamma:      [FROM_EDGE],
  trigamma:     [["none", 0]],
  normalHazard: [[Infinity, 0]],
  not:          [NOWHERE],
  sign:         [[-1, 1]],
  tanh:         [[-1, 1]],
  erf:          [[-1, 1]],
  atan:         [[-1.5707963267948966, 1.5707963267948966]],
  add:          [RISES, RISES],
  sub:          [RISES, FALLS],
};

/** Of x to the power y ≠ 0, 1. */
export function limitsOfPower(y: number): readonly Limits[] {
  const [whole, positive, even] = [Number.isInteger(y), y > 0, y % 2 === 0];
  return [[!whole ? "none" : !positive ? 0 : even ? Infinity : -Infinity, positive ? Infinity : 0]];
}
