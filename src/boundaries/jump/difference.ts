/** Differences of nodes across a surface on which some predicates flip: the value on the plus side minus that on the minus side. */
import type { Graph } from "../../autodiff/graph/graph.ts";
import { linearOperands } from "../../autodiff/graph/linear-operands.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import type { Side } from "../find/parallels.ts";

/** The value of a node on one side of the surface. */
export type Evaluate = (node: NodeId, side: Side) => NodeId;

export interface Difference {
  readonly flipping: readonly NodeId[];
  readonly evaluate: Evaluate;
  /** Of a node. Linear ops pass differences through; what else jumps is evaluated on both sides. */
  readonly of: (root: NodeId) => NodeId;
  /** Whether a node changes, for those that `mark` has looked at: what is below a root. */
  readonly jumps: ReadonlyMap<NodeId, boolean>;
  readonly mark: (root: NodeId) => void;
}

/** Differences as nodes; `mayJump` is false for nodes that are known not to change. */
export function differencing(
  graph: Graph,
  flipping: readonly NodeId[],
  evaluate: Evaluate,
  mayJump: (node: NodeId) => boolean = () => true,
): Difference {
  const jumps = new Map<NodeId, boolean>(flipping.map((node) => [node, true]));
  const known = new Map<NodeId, NodeId>();

  // The operands in which a node is linear while the others stay what they are; none if there is no such division.
  const linearIn = (node: NodeId): NodeId[] => {
    const places = linearOperands(graph, node, (operand) => jumps.get(operand) === true) ?? [];
    return places.map((place) => graph.operand(node, place));
  };
  const difference = (node: NodeId): NodeId => {
    if (!jumps.get(node)) return graph.constant(0);
    const linear = linearIn(node);
    if (linear.length === 0) return graph.algebra.sub(evaluate(node, 1), evaluate(node, -1));
    const [x, y, z] = graph
      .operands(node)
      .map((operand) => (linear.includes(operand) ? known.get(operand)! : evaluate(operand, 1)));
    return graph.apply(graph.op[node]!, x!, y, z);
  };
  const mark = (root: NodeId): void => {
    fill(
      jumps,
      root,
      (node) => (mayJump(node) ? graph.operands(node) : []),
      (node) => graph.operands(node).some((operand) => jumps.get(operand)),
    );
  };
  return {
    flipping,
    evaluate,
    jumps,
    mark,
    of(root) {
      mark(root);
      fill(known, root, (node) => (jumps.get(node) ? linearIn(node) : []), difference);
      return known.get(root)!;
    },
  };
}

// Adds root to the map and first, unless they are there, the nodes that its value is computed from.
function fill<T>(
  map: Map<NodeId, T>,
  root: NodeId,
  from: (node: NodeId) => readonly NodeId[],
  value: (node: NodeId) => T,
): void {
  const stack = [root];
  while (stack.length > 0) {
    const node = stack[stack.length - 1]!;
    const open = stack.length;
    if (!map.has(node)) for (const part of from(node)) if (!map.has(part)) stack.push(part);
    if (stack.length > open) continue;
    stack.pop();
    if (!map.has(node)) map.set(node, value(node));
  }
}
