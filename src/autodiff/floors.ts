/**
 * The largest integer ≤ x, and comparisons of it with a number as comparisons of x: ⌊x⌋ > 2.5 holds where x ≥ 3. What reads x then reads a
 * condition like others, whose place is known, instead of a value that jumps; so z ~ N(0, 1) of round(z) = 3 can be summed out.
 */
import { type Expr, exprOf } from "./expr.ts";
import { PARTIAL } from "./graph/graph.ts";
import { ALL_OPS } from "./ops/all-ops.ts";
import { CODE } from "./ops/codes.ts";
import type { GraphView, NodeId, OpRow } from "./ops/op.ts";
import type { OpTable } from "./ops/op-table.ts";

/** Nearer than this to an integer, relatively, rounding may have decided on which side of it a number lies. */
const NEAR = 1e-9;

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

// slope·⌊u⌋ + rest > 0; −1 for others.
function positive(g: GraphView, c: NodeId): NodeId {
  const form = formOf(g, c);
  if (!form) return -1;
  const { u, slope, rest } = form;
  const isWhole = Number.isSafeInteger(slope) && Number.isSafeInteger(rest); // nothing rounds
  const value = -rest / slope;
  const distance = Math.abs(value - Math.round(value));
  if (!Number.isFinite(value) || (!isWhole && distance <= NEAR * Math.max(1, Math.abs(value)))) return -1;
  const { algebra: A } = g;
  const isBelow = (end: number): NodeId => A.positive(A.sub(A.constant(end), u));
  if (slope < 0) return isBelow(Math.ceil(value));
  const isAbove = A.not(isBelow(Math.floor(value) + 1));
  return g.hasFlag(u, PARTIAL) ? A.and(isAbove, A.equal(u, u)) : isAbove; // false where u is NaN
}

interface FloorForm {
  readonly u: NodeId;
  readonly slope: number;
  readonly rest: number;
}

// c as slope·⌊u⌋ + rest; undefined where it is none.
function formOf(g: GraphView, c: NodeId): FloorForm | undefined {
  let [node, slope, rest] = [c, 1, 0];
  for (;;) {
    const [x, y] = [g.a[node]!, g.b[node]!];
    const code = g.op[node];
    if (code === CODE.floor) return { u: x, slope, rest };
    if (code === CODE.neg) {
      slope = -slope;
      node = x;
    } else if (code === CODE.div && g.isConstant(y)) {
      slope /= g.value(y);
      node = x;
    } else if ((code === CODE.add || code === CODE.sub) && g.isConstant(x)) {
      rest += slope * g.value(x);
      if (code === CODE.sub) slope = -slope;
      node = y;
    } else if (code === CODE.mul && g.isConstant(x)) {
      slope *= g.value(x);
      node = y;
    } else return undefined;
  }
}
