/** The log of a normal probability, log(Φ(b) − Φ(a)), as a node that keeps its digits in both tails. */
import type { Graph } from "../autodiff/graph/graph.ts";
import { ALL_OPS } from "../autodiff/ops/all-ops.ts";
import type { NodeId } from "../autodiff/ops/op.ts";

/**
 * log P(a < x ≤ b) for x ~ N(0, 1) and a < b; undefined ends are infinite. Of two thresholds above 0 the mirror image is taken, as 1 −
 * 10⁻²⁰ is 1 while 10⁻²⁰ is not 0.
 */
export function logNormalMass(graph: Graph, a: NodeId | undefined, b: NodeId | undefined): NodeId {
  graph.link(ALL_OPS);
  const { algebra: A } = graph;
  if (a === undefined) return b === undefined ? graph.constant(0) : A.logNormalCdf(b);
  if (b === undefined) return A.logNormalCdf(A.neg(a));
  const lower = A.min(a, A.neg(b));
  const upper = A.min(b, A.neg(a));
  const whole = A.logNormalCdf(upper);
  return A.add(whole, A.log(A.neg(A.expm1(A.sub(A.logNormalCdf(lower), whole)))));
}
