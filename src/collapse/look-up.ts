/** A table of nodes by the index of an entry, as a node: of [a, b, b] it is where(index > 0.5, b, a), and of [3, 4, 5, …] it is index + 3. */
import type { Graph } from "../autodiff/graph/graph.ts";
import type { NodeId } from "../autodiff/ops/op.ts";

/** The entry that a node numbers, from 0 on; `truths` says whether they are truth values. */
export function lookedUp(graph: Graph, index: NodeId, entries: readonly NodeId[], truths: boolean): NodeId {
  const { algebra: A } = graph;
  const from = (first: number): NodeId => A.positive(A.sub(index, graph.constant(first - 0.5)));
  let found = entries[0]!;
  const start = graph.isConstant(found) ? graph.value(found) : Number.NaN;
  if (!truths && entries.every((entry, j) => graph.is(entry, start + j))) return A.add(index, found);
  for (let first = 1; first < entries.length; first++) {
    const entry = entries[first]!;
    if (entry === entries[first - 1]) continue;
    found = truths
      ? A.or(A.and(from(first), entry), A.and(A.not(from(first)), found))
      : A.where(from(first), entry, found);
  }
  return found;
}
