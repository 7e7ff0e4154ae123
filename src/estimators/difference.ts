/** ℓ⁺ − ℓ⁻ across a boundary, built so that everything that does not jump drops out. */
import { CODE } from "../autodiff/codes.ts";
import type { Graph } from "../autodiff/graph.ts";
import type { NodeId } from "../autodiff/ops.ts";
import { substitute } from "../autodiff/substitute.ts";
import type { Boundary } from "./boundaries.ts";
import type { Target } from "./target.ts";

/**
 * Node of Σ over the affected terms of (term on the plus side − term on the minus side), on the surface `at`; `truth` gives
 * the conditions that are known there.
 */
export function jumpAcross(
  target: Target,
  boundary: Boundary,
  at: ReadonlyMap<NodeId, NodeId>,
  truth: (node: NodeId) => boolean | undefined,
): NodeId {
  const { graph } = target;
  const forced = (side: 1 | -1): Map<NodeId, NodeId> => {
    const map = new Map(at);
    for (const { node, sign } of boundary.predicates) map.set(node, graph.truth(sign === side));
    return map;
  };
  const difference = differencing(graph, boundary, forced(1), forced(-1), truth);
  return graph.sum(boundary.affected.map(({ node }) => difference(node)));
}

function differencing(
  graph: Graph,
  boundary: Boundary,
  plus: Map<NodeId, NodeId>,
  minus: Map<NodeId, NodeId>,
  truth: (node: NodeId) => boolean | undefined,
): (node: NodeId) => NodeId {
  const { algebra: A } = graph;
  const jumps = new Map<NodeId, boolean>(boundary.predicates.map(({ node }) => [node, true]));
  const known = new Map<NodeId, NodeId>();
  const zero = graph.constant(0);
  const knownHere = (node: NodeId): NodeId | undefined => {
    const value = graph.op[node] === CODE.positive ? truth(node) : undefined;
    return value === undefined ? undefined : graph.truth(value);
  };
  const onPlus = (node: NodeId): NodeId => substitute(graph, [node], plus, knownHere)[0]!;
  const onMinus = (node: NodeId): NodeId => substitute(graph, [node], minus, knownHere)[0]!;

  // The nodes whose differences make up that of `node`, and how; linear ops pass a difference through.
  const parts = (node: NodeId): NodeId[] => {
    const [x, y, z] = [graph.a[node]!, graph.b[node]!, graph.c[node]!];
    switch (graph.op[node]) {
      case CODE.add:
      case CODE.sub:
        return [x, y];
      case CODE.neg:
        return [x];
      case CODE.mul:
        return jumps.get(x) && jumps.get(y) ? [] : jumps.get(x) ? [x] : [y];
      case CODE.div:
        return jumps.get(y) ? [] : [x];
      case CODE.where:
        return jumps.get(x) ? [] : [y, z];
      default:
        return [];
    }
  };
  const combine = (node: NodeId): NodeId => {
    if (!jumps.get(node)) return zero;
    const [x, y, z] = [graph.a[node]!, graph.b[node]!, graph.c[node]!];
    const d = (operand: NodeId): NodeId => known.get(operand)!;
    if (parts(node).length === 0) return A.sub(onPlus(node), onMinus(node));
    switch (graph.op[node]) {
      case CODE.add:
        return A.add(d(x), d(y));
      case CODE.sub:
        return A.sub(d(x), d(y));
      case CODE.neg:
        return A.neg(d(x));
      case CODE.mul:
        return jumps.get(x) ? A.mul(d(x), onPlus(y)) : A.mul(onPlus(x), d(y));
      case CODE.div:
        return A.div(d(x), onPlus(y));
      case CODE.where:
        return A.where(onPlus(x), d(y), d(z));
      default:
        throw new TypeError(`jumpAcross: op ${graph.op[node]} has no rule; got one, expected a linear op`);
    }
  };
  return (root) => {
    markJumps(graph, root, jumps);
    const stack = [root];
    while (stack.length > 0) {
      const node = stack[stack.length - 1]!;
      if (known.has(node)) {
        stack.pop();
        continue;
      }
      const missing = jumps.get(node) ? parts(node).filter((part) => !known.has(part)) : [];
      if (missing.length > 0) stack.push(...missing);
      else {
        known.set(node, combine(node));
        stack.pop();
      }
    }
    return known.get(root)!;
  };
}

// Fills `jumps` for every node below root: does it depend on one of the predicates?
function markJumps(graph: Graph, root: NodeId, jumps: Map<NodeId, boolean>): void {
  const stack = [root];
  while (stack.length > 0) {
    const node = stack[stack.length - 1]!;
    if (jumps.has(node)) {
      stack.pop();
      continue;
    }
    const operands = graph.operands(node);
    const missing = operands.filter((operand) => !jumps.has(operand));
    if (missing.length > 0) stack.push(...missing);
    else {
      jumps.set(
        node,
        operands.some((operand) => jumps.get(operand) === true),
      );
      stack.pop();
    }
  }
}
