/**
 * Comparisons with what is not a number everywhere. As comparisons with NaN are false, y > log(x) has two boundaries: y = log(x), and
 * x = 0, beyond which it does not hold. The second one becomes a condition of its own, and in the first the logarithm is continued
 * beyond its domain by its value at the edge, so that nothing is NaN where the other condition has decided.
 */

import { continued, isNumber } from "../autodiff/definedness.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import type { Objective } from "../objective/objective.ts";
import type { Pass } from "../objective/pass.ts";
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

function seeingDomains(objective: Objective): Pieces<Objective> {
  const { graph } = objective;
  const { algebra: A } = graph;
  const edge = (c: NodeId): NodeId => {
    const simple = comparisonsIn(objective, [peeled(objective, c)], (d) => solved(objective, d));
    return comparisonsIn(objective, simple, (d) => A.positive(continued(graph, d)))[0]!;
  };
  return withComparisons(objective, (c) => {
    const inside = isNumber(graph, c, edge, () => graph.truth(true));
    return graph.isConstant(inside) ? A.positive(c) : A.and(A.positive(continued(graph, c)), inside);
  });
}
