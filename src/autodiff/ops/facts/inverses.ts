/**
 * The inverses of ops that rise or fall, as functions of numbers and as nodes: of sigmoid the log-odds, log y − log(1 − y). Each is
 * a constant of its own, for bundlers keep what reads the properties of a table.
 */

import { bisected } from "../../../math/bisection.ts";
import { exp, expm1, log, log1p } from "../../../math/elementary.ts";
import { erf } from "../../../math/erf.ts";
import { softplusInverse } from "../../../math/logistic.ts";
import { logNormalCdf, normalHazard, normalQuantile, normalQuantileOfSurprisal } from "../../../math/normal.ts";
import { pow } from "../../../math/power.ts";
import { tan } from "../../../math/trigonometric.ts";
import type { Algebra, NodeId } from "../op.ts";
import { type Inverse, LINE } from "./facts.ts";

const HALF: Inverse["range"] = [0, Infinity];
const UNIT: Inverse["range"] = [0, 1];
const same = (x: number): number => x;
const logit = (A: Algebra, y: NodeId): NodeId => A.sub(A.log(y), A.log1p(A.neg(y)));
const artanh = (A: Algebra, y: NodeId): NodeId => A.mul(A.constant(0.5), A.sub(A.log1p(y), A.log1p(A.neg(y))));
// log(exp(y) − 1) as y + log(1 − exp(−y)), which does not overflow
const softplusInverseOf = (A: Algebra, y: NodeId): NodeId => A.add(y, A.log(A.neg(A.expm1(A.neg(y)))));
const quantileOf = (A: Algebra, p: NodeId): NodeId => A.normalQuantileOfSurprisal(A.neg(A.log(p)));
// Φ⁻¹((1 + y)/2)/√2
const erfInverseOf = (A: Algebra, y: NodeId): NodeId =>
  A.mul(A.constant(Math.SQRT1_2), A.normalQuantileOfSurprisal(A.sub(A.constant(Math.LN2), A.log1p(y))));

export const OF_NEG: Inverse = { of: (y) => -y, node: (A, y) => A.neg(y), range: LINE, falls: true };
export const OF_EXP: Inverse = { of: log, node: (A, y) => A.log(y), range: HALF, falls: false };
export const OF_LOG: Inverse = { of: exp, node: (A, y) => A.exp(y), range: LINE, falls: false };
export const OF_LOG1P: Inverse = { of: expm1, node: (A, y) => A.expm1(y), range: LINE, falls: false };
export const OF_EXPM1: Inverse = { of: log1p, node: (A, y) => A.log1p(y), range: [-1, Infinity], falls: false };
export const OF_SQRT: Inverse = { of: (y) => y * y, node: (A, y) => A.square(y), range: HALF, falls: false };
export const OF_SQUARE: Inverse = { of: Math.sqrt, node: (A, y) => A.sqrt(y), range: HALF, falls: false };
export const OF_ABS: Inverse = { of: same, node: (_A, y) => y, range: HALF, falls: false };
export const OF_SIGMOID: Inverse = { of: (y) => log(y) - log1p(-y), node: logit, range: UNIT, falls: false };
export const OF_SOFTPLUS: Inverse = { of: softplusInverse, node: softplusInverseOf, range: HALF, falls: false };
export const OF_TANH: Inverse = { of: (y) => 0.5 * (log1p(y) - log1p(-y)), node: artanh, range: [-1, 1], falls: false };
export const OF_ATAN: Inverse = {
  of: tan,
  node: (A, y) => A.tan(y),
  range: [-1.5707963267948966, 1.5707963267948966],
  falls: false,
};
export const OF_ERF: Inverse = { of: (y) => bisected(erf, y), node: erfInverseOf, range: [-1, 1], falls: false };
export const OF_CDF: Inverse = { of: normalQuantile, node: quantileOf, range: UNIT, falls: false };
export const OF_LOG_CDF: Inverse = {
  of: (y) => normalQuantileOfSurprisal(-y),
  node: (A, y) => A.normalQuantileOfSurprisal(A.neg(y)),
  range: [-Infinity, 0],
  falls: false,
};
export const OF_HAZARD: Inverse = {
  of: (y) => bisected(normalHazard, y, true),
  node: "none",
  range: HALF,
  falls: true,
};
export const OF_QUANTILE: Inverse = {
  of: (y) => -logNormalCdf(y),
  node: (A, y) => A.neg(A.logNormalCdf(y)),
  range: LINE,
  falls: true,
};

/** Of x to the power y, on x ≥ 0 or, if y is odd, everywhere. */
export function ofPower(y: number): Inverse {
  const isOdd = Math.abs(y % 2) === 1;
  const size = (value: number): number => pow(Math.abs(value), 1 / y);
  const root = (A: Algebra, value: NodeId): NodeId => A.pow(value, A.constant(1 / y));
  return {
    of: isOdd ? (value) => Math.sign(value) * size(value) : size,
    node: isOdd ? (A, value) => A.mul(A.sign(value), root(A, A.abs(value))) : root,
    range: isOdd ? LINE : HALF,
    falls: y < 0,
  };
}
