/**
 * The plan for means over the lanes. The mean of a linear function is that function of the means: for the means of 3 exp(x) + u and of
 * exp(x) − 1 the lanes compute exp(x) and add it up, and the rest is computed once per batch from that sum.
 */

import { visits } from "../../pieces/lists.ts";
import { type Pieces, type Piecewise, piecewise } from "../../pieces/pieces.ts";
import { type Graph, LANE } from "../graph/graph.ts";
import { DenseReplacement, substitute } from "../graph/substitute.ts";
import { CODE, INPUT } from "../ops/codes.ts";
import type { NodeId } from "../ops/op.ts";
import { COUNTS, LANE_SUMS, SUMS_OF } from "../tape/instruction-table.ts";
import type { Count, LaneSum } from "../tape/instructions.ts";
import { gatherPieces, isLinear } from "../tape/passes/gathered-sums.ts";
import { noSteps, type Steps } from "../tape/passes/step-functions.ts";
import type { Instruction, Plan, Planner } from "../tape/plan.ts";
import { fusePieces } from "./fusion.ts";
import { byShape } from "./instruction-order.ts";

/** The plan for the means of `roots` over the lanes, its outputs uniform; linear in the number of nodes. */
export const planMeans: Planner & Piecewise<Parameters<Planner>, Plan> = /* @__PURE__ */ piecewise(planning);

function* planning(graph: Graph, roots: readonly NodeId[]): Pieces<Plan> {
  const steps = noSteps();
  const gathered = yield* gatherPieces(graph, roots, steps);
  yield;
  const open = yield* frontier(graph, gathered);
  yield;
  const terms = yield* byLastInput(graph, open, steps);
  const replacement = new DenseReplacement();
  for (const { node, factor, mean } of terms) replacement.set(node, graph.algebra.mul(factor, mean));
  yield;
  // What no sample changes stays what it is.
  const outputs = substitute(graph, gathered, replacement, (node) => (graph.hasFlag(node, LANE) ? undefined : node));
  const kept: NodeId[] = [];
  for (const { operands } of terms) for (const operand of operands) kept.push(operand);
  for (const output of outputs) kept.push(output);
  yield;
  const { uniform, lane } = yield* fusePieces(graph, kept, steps);
  yield;
  const means: NodeId[] = [];
  const sums = (batch: readonly Term[]): Instruction => {
    const operands: NodeId[] = [];
    for (const term of batch) {
      means.push(term.mean);
      for (const operand of term.operands) operands.push(operand);
    }
    const { family, mean } = batch[0]!;
    return { node: mean, name: SUMS_OF[family][batch.length as Count]!, operands, sums: batch.length };
  };
  const isLate = new Uint8Array(graph.size);
  for (const { mean } of terms) isLate[mean] = 1;
  for (const { node, operands } of uniform) for (const operand of operands) isLate[node]! |= isLate[operand]!;
  const early = uniform.filter(({ node }) => isLate[node] === 0);
  const late = uniform.filter(({ node }) => isLate[node] === 1);
  yield;
  const [first = [], rest = []] = yield* byShape([early, late], graph.size, (node) => graph.isConstant(node));
  yield;
  return {
    outputs,
    uniform: first,
    lane: yield* interleaved(graph, lane, terms, sums),
    means,
    rest,
  };
}

/** A lane node as a uniform factor times something that is summed over the lanes: 2 x · 3 y as 6 times the sum of x · y. */
interface Term {
  readonly node: NodeId;
  readonly family: LaneSum;
  operands: readonly NodeId[];
  /** A uniform node; the mean of the node is this times the mean of what is summed. */
  readonly factor: NodeId;
  /** The input that stands for the mean of what is summed; −1 until there is one. */
  mean: NodeId;
}

type Flags = Uint8Array;

// Finds the lane nodes in which the outputs are linear, in the order in which the outputs lead to them. A linear node is opened
// unless its value is needed in the lanes anyway.
function* frontier(graph: Graph, outputs: readonly NodeId[]): Pieces<Term[]> {
  const reachable = graph.reachable(outputs);
  const [zero, one] = [graph.constant(0), graph.constant(1)];
  // Flags by node: its mean is asked for, or its value, or the mean of its square.
  const [wanted, needed, squared] = [0, 1, 2].map(() => new Uint8Array(graph.size)) as [Flags, Flags, Flags];
  const place = new Int32Array(graph.size);
  const found: (Term | undefined)[] = [undefined]; // by place
  for (const node of outputs) wanted[node] = 1;
  for (let at = reachable.length - 1; at >= 0; at--) {
    if (at % NODES_EACH === 0) yield;
    const node = reachable[at]!;
    if (!graph.hasFlag(node, LANE)) continue;
    // (x + u)² is summed from x: the sum x + u is not computed unless another node reads it.
    if (squared[node] === 1 && needed[node] === 0) needed[unshifted(graph, node)] = 1;
    if (wanted[node]! + needed[node]! === 0) continue;
    const mark = needed[node] === 0 && isLinear(graph, node) ? wanted : needed;
    let made: Term | undefined;
    if (mark === needed && wanted[node] === 1) {
      // A product or selection that is only summed is made while summing.
      made = needed[node] === 0 ? productOf(graph, node) : undefined;
      place[node] = found.push(made ?? { node, family: "sumLanes", operands: [node], factor: one, mean: -1 }) - 1;
    }
    if (made) for (const operand of made.operands) (made.family === "sumSquares" ? squared : mark)[operand] = 1;
    else for (let j = graph.arity(node) - 1; j >= 0; j--) mark[graph.operand(node, j)] = 1;
  }
  const terms: Term[] = [];
  const stack: NodeId[] = [];
  for (const output of outputs) {
    stack.push(output);
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      const term = found[place[node]!];
      if (!term) {
        if (wanted[node] === 0 || !graph.hasFlag(node, LANE)) continue;
        if (node % NODES_EACH === 0) yield;
        wanted[node] = 0; // seen
        for (let j = graph.arity(node) - 1; j >= 0; j--) stack.push(graph.operand(node, j));
      } else if (term.mean < 0) {
        term.mean = graph.input("mean", false);
        if (term.family === "sumSquares") {
          const [of] = term.operands as [NodeId];
          const inner = needed[of] === 1 ? of : unshifted(graph, of);
          term.operands = [inner, inner === of ? zero : shiftOf(graph, of, inner)];
        }
        terms.push(term);
      }
    }
  }
  return terms;
}

/** Nodes of a piece of the work. */
const NODES_EACH = 4096;

const MOST_TERMS_EACH = 32;

// Sorts terms by the last input that they depend on: what is computed from one latent is then added up before the next one comes, and
// few values wait for their sums. Where many terms depend on the same input and on each other, the order stays.
function* byLastInput(graph: Graph, terms: Term[], { instructions }: Steps): Pieces<Term[]> {
  const last = new Int32Array(graph.size).fill(-1);
  for (let node = 0; node < graph.size; node++) {
    if (node % NODES_EACH === 0) yield;
    if (!graph.hasFlag(node, LANE)) continue;
    const step = graph.op[node] === INPUT ? instructions.get(node) : undefined;
    if (step) for (const operand of step.operands) last[node] = Math.max(last[node]!, last[operand]!);
    else if (graph.arity(node) === 0) last[node] = node;
    else
      for (let j = graph.arity(node) - 1; j >= 0; j--)
        last[node] = Math.max(last[node]!, last[graph.operand(node, j)]!);
  }
  const lastOf = (term: Term): number => term.operands.reduce((most, operand) => Math.max(most, last[operand]!), -1);
  yield;
  const keys = new Map(terms.map((term) => [term, lastOf(term)]));
  if (terms.length > MOST_TERMS_EACH * new Set(keys.values()).size) return terms;
  return terms.sort((x, y) => keys.get(x)! - keys.get(y)!);
}

// The term of a node that is a product or a selection, which is made while summing.
function productOf(graph: Graph, node: NodeId): Term | undefined {
  const { algebra: A } = graph;
  const isLane = (operand: NodeId): boolean => graph.hasFlag(operand, LANE);
  const made = (family: Term["family"], operands: readonly NodeId[], factor: NodeId): Term => ({
    node,
    family,
    operands,
    factor,
    mean: -1,
  });
  const [x, y, z] = [graph.a[node]!, graph.b[node]!, graph.c[node]!];
  switch (graph.op[node]) {
    case CODE.square: {
      const [of, u] = unscaled(graph, x);
      return made("sumSquares", [of], A.square(u)); // the shift is found last
    }
    case CODE.mul: {
      const [[left, u], [right, v]] = [unscaled(graph, x), unscaled(graph, y)];
      return made("sumDots", [left, right], A.mul(u, v));
    }
    case CODE.chain:
      if (isLane(x) && isLane(y)) return made("sumChains", [x, y], graph.constant(1));
      break;
    case CODE.where:
      if (!isLane(y) && !isLane(z)) return made("sumSelects", [x, y, z], graph.constant(1));
  }
  return undefined;
}

// Takes uniform factors off a lane node: −(3 x) is x times −3.
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

// Takes a uniform summand off a lane node: x of x + u, x − u and u − x; the node itself if it has none.
function unshifted(graph: Graph, node: NodeId): NodeId {
  const [x, y] = [graph.a[node]!, graph.b[node]!];
  if (graph.op[node] !== CODE.add && graph.op[node] !== CODE.sub) return node;
  return !graph.hasFlag(x, LANE) ? y : graph.hasFlag(y, LANE) ? node : x;
}

// The uniform s for which `node`, or its negative, is `of` + s: −u for x − u and for u − x.
function shiftOf(graph: Graph, node: NodeId, of: NodeId): NodeId {
  const uniform = of === graph.a[node] ? graph.b[node]! : graph.a[node]!;
  return graph.op[node] === CODE.add ? uniform : graph.algebra.neg(uniform);
}

const NONE: readonly Term[] = [];

// Puts each sum right after what it needs, and several of a family into one instruction.
function* interleaved(
  graph: Graph,
  lane: readonly Instruction[],
  terms: readonly Term[],
  sums: (batch: readonly Term[]) => Instruction,
): Pieces<Instruction[]> {
  const computedAt = new Int32Array(graph.size).fill(-1);
  yield* visits(lane, NODES_EACH, ({ node, operands }, index) => {
    computedAt[node] = index;
    // An input is there when it is first read.
    for (const operand of operands)
      if (computedAt[operand]! < 0 && graph.hasFlag(operand, LANE)) computedAt[operand] = index;
  });
  yield;
  const ready = new Array<Term[] | undefined>(lane.length + 1).fill(undefined);
  for (const term of terms) {
    let at = -1;
    for (const operand of term.operands) at = Math.max(at, computedAt[operand]!);
    const others = ready[1 + at];
    if (others) others.push(term);
    else ready[1 + at] = [term];
  }
  yield;
  const merged: Instruction[] = [];
  const pending = new Map((Object.keys(LANE_SUMS) as LaneSum[]).map((family): [LaneSum, Term[]] => [family, []]));
  const [most] = COUNTS;
  for (let index = 0; index <= lane.length; index++) {
    if (index > 0) merged.push(lane[index - 1]!);
    for (const term of ready[index] ?? NONE) {
      const batch = pending.get(term.family)!;
      batch.push(term);
      if (batch.length < most!) continue;
      merged.push(sums(batch));
      batch.length = 0;
    }
  }
  for (const batch of pending.values())
    while (batch.length > 0) merged.push(sums(batch.splice(0, COUNTS.find((count) => count <= batch.length)!)));
  return merged;
}
