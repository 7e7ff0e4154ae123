/**
 * Means over the lanes instead of values in every lane: the mean of a linear function is that function of the means, so the
 * lanes compute only what the outputs are linear in, and add it up. What is left is computed once per batch.
 */
import { CODE } from "./codes.ts";
import { fastRunners } from "./fast-plan.ts";
import { REDUCTIONS, RUNS } from "./fusion.ts";
import { gather, isLinear } from "./gather.ts";
import { type Graph, LANE } from "./graph.ts";
import type { NodeId } from "./ops.ts";
import type { Instruction, MeanPlan } from "./plan.ts";
import { schedule } from "./schedule.ts";
import { substitute } from "./substitute.ts";

/** The plan for the means of `roots` over the lanes; linear in the number of nodes. */
export function planMeans(graph: Graph, roots: readonly NodeId[]): MeanPlan {
  const outputs = gather(graph, roots);
  const terms = frontier(graph, outputs);
  const operands = terms.flatMap((term) => term.operands);
  const { uniform, lane } = schedule(graph, operands);
  const means: NodeId[] = [];
  const replacement = new Map<NodeId, NodeId>();
  const reduce = (batch: readonly Term[]): Instruction => {
    const inputs = batch.map(({ node }) => {
      const input = graph.input("mean", false);
      replacement.set(node, input);
      return input;
    });
    means.push(...inputs);
    const name = `${batch[0]!.family}${batch.length}`;
    return { node: inputs[0]!, name, operands: batch.flatMap((term) => term.operands), sums: batch.length };
  };
  const plan = {
    outputs: [],
    uniform,
    lane: interleaved(graph, lane, terms, reduce),
    ...fastRunners(graph),
  };
  return { plan, means, outputs: substitute(graph, outputs, replacement) };
}

/** What is summed over the lanes: the node of which it is the value, and a family of `REDUCTIONS` with its operands. */
interface Term {
  readonly node: NodeId;
  readonly family: string;
  readonly operands: readonly NodeId[];
}

// The lane nodes in which the outputs are linear, in the order in which the outputs lead to them. A linear node is opened
// unless its value is needed in the lanes anyway.
function frontier(graph: Graph, outputs: readonly NodeId[]): Term[] {
  const isLane = (node: NodeId): boolean => graph.hasFlag(node, LANE);
  const [wanted, needed] = [new Uint8Array(graph.size), new Uint8Array(graph.size)];
  for (const node of outputs) wanted[node] = 1;
  const reachable = graph.reachable(outputs);
  const opens = (node: NodeId): boolean => needed[node] === 0 && isLinear(graph, node);
  for (let at = reachable.length - 1; at >= 0; at--) {
    const node = reachable[at]!;
    if (!isLane(node) || wanted[node] + needed[node]! === 0) continue;
    const mark = opens(node) ? wanted : needed;
    // A product or selection that is only summed is made while summing.
    if (!opens(node) && termOf(graph, node, false).family === "sumLanes") needed[node] = 1;
    for (const operand of graph.operands(node)) mark[operand] = 1;
  }
  const terms: Term[] = [];
  const seen = new Uint8Array(graph.size);
  for (const output of outputs) {
    const stack = [output];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (seen[node] === 1 || !isLane(node)) continue;
      seen[node] = 1;
      if (opens(node)) stack.push(...graph.operands(node).reverse());
      else terms.push(termOf(graph, node, needed[node] === 1));
    }
  }
  return terms;
}

function termOf(graph: Graph, node: NodeId, computed: boolean): Term {
  const [x, y, z] = graph.operands(node);
  const isLane = (operand: NodeId): boolean => graph.hasFlag(operand, LANE);
  if (!computed)
    switch (graph.op[node]) {
      case CODE.square:
        return { node, family: "sumDots", operands: [x!, x!] };
      case CODE.mul:
        return { node, family: "sumDots", operands: [x!, y!] };
      case CODE.chain:
        if (isLane(x!) && isLane(y!)) return { node, family: "sumChains", operands: [x!, y!] };
        break;
      case CODE.where:
        if (!isLane(y!) && !isLane(z!)) return { node, family: "sumSelects", operands: [x!, y!, z!] };
    }
  return { node, family: "sumLanes", operands: [node] };
}

// Each sum right after what it needs, several of a family at a time.
function interleaved(
  graph: Graph,
  lane: readonly Instruction[],
  terms: readonly Term[],
  reduce: (batch: readonly Term[]) => Instruction,
): Instruction[] {
  const computedAt = new Int32Array(graph.size).fill(-1);
  lane.forEach(({ node }, index) => {
    computedAt[node] = index;
  });
  const ready: Term[][] = Array.from({ length: lane.length + 1 }, () => []);
  for (const term of terms) ready[1 + Math.max(...term.operands.map((node) => computedAt[node]!))]!.push(term);
  const merged: Instruction[] = [];
  const pending = new Map<string, Term[]>(REDUCTIONS.map(({ name }) => [name, []]));
  const [most] = RUNS;
  ready.forEach((found, index) => {
    if (index > 0) merged.push(lane[index - 1]!);
    for (const term of found) {
      const batch = pending.get(term.family)!;
      batch.push(term);
      if (batch.length === most) merged.push(reduce(batch.splice(0)));
    }
  });
  for (const batch of pending.values())
    while (batch.length > 0) merged.push(reduce(batch.splice(0, RUNS.find((count) => count <= batch.length)!)));
  return merged;
}
