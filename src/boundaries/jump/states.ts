/**
 * States: numbers that an if keeps or sets, and that have two values in all. In a thermostat
 *
 *     on_i = lo_i > y_i ? 1 : y_i > hi_i ? 0 : on_{i−1}
 *
 * every on_i is 0 or 1, whatever the latents are, and changes with on_{i−1} or not at all. That is seen where the values are constants in the program;
 * of `on_i = lo_i > y_i ? a : on_{i−1}` with a latent a nothing is known.
 */
import type { Graph } from "../../autodiff/graph/graph.ts";
import { CODE } from "../../autodiff/ops/codes.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";

/** The lower and the higher value of a state. */
export type StateValues = readonly [number, number];

/** Finds the values of a node; undefined for one that is no state. Linear in the number of nodes, over all calls. */
export function statesOf(graph: Graph): (node: NodeId) => StateValues | undefined {
  // Of each node that selects between constants, directly or through others, which these are, if they are no more than two.
  const values = new Map<NodeId, readonly number[]>();
  const valuesOf = (node: NodeId): readonly number[] | undefined => {
    if (!graph.isConstant(node)) return values.get(node);
    const value = graph.value(node);
    return isPlain(value) ? [value] : undefined;
  };
  let seen = 0;
  return (node) => {
    for (; seen <= node; seen++) {
      if (graph.op[seen] !== CODE.where) continue;
      const [x, y] = [valuesOf(graph.b[seen]!), valuesOf(graph.c[seen]!)];
      const all = x && y ? [...new Set([...x, ...y])] : [];
      if (all.length > 0 && all.length < 3) values.set(seen, all);
    }
    const found = values.get(node);
    // One with two constants for arms is its condition in other words.
    if (found?.length !== 2 || (graph.isConstant(graph.b[node]!) && graph.isConstant(graph.c[node]!))) return undefined;
    return [Math.min(...found), Math.max(...found)];
  };
}

// −0 is 0 to a comparison and not to a division, NaN is not even itself.
function isPlain(value: number): boolean {
  return Number.isFinite(value) && !Object.is(value, -0);
}
