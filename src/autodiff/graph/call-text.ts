import { CONSTANT, INPUT, OP_NAMES } from "../ops/codes.ts";
import type { NodeId } from "../ops/op.ts";
import type { Graph } from "./graph.ts";

const MOST_LEVELS = 6;

/** The expression of a node as calls of ops: `positive(add(z,-2))`; deep ones are shortened with "…". `print` writes z > 2. */
export function calls(graph: Graph, node: NodeId, level: number = 0): string {
  const code = graph.op[node]!;
  if (code === CONSTANT) return String(graph.value(node));
  if (code === INPUT) return graph.inputs[graph.inputIndex(node)]!.name;
  if (level > MOST_LEVELS) return "…";
  return `${OP_NAMES[code - 2]}(${graph.operands(node).map((operand) => calls(graph, operand, level + 1))})`;
}
