/**
 * Linear forms: a node written as Σ coefficient · atom + constant, where an atom is a node that is not itself a sum,
 * a difference or a constant multiple. Used to find conditions that are affine in the latents.
 */
import { CODE } from "./codes.ts";
import type { Graph } from "./graph.ts";
import type { NodeId } from "./ops.ts";

export interface LinearForm {
  /** Coefficients that are not 0, by atom. */
  readonly coefficients: ReadonlyMap<NodeId, number>;
  readonly constant: number;
}

/** The linear form of a node; linear in the number of additions below it. */
export function linearForm(graph: Graph, root: NodeId): LinearForm {
  const coefficients = new Map<NodeId, number>();
  const weight = new Map<NodeId, number>([[root, 1]]);
  let constant = 0;
  const give = (node: NodeId, amount: number): void => {
    weight.set(node, (weight.get(node) ?? 0) + amount);
  };
  // Ids are a topological order: descending, every weight is complete when its node comes up.
  for (const node of linearNodes(graph, root)) {
    const w = weight.get(node) ?? 0;
    const [x, y] = [graph.a[node]!, graph.b[node]!];
    switch (stepOf(graph, node)) {
      case "constant":
        constant += w * graph.value(node);
        break;
      case "sum":
        give(x, w);
        give(y, graph.op[node] === CODE.sub ? -w : w);
        break;
      case "negative":
        give(x, -w);
        break;
      case "multiple":
        if (graph.isConstant(x)) give(y, w * graph.value(x));
        else give(x, w * graph.value(y));
        break;
      case "quotient":
        give(x, w / graph.value(y));
        break;
      case "atom":
        if (w !== 0) coefficients.set(node, w);
    }
  }
  return { coefficients, constant };
}

type Step = "constant" | "sum" | "negative" | "multiple" | "quotient" | "atom";

function stepOf(graph: Graph, node: NodeId): Step {
  if (graph.isConstant(node)) return "constant";
  const code = graph.op[node]!;
  if (code === CODE.add || code === CODE.sub) return "sum";
  if (code === CODE.neg) return "negative";
  if (code === CODE.mul && (graph.isConstant(graph.a[node]!) || graph.isConstant(graph.b[node]!))) return "multiple";
  if (code === CODE.div && graph.isConstant(graph.b[node]!)) return "quotient";
  return "atom";
}

// The nodes below root that linear steps lead to, root first, ids descending.
function linearNodes(graph: Graph, root: NodeId): NodeId[] {
  const seen = new Set<NodeId>([root]);
  const stack = [root];
  while (stack.length > 0) {
    const node = stack.pop()!;
    const step = stepOf(graph, node);
    if (step === "atom" || step === "constant") continue;
    for (let j = graph.arity(node) - 1; j >= 0; j--) {
      const operand = graph.operand(node, j);
      if ((step === "quotient" && j === 1) || seen.has(operand)) continue;
      if (step === "multiple" && graph.isConstant(operand)) continue;
      seen.add(operand);
      stack.push(operand);
    }
  }
  return [...seen].sort((p, q) => q - p);
}
