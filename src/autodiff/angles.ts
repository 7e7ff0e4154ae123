/**
 * Comparisons of an angle with a number as comparisons of its tangent: atan(x) > 1 holds where x > tan 1. An angle is made of 44 ops, none of which tells that
 * it rises: where x = y/u has a pole, a line needs thousands of pieces. Of `Math.atan2(y, x) > 1` only comparisons of x, y and y − 1.56·x are left.
 */
import { tan } from "../math/trigonometric.ts";
import { formOf } from "./affine-form.ts";
import { mayBeNaN } from "./graph/graph.ts";
import { CODE } from "./ops/codes.ts";
import type { GraphView, NodeId } from "./ops/op.ts";

/** The series of atan(t)/t in t²: 1, −1/3, 1/5, …: of tan(π/16)² = 0.04 the next power is below 1e-18. */
export const ANGLE_SERIES: readonly number[] = /* @__PURE__ */ Array.from(
  { length: 13 },
  (_, k) => (k % 2 ? -1 : 1) / (2 * k + 1),
);

/** slope·atan(x) + rest > 0, by x alone; −1 for other comparisons. It is false where x is NaN. */
export function positiveAngle(g: GraphView, c: NodeId): NodeId {
  const { algebra: A } = g;
  const { node, slope, rest } = formOf(g, c);
  const x = tangentOf(g, node);
  const angle = (-8 * rest) / slope;
  if (x < 0 || !Number.isFinite(angle)) return -1;
  if (Math.abs(angle) < 0.5 * Math.PI) {
    const edge = A.constant(tan(angle));
    return A.positive(slope > 0 ? A.sub(x, edge) : A.sub(edge, x));
  }
  if (slope > 0 === angle > 0) return A.constant(0);
  // Everywhere but where x is NaN.
  return mayBeNaN(g, x) ? A.positive(A.add(A.constant(1), A.square(x))) : A.constant(-1);
}

/** The x of an eighth of atan(x) as `arctangent` makes it, t·(1 − t²/3 + …) of the t with atan(t) = atan(x)/8; −1 for other nodes. */
function tangentOf(g: GraphView, node: NodeId): NodeId {
  if (g.op[node] !== CODE.mul) return -1;
  const [p, q] = [g.a[node]!, g.b[node]!];
  const [t, series] = g.op[p] === CODE.div ? [p, q] : [q, p];
  return isSeries(g, series, t) ? doubled(g, doubled(g, doubled(g, t))) : -1;
}

function isSeries(g: GraphView, series: NodeId, t: NodeId): boolean {
  let node = series;
  for (const coefficient of ANGLE_SERIES.slice(0, -1)) {
    const product = g.b[node]!;
    if (g.op[node] !== CODE.add || !g.is(g.a[node]!, coefficient) || g.op[product] !== CODE.mul) return false;
    const [p, q] = [g.a[product]!, g.b[product]!];
    const isSquare = (factor: NodeId): boolean => g.op[factor] === CODE.square && g.a[factor] === t;
    if (!isSquare(p) && !isSquare(q)) return false;
    node = isSquare(q) ? p : q;
  }
  return g.is(node, ANGLE_SERIES.at(-1)!);
}

/** The x of x/(1 + √(1 + x²)), which is the tangent of half its angle; −1 for other nodes. */
function doubled(g: GraphView, node: NodeId): NodeId {
  const afterOne = (sum: NodeId, code: number): NodeId =>
    g.op[sum] === CODE.add && g.is(g.a[sum]!, 1) && g.op[g.b[sum]!] === code ? g.a[g.b[sum]!]! : -1;
  if (node < 0 || g.op[node] !== CODE.div) return -1;
  const [x, divisor] = [g.a[node]!, g.b[node]!];
  const root = afterOne(divisor, CODE.sqrt);
  return root >= 0 && afterOne(root, CODE.square) === x ? x : -1;
}
