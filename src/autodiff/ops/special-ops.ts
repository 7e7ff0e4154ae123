/** The rows of the ops on special functions; the columns are those of `op.ts`. */

import { erf } from "../../math/erf.ts";
import { digamma, lgamma, trigamma } from "../../math/gamma.ts";
import { peak } from "../../math/logistic.ts";
import { logNormalCdf, normalCdf, normalHazard, normalQuantileOfSurprisal } from "../../math/normal.ts";
import { atan } from "../../math/trigonometric.ts";
import { ANY, POS } from "./basic-ops.ts";
import { CODE } from "./codes.ts";
import type { GraphView, NamedSum, NodeId, OpRow, PartialRule, SpecialOp } from "./op.ts";

const TWO_OVER_SQRT_PI = 1.1283791670955126; // 2/√π
const INV_SQRT_2PI = 0.3989422804014327; // 1/√(2π)

/** The derivative of trigamma, which is no op: an error rather than a 0 that goes unseen. */
export const noRule: PartialRule = () => {
  throw new TypeError('gradient: op "trigamma" has no derivative rule; got it on the path to an input');
};

// biome-ignore format: a table of derivatives, columns lined up
export const SPECIAL_OPS: { readonly [K in SpecialOp]: OpRow } = {
  // The larger one, made finite: what is taken off before exponentials and added to their logarithm again (`log-sum-exp.ts`).
  peak:         { primal: (x, y) => peak(x, y),       partials: ["none", "none"], domain: [ANY, ANY], sumWith: logSumExp },
  // Its places of change are decisions (`boundaries/lines/decisions.ts`); between them it is flat.
  floor:        { primal: (x) => Math.floor(x),      partials: [(A) => A.constant(0)],                                            domain: [[0.1, 0.9]] },
  atan:         { primal: (x) => atan(x),             partials: [(A, _r, x) => A.div(A.constant(1), A.add(A.constant(1), A.square(x)))], domain: [ANY] },
  lgamma:       { primal: (x) => lgamma(x),           partials: [(A, _r, x) => A.digamma(x)],                                 domain: [POS] },
  digamma:      { primal: (x) => digamma(x),          partials: [(A, _r, x) => A.trigamma(x)],                                domain: [POS] },
  trigamma:     { primal: (x) => trigamma(x),         partials: [noRule],                                                     domain: [POS] },
  erf:          { primal: (x) => erf(x),              partials: [(A, _r, x) => A.mul(A.constant(TWO_OVER_SQRT_PI), A.exp(A.neg(A.square(x))))], domain: [[-4, 4]] },
  normalCdf:    { primal: (x) => normalCdf(x),        partials: [(A, _r, x) => A.mul(A.constant(INV_SQRT_2PI), A.exp(A.mul(A.constant(-0.5), A.square(x))))], domain: [[-30, 5]] },
  logNormalCdf: { primal: (x) => logNormalCdf(x),     partials: [(A, _r, x) => A.normalHazard(x)],                            domain: [[-30, 5]] },
  normalHazard: { primal: (x) => normalHazard(x),     partials: [(A, r, x) => A.neg(A.mul(r, A.add(x, r)))],                  domain: [[-8, 5]] },
  normalQuantileOfSurprisal: { primal: (x) => normalQuantileOfSurprisal(x), partials: [(A, r) => A.div(A.constant(-1), A.normalHazard(r))], domain: [POS] },
};

/** The xⱼ of m + log Σ exp(xⱼ − m); undefined for other sums. */
function logSumExp({ op, a, b }: GraphView, m: NodeId, log: NodeId): NamedSum | undefined {
  if (op[log] !== CODE.log) return undefined;
  const exponentials: NodeId[] = [];
  const below = [a[log]!];
  for (let node = below.pop(); node !== undefined; node = below.pop()) {
    const difference = a[node]!;
    if (op[node] === CODE.add) below.push(b[node]!, difference);
    else if (op[node] !== CODE.exp || op[difference] !== CODE.sub || b[difference] !== m) return undefined;
    else exponentials.push(node);
  }
  // They were made in the order of the summands.
  const operands = exponentials.sort((p, q) => p - q).map((node) => a[a[node]!]!);
  return { name: "logSumExp", operands };
}
