/**
 * Means over the lanes instead of values in every lane: the mean of a linear function is that function of the means, so the
 * lanes compute only what the outputs are linear in, and add it up. What is left is computed once per batch.
 */
import { CODE } from "./codes.ts";
import { fastRunners } from "./fast-plan.ts";
import { REDUCTIONS, type Reduction, RUN_NAMES, RUNS } from "./fusion.ts";
import { gather, isLinear } from "./gather.ts";
import { type Graph, LANE } from "./graph.ts";
import type { NodeId } from "./ops.ts";
import type { Instruction, Plan } from "./plan.ts";
import { schedule } from "./schedule.ts";
import { byShape } from "./shapes.ts";
import { noSteps } from "./steps.ts";
import { DenseReplacement, substitute } from "./substitute.ts";

/** The plan for the means of `roots` over the lanes, its outputs uniform; linear in the number of nodes. */
export function planMeans(graph: Graph, roots: readonly NodeId[]): Plan {
  const steps = noSteps();
  const gathered = gather(graph, roots, steps);
  const terms = frontier(graph, gathered);
  const replacement = new DenseReplacement();
  for (const { node, factor, mean } of terms) replacement.set(node, graph.algebra.mul(factor, mean));
  // What no sample changes stays what it is.
  const outputs = substitute(graph, gathered, replacement, (node) => (graph.hasFlag(node, LANE) ? undefined : node));
  const { uniform, lane } = schedule(graph, [...terms.flatMap((term) => term.operands), ...outputs], steps);
  const means: NodeId[] = [];
  const sums = (batch: readonly Term[]): Instruction => {
    for (const { mean } of batch) means.push(mean);
    const name = RUN_NAMES[batch[0]!.family]![batch.length]!;
    return { node: batch[0]!.mean, name, operands: batch.flatMap((term) => term.operands), sums: batch.length };
  };
  const isLate = new Uint8Array(graph.size);
  for (const { mean } of terms) isLate[mean] = 1;
  for (const { node, operands } of uniform) for (const operand of operands) isLate[node]! |= isLate[operand]!;
  const early = uniform.filter(({ node }) => isLate[node] === 0);
  const late = uniform.filter(({ node }) => isLate[node] === 1);
  const [first = [], rest = []] = byShape([early, late], graph.size, (node) => graph.isConstant(node));
  return {
    outputs,
    uniform: first,
    lane: interleaved(graph, lane, terms, sums),
    means,
    rest,
    ...fastRunners(graph),
  };
}

/** What is summed over the lanes: a family of `REDUCTIONS` with its operands. */
interface Summand {
  readonly family: Reduction["name"];
  readonly operands: readonly NodeId[];
  /** Uniform: times it, it is the value of a node. */
  readonly factor: NodeId;
}

type Flags = Uint8Array;

/** The node, and an input for the mean of the summand. */
interface Term extends Summand {
  readonly node: NodeId;
  readonly mean: NodeId;
}

// The lane nodes in which the outputs are linear, in the order in which the outputs lead to them.
function frontier(graph: Graph, outputs: readonly NodeId[]): Term[] {
  const summandAt = summands(graph, outputs);
  const terms: Term[] = [];
  const seen = new Uint8Array(graph.size);
  for (const output of outputs) {
    const stack = [output];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (seen[node] === 1 || !graph.hasFlag(node, LANE)) continue;
      seen[node] = 1;
      const summand = summandAt(node);
      if (!summand) for (let j = graph.arity(node) - 1; j >= 0; j--) stack.push(graph.operand(node, j));
      else {
        const { family, operands, factor } = summand;
        terms.push({ family, operands, factor, node, mean: graph.input("mean", false) });
      }
    }
  }
  return terms;
}

// What is summed for a lane node that the outputs are linear in, undefined for the others. A linear node is opened unless its
// value is needed in the lanes anyway.
function summands(graph: Graph, outputs: readonly NodeId[]): (node: NodeId) => Summand | undefined {
  const reachable = graph.reachable(outputs);
  const [zero, one] = [graph.constant(0), graph.constant(1)];
  // Whose mean is asked for, whose value, and whose square's mean.
  const [wanted, needed, squared] = [0, 1, 2].map(() => new Uint8Array(graph.size)) as [Flags, Flags, Flags];
  const place = new Int32Array(graph.size);
  const found: (Summand | undefined)[] = [undefined]; // by place
  for (const node of outputs) wanted[node] = 1;
  for (let at = reachable.length - 1; at >= 0; at--) {
    const node = reachable[at]!;
    if (!graph.hasFlag(node, LANE)) continue;
    if (squared[node] === 1 && needed[node] === 0) {
      // Of a sum with a uniform node that nobody else reads, the other part does.
      const [of, shift] = unshifted(graph, node);
      needed[shift === undefined ? node : of] = 1;
    }
    if (wanted[node]! + needed[node]! === 0) continue;
    const mark = needed[node] === 0 && isLinear(graph, node) ? wanted : needed;
    let made: Summand | undefined;
    if (mark === needed && wanted[node] === 1) {
      // A product or selection that is only summed is made while summing.
      made = needed[node] === 0 ? productOf(graph, node) : undefined;
      place[node] = found.push(made ?? { family: "sumLanes", operands: [node], factor: one }) - 1;
    }
    if (made) for (const operand of made.operands) (made.family === "sumSquares" ? squared : mark)[operand] = 1;
    else for (let j = graph.arity(node) - 1; j >= 0; j--) mark[graph.operand(node, j)] = 1;
  }
  return (node) => {
    const summand = found[place[node]!];
    if (summand?.family !== "sumSquares") return summand;
    const [squareOf] = summand.operands as [NodeId];
    const [of, shift = zero] = needed[squareOf] === 1 ? [squareOf] : unshifted(graph, squareOf);
    return { ...summand, operands: [of, shift] };
  };
}

// A node that is a product or a selection, made of its operands.
function productOf(graph: Graph, node: NodeId): Summand | undefined {
  const { algebra: A } = graph;
  const one = graph.constant(1);
  const isLane = (operand: NodeId): boolean => graph.hasFlag(operand, LANE);
  const [x, y, z] = graph.operands(node);
  switch (graph.op[node]) {
    case CODE.square: {
      const [of, u] = unscaled(graph, x!);
      return { family: "sumSquares", operands: [of], factor: A.square(u) }; // the shift is found last
    }
    case CODE.mul: {
      const [[left, u], [right, v]] = [unscaled(graph, x!), unscaled(graph, y!)];
      return { family: "sumDots", operands: [left, right], factor: A.mul(u, v) };
    }
    case CODE.chain:
      if (isLane(x!) && isLane(y!)) return { family: "sumChains", operands: [x!, y!], factor: one };
      break;
    case CODE.where:
      if (!isLane(y!) && !isLane(z!)) return { family: "sumSelects", operands: [x!, y!, z!], factor: one };
  }
  return undefined;
}

// A lane node as a uniform multiple of another.
function unscaled(graph: Graph, node: NodeId): [of: NodeId, factor: NodeId] {
  const { algebra: A } = graph;
  let [of, factor] = [node, graph.constant(1)];
  for (;;) {
    const [x, y] = [graph.a[of]!, graph.b[of]!];
    if (graph.op[of] === CODE.neg) [of, factor] = [x, A.neg(factor)];
    else if (graph.op[of] !== CODE.mul || !isLinear(graph, of)) return [of, factor];
    else [of, factor] = graph.hasFlag(x, LANE) ? [x, A.mul(factor, y)] : [y, A.mul(factor, x)];
  }
}

// A lane node as another plus a uniform one, or the negative of that.
function unshifted(graph: Graph, node: NodeId): [of: NodeId, shift?: NodeId] {
  const [x, y] = [graph.a[node]!, graph.b[node]!];
  const isLane = (operand: NodeId): boolean => graph.hasFlag(operand, LANE);
  if (graph.op[node] === CODE.add && !(isLane(x) && isLane(y))) return isLane(x) ? [x, y] : [y, x];
  if (graph.op[node] === CODE.sub && !isLane(x)) return [y, graph.algebra.neg(x)];
  if (graph.op[node] === CODE.sub && !isLane(y)) return [x, graph.algebra.neg(y)];
  return [node];
}

const NONE: readonly Term[] = [];

// Each sum right after what it needs, several of a family at a time.
function interleaved(
  graph: Graph,
  lane: readonly Instruction[],
  terms: readonly Term[],
  sums: (batch: readonly Term[]) => Instruction,
): Instruction[] {
  const computedAt = new Int32Array(graph.size).fill(-1);
  lane.forEach(({ node }, index) => {
    computedAt[node] = index;
  });
  const ready = new Array<Term[] | undefined>(lane.length + 1).fill(undefined);
  for (const term of terms) {
    let at = -1;
    for (const operand of term.operands) at = Math.max(at, computedAt[operand]!);
    const others = ready[1 + at];
    if (others) others.push(term);
    else ready[1 + at] = [term];
  }
  const merged: Instruction[] = [];
  const pending = new Map<string, Term[]>(REDUCTIONS.map(({ name }) => [name, []]));
  const [most] = RUNS;
  ready.forEach((found, index) => {
    if (index > 0) merged.push(lane[index - 1]!);
    for (const term of found ?? NONE) {
      const batch = pending.get(term.family)!;
      batch.push(term);
      if (batch.length === most) merged.push(sums(batch.splice(0)));
    }
  });
  for (const batch of pending.values())
    while (batch.length > 0) merged.push(sums(batch.splice(0, RUNS.find((count) => count <= batch.length)!)));
  return merged;
}
