/**
 * The largest integer ≤ x, and comparisons of it with a number as comparisons of x: ⌊x⌋ > 2.5 holds where x ≥ 3. What reads x then reads a
 * condition like others, whose place is known, instead of a value that jumps; so z ~ N(0, 1) of round(z) = 3 can be summed out, and so it can
 * where a condition says how it is rounded.
 */
import { formOf } from "./affine-form.ts";
import { type Expr, exprOf } from "./expr.ts";
import { mayBeNaN } from "./graph/graph.ts";
import { ALL_OPS } from "./ops/all-ops.ts";
import { CODE } from "./ops/codes.ts";
import type { GraphView, NodeId, OpRow } from "./ops/op.ts";
import type { OpTable } from "./ops/op-table.ts";

/** Nearer than this to an integer, relatively, rounding may have decided on which side of it a number lies. */
const NEAR = 1e-9;

/** Arms that are looked at for a rounded one; a comparison of a value with more stays one comparison. */
const MOST_ARMS = 64;

/** Every op, with comparisons that know of `floor`. */
const OPS: OpTable = /* @__PURE__ */ opsOfFloors();

function opsOfFloors(): OpTable {
  const withFloors = (row: OpRow | undefined, code: number): OpRow | undefined =>
    code === CODE.positive ? ({ ...row, simplify: positive } as OpRow) : row;
  return { ...ALL_OPS, rows: ALL_OPS.rows.map(withFloors) };
}

/** The largest integer ≤ x; `floor` of programs takes a range too. */
export function largestInteger({ session, node }: Expr): Expr {
  const { graph } = session;
  graph.link(OPS);
  return exprOf(session, graph.apply(CODE.floor, node)) as Expr;
}

// slope·⌊u⌋ + rest > 0, also where a condition says what is rounded; −1 for others.
function positive(g: GraphView, c: NodeId): NodeId {
  const form = formOf(g, c);
  if (g.op[form.node] === CODE.where) return selected(g, c, form.node);
  if (g.op[form.node] !== CODE.floor) return -1;
  const u = g.a[form.node]!;
  const { slope, rest } = form;
  const isWhole = Number.isSafeInteger(slope) && Number.isSafeInteger(rest); // nothing rounds
  const value = -rest / slope;
  const distance = Math.abs(value - Math.round(value));
  if (!Number.isFinite(value) || (!isWhole && distance <= NEAR * Math.max(1, Math.abs(value)))) return -1;
  const { algebra: A } = g;
  const isBelow = (end: number): NodeId => A.positive(A.sub(A.constant(end), u));
  if (slope < 0) return isBelow(Math.ceil(value));
  const isAbove = A.not(isBelow(Math.floor(value) + 1));
  return mayBeNaN(g, u) ? A.and(isAbove, A.equal(u, u)) : isAbove; // false where u is NaN
}

/**
 * c > 0 of a c that is affine in where(p, x, y): the comparison of x where p holds, else that of y. Of where(coarse, 10·round(z/10), round(z)) = 61 each
 * arm is a condition on z then. Only where an arm is rounded: others are conditions as they are.
 */
function selected(g: GraphView, c: NodeId, where: NodeId): NodeId {
  const { algebra: A, a, b, op } = g;
  const arms = [b[where]!, g.c[where]!] as const;
  if (!arms.some((arm) => isRounded(g, arm, { left: MOST_ARMS }))) return -1;
  const withArm = (node: NodeId, arm: NodeId): NodeId => {
    if (node === where) return arm;
    const [x, y] = [a[node]!, b[node]!];
    const isFirst = op[node] === CODE.neg || op[node] === CODE.div;
    return isFirst ? g.apply(op[node]!, withArm(x, arm), y) : g.apply(op[node]!, x, withArm(y, arm));
  };
  const p = a[where]!;
  const [taken, other] = arms.map((arm) => A.positive(withArm(c, arm))) as [NodeId, NodeId];
  return A.or(A.and(p, taken), A.and(A.not(p), other));
}

// Whether a value is affine in a rounded one, or one of its arms is.
function isRounded(g: GraphView, value: NodeId, arms: { left: number }): boolean {
  if (arms.left-- <= 0) return false;
  const { node } = formOf(g, value);
  if (g.op[node] !== CODE.where) return g.op[node] === CODE.floor;
  return isRounded(g, g.b[node]!, arms) || isRounded(g, g.c[node]!, arms);
}
