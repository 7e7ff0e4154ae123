/**
 * The pass that makes step functions. A sum of selections by constant thresholds on one value, Σ_k where(x > t_k, a_k, b_k), is a
 * step function of x: with 100 thresholds it takes one search among them and one look-up in a table of 101 values, instead of
 * 100 comparisons and selections. All sums over thresholds on x share the search; their tables are computed once per batch.
 */

import { type Graph, LANE } from "../../graph/graph.ts";
import { CODE } from "../../ops/codes.ts";
import type { NodeId } from "../../ops/op.ts";
import { SEARCHES } from "../instruction-table.ts";
import type { InstructionName } from "../instructions.ts";
import type { Instruction } from "../plan.ts";
import { type Threshold, thresholdOf } from "./cheaper-forms.ts";

/** Step functions and searches that were made. In the graph each is a lane input. */
export interface Steps {
  /** The instruction that computes each input. */
  readonly instructions: Map<NodeId, Instruction>;
  /** The inputs, by name and operands of their instruction. */
  readonly inputs: Map<string, NodeId>;
  /** The thresholds on each value: those of all conditions, so that different sums may share a search. */
  readonly thresholds: Map<NodeId, number[]>;
}

export function noSteps(): Steps {
  return { instructions: new Map(), inputs: new Map(), thresholds: new Map() };
}

/** Adds the thresholds of conditions among `nodes`. */
export function collectThresholds(graph: Graph, nodes: readonly NodeId[], { thresholds }: Steps): void {
  for (const node of nodes) {
    if (graph.op[node] !== CODE.positive || !graph.hasFlag(node, LANE)) continue;
    const threshold = thresholdOf(graph, node);
    if (!threshold || !Number.isFinite(threshold.bound)) continue;
    const known = thresholds.get(threshold.of);
    if (known) known.push(afterOf(threshold));
    else thresholds.set(threshold.of, [afterOf(threshold)]);
  }
}

/** Selections on one value are made a step function where there are at least so many. */
const FEWEST = 8;
/** A sum takes part in a search among all thresholds on its value where these are at most so many times its own. */
const MOST_SHARED = 4;

/** A selection as a step: its value for x ≤ after, for x above, and for NaN. */
interface Jump {
  readonly after: number;
  readonly below: NodeId;
  readonly above: NodeId;
  readonly undefined: NodeId;
}

/** What remains of selections with uniform arms, and step functions for the others; `steps` gets their instructions. */
export function stepFunctions(graph: Graph, selections: readonly NodeId[], steps: Steps): NodeId[] {
  if (selections.length < FEWEST) return [...selections];
  const groups = new Map<NodeId, { readonly jump: Jump; readonly node: NodeId }[]>();
  const others: NodeId[] = [];
  for (const node of selections) {
    const threshold = thresholdOf(graph, graph.a[node]!);
    if (!threshold || !Number.isFinite(threshold.bound)) {
      others.push(node);
      continue;
    }
    const { of, up, negated } = threshold;
    const [taken, other] = [graph.b[node]!, graph.c[node]!];
    const jump = {
      after: afterOf(threshold),
      below: up ? other : taken,
      above: up ? taken : other,
      undefined: negated ? taken : other,
    };
    const group = groups.get(of) ?? [];
    group.push({ jump, node });
    groups.set(of, group);
  }
  const made: NodeId[] = [];
  for (const [of, group] of groups) {
    const jumps = group.map(({ jump }) => jump);
    const step = jumps.length < FEWEST ? undefined : stepFunction(graph, of, jumps, steps);
    if (step === undefined) others.push(...group.map(({ node }) => node));
    else made.push(step);
  }
  return [...others, ...made];
}

function stepFunction(graph: Graph, of: NodeId, jumps: readonly Jump[], steps: Steps): NodeId | undefined {
  const { algebra: A } = graph;
  const zero = graph.constant(0);
  const shared = steps.thresholds.get(of) ?? [];
  const extra = shared.length > MOST_SHARED * jumps.length ? [] : shared;
  const all = [...jumps, ...extra.map((after) => ({ after, below: zero, above: zero, undefined: zero }))];
  const sorted = merged(
    graph,
    all.sort((p, q) => p.after - q.after),
  );
  const bits = 32 - Math.clz32(sorted.length);
  const searchOf = SEARCHES.get(bits);
  if (!searchOf) return undefined; // selections one by one are right as well
  // In each interval, selections with thresholds below x add their upper value, the others their lower one.
  const uppers = [zero];
  for (const { above } of sorted) uppers.push(A.add(uppers[uppers.length - 1]!, above));
  const lowers = [zero];
  for (const { below } of [...sorted].reverse()) lowers.push(A.add(lowers[lowers.length - 1]!, below));
  const values = uppers.map((upper, count) => A.add(upper, lowers[sorted.length - count]!));
  const forNaN = sorted.reduce((total, jump) => A.add(total, jump.undefined), zero);
  const place = search(
    graph,
    of,
    sorted.map(({ after }) => after),
    searchOf,
    2 ** bits - 1,
    steps,
  );
  return instruct(graph, steps, "lookUp", [place, forNaN, ...values]);
}

// Makes sorted jumps at one threshold one, so that sums over the same thresholds share their search.
function merged(graph: Graph, sorted: readonly Jump[]): Jump[] {
  const { algebra: A } = graph;
  const found: Jump[] = [];
  for (const jump of sorted) {
    const last = found.at(-1);
    if (last?.after !== jump.after) found.push(jump);
    else
      found[found.length - 1] = {
        after: jump.after,
        below: A.add(last.below, jump.below),
        above: A.add(last.above, jump.above),
        undefined: A.add(last.undefined, jump.undefined),
      };
  }
  return found;
}

// The input for the place of x among sorted thresholds: 1 + how many it is above, 0 for NaN.
function search(
  graph: Graph,
  of: NodeId,
  sorted: readonly number[],
  name: InstructionName,
  size: number,
  steps: Steps,
): NodeId {
  const padded = [...sorted, ...Array<number>(size - sorted.length).fill(Infinity)];
  return instruct(graph, steps, name, [of, ...padded.map((value) => graph.constant(value))]);
}

function instruct(
  graph: Graph,
  { instructions, inputs }: Steps,
  name: InstructionName,
  operands: readonly NodeId[],
): NodeId {
  const key = `${name} ${operands.join(" ")}`;
  const known = inputs.get(key);
  if (known !== undefined) return known;
  const node = graph.input(name, true);
  instructions.set(node, { node, name, operands });
  inputs.set(key, node);
  return node;
}

// The largest number for which x > it is the condition or its complement: x ≥ bound says the same as x > the number before.
function afterOf({ bound, up, negated }: Threshold): number {
  return up === negated ? before(bound) : bound;
}

/** The next smaller double. */
function before(x: number): number {
  if (x === 0) return -Number.MIN_VALUE;
  const bits = new BigInt64Array(Float64Array.of(x).buffer);
  bits[0]! += x > 0 ? -1n : 1n;
  return new Float64Array(bits.buffer)[0]!;
}
