/**
 * Planners make plans of a graph: lists of instructions in the order in which they run. For exp(u) · x with a uniform u that is `exp` once
 * per batch and `mul` in every lane.
 */

import { type Graph, LANE } from "../graph/graph.ts";
import { INPUT } from "../ops/basic-codes.ts";
import type { NodeId } from "../ops/op.ts";
import type { InstructionName } from "./instructions.ts";

/** How a node is computed: by which instruction of the table, and what that reads. */
export interface Instruction {
  readonly node: NodeId;
  readonly name: InstructionName;
  readonly operands: readonly NodeId[];
  /** How many sums an instruction adds to that sums over the lanes; the first one is that for the mean `node`. */
  readonly sums?: number;
}

export interface Schedule {
  /** What to compute once per batch, in order. */
  readonly uniform: readonly Instruction[];
  /** What to compute for every lane, in order. */
  readonly lane: readonly Instruction[];
}

export interface Plan extends Schedule {
  /** Nodes with the values of the roots up to rounding, in their order. */
  readonly outputs: readonly NodeId[];
  /** Uniform inputs that hold means over the lanes, in the order of the sums of which they are made. */
  readonly means?: readonly NodeId[];
  /** What to compute once per batch when the means are known, in order. */
  readonly rest?: readonly Instruction[];
}

/** Makes a plan for the nodes `roots` of a graph. */
export type Planner = (graph: Graph, roots: readonly NodeId[]) => Plan;
/** The plan with one instruction per op; its values are those of the graph, bit for bit. */
export function plainPlan(graph: Graph, roots: readonly NodeId[]): Plan {
  const { op, flags } = graph;
  const uniform = graph.reachable(roots).filter((node) => op[node]! > INPUT && !(flags[node]! & LANE));
  return {
    outputs: roots,
    uniform: uniform.map((node) => plain(graph, node)),
    lane: depthFirst(graph, roots, (node) => plain(graph, node)),
  };
}

/** The instruction that computes a node by its own op. */
export function plain(graph: Graph, node: NodeId): Instruction {
  return { node, name: graph.ops.names[graph.op[node]! - 2]!, operands: graph.operands(node) };
}

/**
 * The lane instructions in postorder, which keeps a value's uses close to its definition and so the number of live slots
 * small. An input that `instructionOf` gives operands is computed, others are filled.
 */
export function depthFirst(
  graph: Graph,
  outputs: readonly NodeId[],
  instructionOf: (node: NodeId) => Instruction,
): Instruction[] {
  const order: Instruction[] = [];
  const { flags } = graph;
  const seen = new Uint8Array(graph.size);
  const pending: (Instruction | NodeId)[] = [];
  for (const output of outputs) {
    pending.push(output);
    while (pending.length > 0) {
      const next = pending.pop()!;
      if (typeof next !== "number") order.push(next);
      else if (seen[next] === 0 && flags[next]! & LANE) {
        const instruction = instructionOf(next);
        const { operands } = instruction;
        if (operands.length === 0) continue;
        seen[next] = 1;
        pending.push(instruction);
        for (let j = operands.length - 1; j >= 0; j--) if (seen[operands[j]!] === 0) pending.push(operands[j]!);
      }
    }
  }
  return order;
}
