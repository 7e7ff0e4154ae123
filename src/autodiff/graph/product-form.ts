/** A node may be a product of several: x·(y·y²) is made of x, y, y and y. Conditions on products are taken apart by their factors. */

import { CODE } from "../ops/codes.ts";
import type { NodeId } from "../ops/op.ts";
import type { Graph } from "./graph.ts";

/** The nodes whose product a node is, repeated ones as often as they occur. */
export function factorsOf(graph: Graph, root: NodeId): NodeId[] {
  const factors: NodeId[] = [];
  const stack = [root];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    const [x, y] = [graph.a[node]!, graph.b[node]!];
    if (graph.op[node] === CODE.mul) stack.push(y, x);
    else if (graph.op[node] === CODE.square) stack.push(x, x);
    else factors.push(node);
  }
  return factors;
}
