/**
 * Conditions that hold everywhere or nowhere, such as sin(z) > 2 or exp(z) > −1: interval arithmetic, with every input anywhere
 * on the line, shows that they never change, so that they have no boundary. They are replaced by their truth.
 */

import type { Graph } from "../autodiff/graph/graph.ts";
import { substitute } from "../autodiff/graph/substitute.ts";
import { CODE, CONSTANT, INPUT, OP_NAMES } from "../autodiff/ops/codes.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import type { Objective } from "../objective/objective.ts";
import { type Pass, withNodes } from "../objective/pass.ts";
import { visits } from "../pieces/lists.ts";
import { type Pieces, piecewise } from "../pieces/pieces.ts";
import { makeEnclosures, put } from "../roots/enclosures.ts";
import { RULES } from "../roots/interval-rules.ts";

export const CONSTANT_CONDITIONS: Pass = {
  name: "constant-conditions",
  sentence: "Conditions that hold everywhere or nowhere, such as sin(z) > 2, become true or false.",
  run: /* @__PURE__ */ piecewise(settling),
};

function* settling(objective: Objective): Pieces<Objective> {
  const { graph, terms } = objective;
  const roots = terms.map(({ node }) => node);
  const nodes = graph.reachable(roots);
  yield;
  const truths = yield* constantConditions(graph, nodes);
  return truths.size === 0 ? objective : withNodes(objective, substitute(graph, roots, truths));
}

/** Nodes of a piece of the work. */
const EACH = 4096;

// The truth of every condition among `nodes` (in topological order, with all they depend on) that cannot change.
function* constantConditions(graph: Graph, nodes: readonly NodeId[]): Pieces<Map<NodeId, NodeId>> {
  const box = makeEnclosures(graph.size);
  const found = new Map<NodeId, NodeId>();
  yield* visits(nodes, EACH, (node) => {
    const code = graph.op[node]!;
    if (code === CONSTANT)
      put(box, node, graph.value(node), graph.value(node), Number.isNaN(graph.value(node)) ? 1 : 0);
    else if (code === INPUT) put(box, node, -Infinity, Infinity, 0);
    else RULES[OP_NAMES[code - 2]!](box, node, graph.a[node]!, graph.b[node]!, graph.c[node]!);
    // A condition on what is NaN everywhere is left alone, so that the NaN is reported.
    if (code === CODE.positive && box.lo[node] === box.hi[node] && !Number.isNaN(box.lo[graph.a[node]!]))
      found.set(node, graph.truth(box.lo[node] !== 0));
  });
  return found;
}
