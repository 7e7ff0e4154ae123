/** Conditions that hold everywhere or nowhere, found by interval arithmetic with every input anywhere on the line. */

import type { Graph } from "../autodiff/graph/graph.ts";
import { CODE, CONSTANT, INPUT, OP_NAMES } from "../autodiff/ops/codes.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import { makeEnclosures, put, putLine } from "../roots/enclosures.ts";
import { RULES } from "../roots/interval-rules.ts";

/** The truth of every condition among `nodes` (in topological order, with all they depend on) that cannot change. */
export function decided(graph: Graph, nodes: readonly NodeId[]): Map<NodeId, boolean> {
  const box = makeEnclosures(graph.size);
  const found = new Map<NodeId, boolean>();
  for (const node of nodes) {
    const code = graph.op[node]!;
    if (code === CONSTANT)
      put(box, node, graph.value(node), graph.value(node), Number.isNaN(graph.value(node)) ? 1 : 0);
    else if (code === INPUT) put(box, node, -Infinity, Infinity, 0);
    else {
      const rule = RULES[OP_NAMES[code - 2]!];
      if (rule) rule(box, node, graph.a[node]!, graph.b[node]!, graph.c[node]!);
      else putLine(box, node);
    }
    // What is NaN everywhere is left to be reported.
    if (code === CODE.positive && box.lo[node] === box.hi[node] && !Number.isNaN(box.lo[graph.a[node]!]))
      found.set(node, box.lo[node] !== 0);
  }
  return found;
}
