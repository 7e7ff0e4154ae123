/** The rows of powers, extremes and trigonometric functions; the columns are those of `op.ts`. */

import { expm1, log1p } from "../../math/elementary.ts";
import { tanh } from "../../math/logistic.ts";
import { pow } from "../../math/power.ts";
import { cos, sin, tan } from "../../math/trigonometric.ts";
import { ANY, POS } from "./basic-ops.ts";
import { CODE } from "./codes.ts";
import type { ElementaryOp, GraphView, NodeId, OpRow } from "./op.ts";

// biome-ignore format: a table of derivatives, columns lined up
export const ELEMENTARY_OPS: { readonly [K in ElementaryOp]: OpRow } = {
  pow:          { primal: (x, y) => pow(x, y),        partials: [(A, _r, x, y) => A.mul(y, A.pow(x, A.sub(y, A.constant(1)))),
                                                                 (A, r, x) => A.chain(r, A.log(x))],                         domain: [POS, [-3, 3]], simplify: knownPower },
  min:          { primal: (x, y) => Math.min(x, y),   partials: [(A, _r, x, y) => A.where(A.positive(A.sub(y, x)), A.constant(1), A.constant(0)),
                                                                 (A, _r, x, y) => A.where(A.positive(A.sub(y, x)), A.constant(0), A.constant(1))], domain: [ANY, ANY], kink: (x, y) => x === y, simplify: smaller },
  max:          { primal: (x, y) => Math.max(x, y),   partials: [(A, _r, x, y) => A.where(A.positive(A.sub(x, y)), A.constant(1), A.constant(0)),
                                                                 (A, _r, x, y) => A.where(A.positive(A.sub(x, y)), A.constant(0), A.constant(1))], domain: [ANY, ANY], kink: (x, y) => x === y, simplify: larger },
  log1p:        { primal: (x) => log1p(x),            partials: [(A, _r, x) => A.div(A.constant(1), A.add(x, A.constant(1)))], domain: [[-0.99, 30]], simplify: ofSigmoid },
  expm1:        { primal: (x) => expm1(x),            partials: [(A, r) => A.add(r, A.constant(1))],                          domain: [[-8, 30]] },
  sin:          { primal: (x) => sin(x),              partials: [(A, _r, x) => A.cos(x)],                                     domain: [ANY] },
  cos:          { primal: (x) => cos(x),              partials: [(A, _r, x) => A.neg(A.sin(x))],                              domain: [ANY] },
  tan:          { primal: (x) => tan(x),              partials: [(A, r) => A.add(A.constant(1), A.square(r))],                domain: [[-1.5, 1.5]] },
  tanh:         { primal: (x) => tanh(x),             partials: [(A, r) => A.sub(A.constant(1), A.square(r))],                domain: [[-8, 8]] },
};

// The largest of a list begins with −∞, which no number is below: max(−∞, x) is x, and so is max(x, x).
function larger(g: GraphView, x: NodeId, y: NodeId): NodeId {
  return beside(g, x, y, Number.NEGATIVE_INFINITY);
}

function smaller(g: GraphView, x: NodeId, y: NodeId): NodeId {
  return beside(g, x, y, Infinity);
}

function beside(g: GraphView, x: NodeId, y: NodeId, end: number): NodeId {
  if (x === y || g.is(x, end)) return y;
  return g.is(y, end) ? x : -1;
}

// log(1 − sigmoid x) = −softplus(x), which is −x where sigmoid x is 1 to the last bit.
function ofSigmoid(g: GraphView, x: NodeId): NodeId {
  const { algebra: A, op, a } = g;
  return op[x] === CODE.neg && op[a[x]!] === CODE.sigmoid ? A.neg(A.softplus(a[a[x]!]!)) : -1;
}

function knownPower(g: GraphView, x: NodeId, y: NodeId): NodeId {
  const { algebra: A } = g;
  if (g.is(y, 0)) return A.constant(1);
  if (g.is(y, 1)) return x;
  if (g.is(y, 2)) return A.square(x);
  if (g.is(y, -1)) return A.div(A.constant(1), x);
  return -1;
}
