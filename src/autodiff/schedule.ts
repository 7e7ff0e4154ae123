/** Ordering a graph for execution: which nodes run, fused how, in which order. */
import { FUSED, FUSED_BY_OUTER, INNER_CODE } from "./fusion.ts";
import { type Graph, LANE } from "./graph.ts";
import type { NodeId } from "./ops.ts";

export interface Schedule {
  /** Nodes to compute once per batch, in order. */
  readonly uniform: readonly NodeId[];
  /** Nodes to compute for every lane, in order; absorbed ones are left out. */
  readonly lane: readonly NodeId[];
  /** For each node the fused row that computes it, −1 for its own op. */
  readonly fused: Int32Array;
}

/** Operands that a scheduled node reads, after fusion. */
export function operandsOf(graph: Graph, node: NodeId, fused: Int32Array): NodeId[] {
  const row = FUSED[fused[node]!];
  const own = graph.operands(node);
  if (!row) return own;
  const [inner] = own.splice(row.at, 1);
  return [...graph.operands(inner!), ...own];
}

export function schedule(graph: Graph, outputs: readonly NodeId[]): Schedule {
  const reachable = graph.reachable(outputs);
  const uses = new Int32Array(graph.size);
  for (const node of outputs) uses[node]! += 2; // an output is never absorbed
  for (const node of reachable) for (let j = graph.arity(node) - 1; j >= 0; j--) uses[graph.operand(node, j)]!++;

  const fused = new Int32Array(graph.size).fill(-1);
  const absorbed = new Uint8Array(graph.size);
  for (let at = reachable.length - 1; at >= 0; at--) {
    const node = reachable[at]!;
    if (absorbed[node] === 1 || !graph.hasFlag(node, LANE)) continue;
    for (const index of FUSED_BY_OUTER.get(graph.op[node]!) ?? []) {
      const inner = graph.operand(node, FUSED[index]!.at);
      if (graph.op[inner] !== INNER_CODE[index] || uses[inner] !== 1 || !graph.hasFlag(inner, LANE)) continue;
      fused[node] = index;
      absorbed[inner] = 1;
      break;
    }
  }

  const uniform = reachable.filter((node) => graph.arity(node) > 0 && !graph.hasFlag(node, LANE));
  return { uniform, lane: depthFirst(graph, outputs, fused), fused };
}

// Postorder keeps a value's uses close to its definition, which is what keeps the number of live slots small.
function depthFirst(graph: Graph, outputs: readonly NodeId[], fused: Int32Array): NodeId[] {
  const order: NodeId[] = [];
  const state = new Uint8Array(graph.size); // 0 unseen, 1 operands pushed, 2 done
  const stack: NodeId[] = [];
  for (const output of outputs) {
    stack.push(output);
    while (stack.length > 0) {
      const node = stack[stack.length - 1]!;
      if (state[node] === 2 || graph.arity(node) === 0 || !graph.hasFlag(node, LANE)) {
        stack.pop();
      } else if (state[node] === 1) {
        state[node] = 2;
        order.push(node);
        stack.pop();
      } else {
        state[node] = 1;
        const operands = operandsOf(graph, node, fused);
        for (let j = operands.length - 1; j >= 0; j--) if (state[operands[j]!] === 0) stack.push(operands[j]!);
      }
    }
  }
  return order;
}
