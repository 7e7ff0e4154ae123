/**
 * Comparisons with what is not a number everywhere. As comparisons with NaN are false, y > log(x) has two boundaries: y = log(x), and
 * x = 0, beyond which it does not hold. The second one becomes a condition of its own, and in the first the logarithm is continued
 * beyond its domain by its value at the edge, so that nothing is NaN where the other condition has decided.
 *
 * y ≥ log(x) is traced as not(log(x) > y) and log(x) = log(x), which does not hold where that is NaN; it becomes x ≥ 0 too.
 */

import { continued, isNumber, mayBeUndefinedInside } from "../autodiff/definedness.ts";
import type { Graph } from "../autodiff/graph/graph.ts";
import { substitute } from "../autodiff/graph/substitute.ts";
import { CODE } from "../autodiff/ops/codes.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import type { Objective } from "../objective/objective.ts";
import { type Pass, withNodes } from "../objective/pass.ts";
import { type Pieces, piecewise } from "../pieces/pieces.ts";
import { comparisonsIn, withComparisons } from "./comparisons.ts";
import { peeled } from "./peeling.ts";
import { solved } from "./solving.ts";

export const DOMAINS: Pass = {
  name: "domains",
  sentence:
    "A comparison that is NaN beyond the edge of a domain gets the edge as a condition of its own: y > log(x) becomes y > log(max(x, 0)) and x ≥ 0.",
  run: /* @__PURE__ */ piecewise(seeingDomains),
};

function* seeingDomains(objective: Objective): Pieces<Objective> {
  const { graph } = objective;
  const { algebra: A } = graph;
  const edge = (c: NodeId): NodeId => {
    const simple = comparisonsIn(objective, [peeled(objective, c)], (d) => solved(objective, d));
    return comparisonsIn(objective, simple, (d) => A.positive(continued(graph, d)))[0]!;
  };
  const inDomains = (x: NodeId): NodeId => isNumber(graph, x, edge, () => graph.truth(true));
  const written = yield* withComparisons(
    objective,
    (c) => {
      const inside = inDomains(c);
      return graph.isConstant(inside) ? A.positive(c) : A.and(A.positive(continued(graph, c)), inside);
    },
    (x) => {
      if (!mayBeUndefinedInside(graph, x)) return inDomains(x);
      const inner = continued(graph, x);
      return A.and(inDomains(x), A.equal(inner, inner));
    },
  );
  return written === objective ? objective : withoutRepetition(written);
}

// not(x ≥ 0 and log(max(x, 0)) > y) and x ≥ 0 as not(log(max(x, 0)) > y) and x ≥ 0: what is asked beside a negation need not be asked in it.
function withoutRepetition(objective: Objective): Objective {
  const { graph, terms } = objective;
  const { algebra: A } = graph;
  const replacement = new Map<NodeId, NodeId>();
  const roots = terms.map(({ node }) => node);
  const shortened = (p: NodeId, q: NodeId): NodeId | undefined => {
    if (graph.op[p] !== CODE.not) return undefined;
    const [parts, known] = [conjuncts(graph, graph.a[p]!), new Set(conjuncts(graph, q))];
    const left = parts.filter((part) => !known.has(part));
    return left.length < parts.length
      ? A.and(A.not(left.reduce((all, part) => A.and(all, part), graph.truth(true))), q)
      : undefined;
  };
  for (const node of graph.reachable(roots)) {
    if (graph.op[node] !== CODE.and) continue;
    const [p, q] = substitute(graph, [graph.a[node]!, graph.b[node]!], replacement) as [NodeId, NodeId];
    replacement.set(node, shortened(p, q) ?? shortened(q, p) ?? A.and(p, q));
  }
  return withNodes(objective, substitute(graph, roots, replacement));
}

function conjuncts(graph: Graph, mask: NodeId): NodeId[] {
  return graph.op[mask] === CODE.and ? graph.operands(mask).flatMap((part) => conjuncts(graph, part)) : [mask];
}
