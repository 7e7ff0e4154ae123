/** The plan for the value of every root in every lane: first sums are gathered, then ops are fused, then instructions sorted. */

import type { Graph } from "../graph/graph.ts";
import type { NodeId } from "../ops/op.ts";
import { gather } from "../tape/passes/gathered-sums.ts";
import { noSteps } from "../tape/passes/step-functions.ts";
import type { Plan } from "../tape/plan.ts";
import { fuse } from "./fusion.ts";
import { byShape } from "./instruction-order.ts";

/** The plan for the fewest passes over the lanes. It takes time linear in the number of nodes. */
export function fastPlan(graph: Graph, roots: readonly NodeId[]): Plan {
  const steps = noSteps();
  const outputs = gather(graph, roots, steps);
  const { uniform, lane } = fuse(graph, outputs, steps);
  const [sorted = []] = byShape([uniform], graph.size, (node) => graph.isConstant(node));
  return { uniform: sorted, lane, outputs };
}
