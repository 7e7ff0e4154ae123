/**
 * The op table: everything known about a scalar primitive, in one row.
 *
 * A row holds the primal, one partial derivative per operand (a graph builder in terms of the result `r` and the
 * operands), the domain from which the property tests draw each operand, and the kink where the derivative is a
 * convention. The arity is the primal's. The lane kernels (`kernels.generated.ts`) are generated from the text of the
 * primals; the graph folds constants with them; no formula stands anywhere else. Ops that not every model has are in
 * `elementary-ops.ts` and `special-ops.ts`.
 *
 * Masks are truth values, −1 (every bit set) for true and 0 for false, so that `and`, `or`, `not` are bit operations
 * and a selection between two slots needs no branch. `kinds` names operands and result: r(eal) or m(ask).
 */

import { exp, log } from "../../math/elementary.ts";
import { sigmoid, softplus } from "../../math/logistic.ts";
import type { BasicOp, OpRow, PartialRule, Range } from "./op.ts";

const one: PartialRule = (A) => A.constant(1);
const zero: PartialRule = (A) => A.constant(0);
export const ANY: Range = [-30, 30];
export const POS: Range = [1e-3, 30];

// biome-ignore format: a table of derivatives, columns lined up
export const BASIC_OPS: { readonly [K in BasicOp]: OpRow } = {
  add:          { primal: (x, y) => x + y,            partials: [one, one],                                                   domain: [ANY, ANY], commutes: true },
  sub:          { primal: (x, y) => x - y,            partials: [one, (A) => A.constant(-1)],                                 domain: [ANY, ANY] },
  mul:          { primal: (x, y) => x * y,            partials: [(_A, _r, _x, y) => y, (_A, _r, x) => x],                     domain: [ANY, ANY], commutes: true },
  div:          { primal: (x, y) => x / y,            partials: [(A, _r, _x, y) => A.div(A.constant(1), y),
                                                                 (A, r, _x, y) => A.neg(A.div(r, y))],                       domain: [ANY, POS] },
  neg:          { primal: (x) => -x,                  partials: [(A) => A.constant(-1)],                                      domain: [ANY] },
  exp:          { primal: (x) => exp(x),              partials: [(_A, r) => r],                                               domain: [ANY] },
  log:          { primal: (x) => log(x),              partials: [(A, _r, x) => A.div(A.constant(1), x)],                      domain: [POS] },
  sqrt:         { primal: (x) => Math.sqrt(x),        partials: [(A, r) => A.div(A.constant(0.5), r)],                        domain: [POS] },
  square:       { primal: (x) => x * x,               partials: [(A, _r, x) => A.mul(A.constant(2), x)],                      domain: [ANY] },
  abs:          { primal: (x) => Math.abs(x),         partials: [(A, _r, x) => A.sign(x)],                                    domain: [ANY], kink: (x) => x === 0 },
  sign:         { primal: (x) => Math.sign(x),        partials: [zero],                                                       domain: [POS], kink: (x) => x === 0 },
  sigmoid:      { primal: (x) => sigmoid(x),          partials: [(A, r, x) => A.mul(r, A.sigmoid(A.neg(x)))],                 domain: [ANY] },
  softplus:     { primal: (x) => softplus(x),         partials: [(A, _r, x) => A.sigmoid(x)],                                 domain: [ANY] },
  where:        { primal: (p, x, y) => (p ? x : y),   partials: ["none", (A, _r, x) => A.where(x, A.constant(1), A.constant(0)),
                                                                         (A, _r, x) => A.where(x, A.constant(0), A.constant(1))], domain: [[-1, 0], ANY, ANY], kinds: "mrr>r" },
  positive:     { primal: (x) => -(x > 0),            partials: ["none"],         domain: [ANY],      kinds: "r>m" },
  equal:        { primal: (x, y) => -(x === y),       partials: ["none", "none"], domain: [ANY, ANY], kinds: "rr>m", commutes: true },
  not:          { primal: (p) => ~p,                  partials: ["none"],         domain: [[-1, 0]],  kinds: "m>m" },
  and:          { primal: (p, q) => p & q,            partials: ["none", "none"], domain: [[-1, 0], [-1, 0]], kinds: "mm>m", commutes: true },
  or:           { primal: (p, q) => p | q,            partials: ["none", "none"], domain: [[-1, 0], [-1, 0]], kinds: "mm>m", commutes: true },
  // The chain rule's product where x may be a zero that means "this arm was not taken": such a zero absorbs ∞ and NaN.
  chain:        { primal: (x, y) => (x === 0 ? 0 : x * y), partials: [(_A, _r, _x, y) => y, (_A, _r, x) => x], domain: [POS, ANY], kink: (x) => x === 0 },
};
