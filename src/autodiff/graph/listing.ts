/**
 * A graph as lines of text, for people who look at what was made of their program: a line for each node that is used more than once,
 * then one for each root.
 *
 *     %1 = exp(x0)
 *     observe "y0": 3 * x0 - %1
 *     observe "y1": 5 * x0 - %1
 */
import { INPUT } from "../ops/codes.ts";
import type { NodeId } from "../ops/op.ts";
import type { Graph } from "./graph.ts";
import { print } from "./infix-text.ts";

export interface Root {
  readonly label: string;
  readonly node: NodeId;
}

/** Nodes of an expression that is written again where it is used again; longer ones get a line. */
const FEW_NODES = 3;
/** Levels of an expression on one line. */
const MOST_LEVELS = 6;

/** The lines of some roots, what they share before the first that needs it; linear in the number of nodes. */
export function listing(graph: Graph, roots: readonly Root[]): string[] {
  const apart = nodesApart(graph, roots);
  const names = new Map<NodeId, string>();
  const lines: string[] = [];
  // Names are given in the order of the lines, and a node's operands come before it.
  const define = (root: NodeId): void => {
    const stack = [root];
    while (stack.length > 0) {
      const node = stack[stack.length - 1]!;
      const missing = done.has(node) ? [] : graph.operands(node).filter((operand) => !done.has(operand));
      stack.push(...missing.reverse());
      if (missing.length > 0) continue;
      stack.pop();
      if (!done.has(node) && apart.has(node)) {
        lines.push(`%${names.size + 1} = ${print(graph, node, names)}`);
        names.set(node, `%${names.size + 1}`);
      }
      done.add(node);
    }
  };
  const done = new Set<NodeId>();
  for (const { label, node } of roots) {
    define(node);
    lines.push(`${label}: ${print(graph, node, names)}`);
  }
  return lines;
}

// The nodes that get a line of their own.
function nodesApart(graph: Graph, roots: readonly Root[]): Set<NodeId> {
  const nodes = graph.reachable(roots.map(({ node }) => node));
  const uses = new Map<NodeId, number>();
  const use = (node: NodeId): void => {
    uses.set(node, (uses.get(node) ?? 0) + 1);
  };
  for (const node of nodes) graph.operands(node).forEach(use);
  for (const { node } of roots) use(node);
  const apart = new Set<NodeId>();
  const [sizes, levels] = [new Map<NodeId, number>(), new Map<NodeId, number>()];
  for (const node of nodes) {
    if (graph.op[node]! <= INPUT) continue;
    const inline = graph.operands(node).filter((operand) => !apart.has(operand));
    const size = inline.reduce((sum, operand) => sum + (sizes.get(operand) ?? 1), 1);
    const level = inline.reduce((most, operand) => Math.max(most, levels.get(operand) ?? 0), 0) + 1;
    sizes.set(node, size);
    levels.set(node, level);
    if ((uses.get(node)! > 1 && size > FEW_NODES) || level > MOST_LEVELS) apart.add(node);
  }
  return apart;
}
