/**
 * A gradient's cost per sample is estimated, with some latents summed out and without, before either is built: three times the operations
 * of the log density, and for each condition that is left those that are computed again where it jumps: of the model the terms that read it, of a sum, which
 * is one term, what lies above the condition. The estimates are rough: within a factor of three of what is built. In the network `xornet`
 * the sum over one bias has 957 operations, its gradient 22,327 by the estimate and 22,503 as built.
 */
import type { Graph } from "../autodiff/graph/graph.ts";
import { Users } from "../autodiff/graph/users.ts";
import { CODE } from "../autodiff/ops/codes.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import { visits } from "../pieces/lists.ts";
import type { Pieces } from "../pieces/pieces.ts";

/** A sum may cost so many operations per sample whatever the model costs without it. */
const LEAST_LIMIT = 10_000;
/** A sum may cost so many times what the model costs without it. */
const MOST_TIMES = 10;

const REVERSE = 3;
/** Nodes of a piece of the work. */
const NODES_EACH = 4096;
/** Conditions that are followed to what they change, the bits of a number; the others are taken to be like them. */
const MOST_FOLLOWED = 32;

/** May terms become these sums? Found in pieces. */
export function* isAffordable(graph: Graph, before: readonly NodeId[], after: readonly NodeId[]): Pieces<boolean> {
  let cost = 0;
  for (const node of after) {
    yield;
    cost += yield* costOfSum(graph, node);
  }
  if (cost <= LEAST_LIMIT) return true;
  yield;
  const nodes = operationsBelow(graph, before);
  yield;
  // Most models are far from the limit without what they compute at their conditions, which takes longer to count.
  return cost <= MOST_TIMES * REVERSE * nodes.length || cost <= MOST_TIMES * (yield* costOfTerms(graph, before, nodes));
}

function* costOfSum(graph: Graph, root: NodeId): Pieces<number> {
  const nodes = operationsBelow(graph, [root]);
  yield;
  const conditions = nodes.filter((node) => graph.op[node] === CODE.positive);
  if (conditions.length === 0) return REVERSE * nodes.length;
  const every = Math.ceil(conditions.length / MOST_FOLLOWED);
  const followed = conditions.filter((_, k) => k % every === 0);
  let above = 0;
  // By node which of these conditions lie below it, a bit for each.
  const below = new Int32Array(root + 1);
  followed.forEach((condition, k) => {
    below[condition] = 1 << k;
  });
  yield* visits(nodes, NODES_EACH, (node) => {
    let bits = below[node]!;
    for (let j = graph.arity(node) - 1; j >= 0; j--) bits |= below[graph.operand(node, j)]!;
    below[node] = bits;
    for (; bits !== 0; bits &= bits - 1) above++;
  });
  return REVERSE * nodes.length + above * (conditions.length / followed.length);
}

// The conditions of a term are those that it reads directly or through others.
function* costOfTerms(graph: Graph, terms: readonly NodeId[], nodes: readonly NodeId[]): Pieces<number> {
  const users = new Users(graph, nodes);
  const own = nodes.length / Math.max(1, terms.length);
  const isTerm = new Set(terms);
  let cost = REVERSE * nodes.length;
  for (const condition of nodes) {
    if (graph.op[condition] !== CODE.positive) continue;
    yield;
    cost += users.above([condition]).filter((node) => isTerm.has(node)).length * own;
  }
  return cost;
}

function operationsBelow(graph: Graph, roots: readonly NodeId[]): NodeId[] {
  return graph.reachable(roots).filter((node) => graph.arity(node) > 0);
}
