/**
 * Gates: conditions, and states of two values (`states.ts`), through which alone a jump reaches what lies behind them. In a chain of ifs such as
 *
 *     on_1 = lo > y_0;  on_2 = e_2 > (on_1 ? −1 : 1);  on_3 = e_3 > (on_2 ? −1 : 1);  …
 *
 * on_1 reaches the terms of the third step and all later ones through on_2 alone: on_2 is a gate of on_1. When on_1 flips, these
 * terms change if on_2 does, and then by what they change by at a flip of on_2, whatever flipped it. This tail is built once
 * for each gate, from the last to the first, so that the jumps of a chain of n ifs take O(n) operations and not O(n²).
 *
 * The gates of a jump are dominators: a node is dominated by a predicate if every path from what flips to the node passes it.
 */
import { type Graph, MASK } from "../../autodiff/graph/graph.ts";
import { append } from "../../autodiff/graph/multimap.ts";
import { SparseReplacement, substitute } from "../../autodiff/graph/substitute.ts";
import { CODE } from "../../autodiff/ops/codes.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import type { BesideFamily } from "../find/parallel-family.ts";
import type { Parallel } from "../find/parallels.ts";
import { type Difference, differencing, type Evaluate } from "./difference.ts";
import { type StateValues, statesOf } from "./states.ts";

/**
 * The summands of the jump of some roots on the surface `at`, of which those behind gates are made of tails; undefined where gates save nothing or
 * may not be used, as with conditions parallel to the boundary, which have another truth value on it than elsewhere. Where no gates are `apart` may know
 * nodes of which the jump is a weighted sum (`linear-paths.ts`).
 */
export type ThroughGates = (
  difference: Difference,
  roots: readonly NodeId[],
  at: SparseReplacement,
  parallel: (node: NodeId) => Parallel | undefined,
  apart?: BesideFamily["apart"],
) => NodeId[] | undefined;

// Also those that are made of others: on_i = on_{i−1} ? e_i > −1 : 1 > e_i is (on_{i−1} and e_i > −1) or (not on_{i−1} and 1 > e_i), and no comparison.
const isCondition = (code: number): boolean => code === CODE.positive || code === CODE.and || code === CODE.or;

// From so many gates one behind the other on, jumps are made of the tails of gates: with fewer they take as many operations without, or half, as in the
// thermostat of models/, whose state passes two ifs to the switch that is sampled anew.
const CHAIN = 3;

/** Gates of a graph; one for all boundaries of a plan, which share the tails. */
export function gatesOf(graph: Graph): ThroughGates {
  const chain: Chain = { graph, tails: new Tails(), stateOf: statesOf(graph) };
  return (difference, roots, at, parallel, apart) => {
    const paths = apart?.(difference.flipping);
    const gated = paths && paths.gates < CHAIN ? undefined : gatedParts(chain, difference, roots, at, parallel);
    // chain: what does not reach the sum may have a difference that is infinite.
    return gated ?? paths?.feet()?.map(({ node, weight }) => graph.algebra.chain(weight, difference.of(node)));
  };
}

function gatedParts(
  chain: Chain,
  difference: Difference,
  roots: readonly NodeId[],
  at: SparseReplacement,
  parallel: (node: NodeId) => unknown,
): NodeId[] | undefined {
  const split = splitAcross(chain, difference, roots, parallel);
  if (split.depth < CHAIN) return undefined;
  const { graph } = chain;
  const unforced = new SparseReplacement(at.leaves, at);
  const behindGates = split.gated.map(({ gate, behind }) => {
    const [tail] = substitute(graph, [tailOf(chain, gate, behind)], unforced) as [NodeId];
    return through(graph, difference, gate, tail);
  });
  return [...split.direct.map(difference.of), ...behindGates];
}

/** The gates of a plan, shared by its boundaries: each tail is made once. */
interface Chain {
  readonly graph: Graph;
  readonly tails: Tails;
  readonly stateOf: (node: NodeId) => StateValues | undefined;
}

function splitAcross(
  { graph, stateOf }: Chain,
  difference: Difference,
  roots: readonly NodeId[],
  parallel: (node: NodeId) => unknown = () => undefined,
): Split {
  const jumping = jumpingBelow(difference, roots);
  if (jumping.some(parallel)) return { direct: roots, gated: [], depth: 0 };
  return splitByGates(graph, new Set(difference.flipping), roots, jumping, stateOf);
}

// The nodes that change, those below the roots among them, from below to above.
function jumpingBelow({ jumps, mark }: Difference, roots: readonly NodeId[]): NodeId[] {
  roots.forEach(mark);
  return [...jumps].flatMap(([node, isJump]) => (isJump ? [node] : [])).sort((p, q) => p - q);
}

// The difference of what lies behind a gate, given the one at a flip of the gate from false to true, or from its lower value to the higher one.
function through(graph: Graph, { evaluate }: Difference, gate: NodeId, tail: NodeId): NodeId {
  const { algebra: A } = graph;
  const [above, below] = [evaluate(gate, 1), evaluate(gate, -1)];
  const [rises, falls] = graph.hasFlag(gate, MASK)
    ? [A.and(above, A.not(below)), A.and(below, A.not(above))]
    : [A.positive(A.sub(above, below)), A.positive(A.sub(below, above))];
  return A.where(rises, tail, A.where(falls, A.neg(tail), A.constant(0)));
}

// The tail of a gate, and first those of the gates behind it, which it is made of; on a stack, as chains of ifs may be long.
function tailOf(chain: Chain, gate: NodeId, behind: readonly NodeId[]): NodeId {
  const { graph, tails } = chain;
  const stack = [{ gate, behind }];
  const opened: { readonly difference: Difference; readonly split: Split }[] = [];
  while (stack.length > 0) {
    const { gate, behind } = stack[stack.length - 1]!;
    if (tails.get(gate, behind) === undefined) {
      opened[stack.length - 1] ??= opening(chain, gate, behind);
      const { difference, split } = opened[stack.length - 1]!;
      const missing = split.gated.find((next) => tails.get(next.gate, next.behind) === undefined);
      if (missing) {
        stack.push(missing);
        continue;
      }
      const parts = split.gated.map((next) =>
        through(graph, difference, next.gate, tails.get(next.gate, next.behind)!),
      );
      tails.set(gate, behind, graph.sum([...split.direct.map(difference.of), ...parts]));
    }
    stack.pop();
    opened.length = stack.length;
  }
  return tails.get(gate, behind)!;
}

function opening(chain: Chain, gate: NodeId, roots: readonly NodeId[]): { difference: Difference; split: Split } {
  const { graph, stateOf } = chain;
  const [low, high] = stateOf(gate) ?? [0, -1]; // what false and true are as constants
  const forced = [high, low].map((value) => new Map([[gate, graph.constant(value)]]));
  const evaluate: Evaluate = (node, side) => substitute(graph, [node], forced[side > 0 ? 0 : 1]!)[0]!;
  const difference = differencing(graph, [gate], evaluate);
  return { difference, split: splitAcross(chain, difference, roots) };
}

/** Which roots a jump reaches as it is, and which through a gate alone. */
export interface Split {
  readonly direct: readonly NodeId[];
  readonly gated: readonly { readonly gate: NodeId; readonly behind: readonly NodeId[] }[];
  /** The most gates that lie one behind the other. */
  readonly depth: number;
}

/** Roots by the first gate between them and what flips; `jumping` has all nodes that change when it does, from below to above. */
export function splitByGates(
  graph: Graph,
  flipping: ReadonlySet<NodeId>,
  roots: readonly NodeId[],
  jumping: readonly NodeId[],
  stateOf: Chain["stateOf"],
): Split {
  const isGate = (node: NodeId): boolean =>
    !flipping.has(node) && (isCondition(graph.op[node]!) || stateOf(node) !== undefined);
  if (!jumping.some(isGate)) return { direct: roots, gated: [], depth: 0 };
  const dominators = new Dominators(graph, flipping, jumping);
  const firstGate = new Map<NodeId, NodeId>();
  const depths = new Map<NodeId, number>();
  for (const node of jumping) {
    const above = dominators.of(node);
    if (above === undefined) continue;
    const gate = firstGate.get(above) ?? (isGate(above) ? above : undefined);
    if (gate === undefined) continue;
    firstGate.set(node, gate);
    depths.set(node, (depths.get(above) ?? 0) + Number(isGate(above)));
  }
  const behind = new Map<NodeId, NodeId[]>();
  for (const root of roots) {
    const gate = firstGate.get(root);
    if (gate !== undefined) append(behind, gate, root);
  }
  return {
    direct: roots.filter((root) => !firstGate.has(root)),
    gated: [...behind].map(([gate, roots]) => ({ gate, behind: roots })),
    depth: roots.reduce((most, root) => Math.max(most, depths.get(root) ?? 0), 0),
  };
}

// Immediate dominators in a graph without circles, in one pass from below: that of a node is the nearest one that dominates all of
// its operands that jump. Source: Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm" (2001).
class Dominators {
  readonly #of = new Map<NodeId, NodeId | undefined>();
  readonly #depth = new Map<NodeId, number>();

  constructor(graph: Graph, flipping: ReadonlySet<NodeId>, jumping: readonly NodeId[]) {
    for (const node of jumping) {
      const operands = flipping.has(node) ? [] : graph.operands(node).filter((operand) => this.#depth.has(operand));
      const dominator = operands.length === 0 ? undefined : operands.reduce((p, q) => this.#common(p, q) ?? NONE);
      const own = dominator === NONE ? undefined : dominator;
      this.#of.set(node, own);
      this.#depth.set(node, own === undefined ? 1 : this.#depth.get(own)! + 1);
    }
  }

  /** The nearest node that every path to this one passes; undefined if there is none. */
  of(node: NodeId): NodeId | undefined {
    return this.#of.get(node);
  }

  #common(p: NodeId, q: NodeId): NodeId | undefined {
    let [x, y]: [NodeId | undefined, NodeId | undefined] = [p === NONE ? undefined : p, q];
    while (x !== y) {
      if (x === undefined || y === undefined) return undefined;
      if (this.#depth.get(x)! >= this.#depth.get(y)!) x = this.#of.get(x);
      else y = this.#of.get(y);
    }
    return x;
  }
}

const NONE = -1;

/** The differences that roots make when one predicate flips, in terms of the trace: each is built once, whoever asks. */
export class Tails {
  readonly #known = new Map<NodeId, { readonly behind: readonly NodeId[]; readonly tail: NodeId }[]>();

  get(gate: NodeId, behind: readonly NodeId[]): NodeId | undefined {
    return this.#known.get(gate)?.find((entry) => sameNodes(entry.behind, behind))?.tail;
  }

  set(gate: NodeId, behind: readonly NodeId[], tail: NodeId): void {
    append(this.#known, gate, { behind, tail });
  }
}

function sameNodes(p: readonly NodeId[], q: readonly NodeId[]): boolean {
  return p.length === q.length && p.every((node, j) => node === q[j]);
}
