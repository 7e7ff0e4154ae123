/**
 * Poles: places where a node jumps from −∞ to ∞, or a condition on it changes, though it is 0 nowhere near. They lie where
 * a divisor is 0, so a divisor that is positive wherever it is defined makes none.
 */
import { CODE, CONSTANT } from "../autodiff/codes.ts";
import type { Graph } from "../autodiff/graph.ts";
import type { NodeId } from "../autodiff/ops.ts";

const POSITIVE = 2;
const NOT_NEGATIVE = 1;

/** By node of `nodes` (in topological order, with all they depend on): what it divides by, where that may be 0. */
export function poles(graph: Graph, nodes: readonly NodeId[]): Map<NodeId, NodeId> {
  const found = new Map<NodeId, NodeId>();
  const known = new Map<NodeId, number>(); // 0 or absent: of any sign
  const of = (node: NodeId): number => known.get(node) ?? 0;
  for (const node of nodes) {
    const [x, y, z] = [graph.a[node]!, graph.b[node]!, graph.c[node]!];
    let sign = 0;
    let divisor = -1;
    switch (graph.op[node]) {
      case CONSTANT:
        sign = graph.value(node) > 0 ? POSITIVE : graph.value(node) === 0 ? NOT_NEGATIVE : 0;
        break;
      case CODE.exp:
      case CODE.sigmoid:
      case CODE.softplus:
        sign = POSITIVE;
        break;
      case CODE.square:
      case CODE.abs:
        sign = of(x) || NOT_NEGATIVE;
        break;
      case CODE.sqrt:
        sign = of(x);
        break;
      case CODE.add:
        sign = Math.min(of(x), of(y)) > 0 ? Math.max(of(x), of(y)) : 0;
        break;
      case CODE.max:
        sign = Math.max(of(x), of(y));
        break;
      case CODE.where:
        sign = Math.min(of(y), of(z));
        break;
      case CODE.div:
      case CODE.min:
      case CODE.mul:
        sign = Math.min(of(x), of(y));
        if (graph.op[node] === CODE.div) divisor = y;
        break;
      case CODE.pow:
        sign = of(x);
        if (!(graph.isConstant(y) && graph.value(y) >= 0 && Number.isInteger(graph.value(y)))) divisor = x;
        break;
      case CODE.digamma:
        divisor = x;
        break;
      case CODE.tan:
        divisor = graph.algebra.cos(x);
    }
    known.set(node, sign);
    if (divisor >= 0 && !graph.isConstant(divisor) && of(divisor) !== POSITIVE) found.set(node, divisor);
  }
  return found;
}
