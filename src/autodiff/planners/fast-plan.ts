import type { Graph } from "../graph/graph.ts";
import type { NodeId } from "../ops/op.ts";
import { gather } from "../tape/passes/gathered-sums.ts";
import { noSteps } from "../tape/passes/step-functions.ts";
import type { Plan } from "../tape/plan.ts";
import { schedule } from "./schedule.ts";
import { byShape } from "./shapes.ts";

/** The plan for the fewest passes over the lanes: sums gathered, ops fused. */
export function fastPlan(graph: Graph, roots: readonly NodeId[]): Plan {
  const steps = noSteps();
  const outputs = gather(graph, roots, steps);
  const { uniform, lane } = schedule(graph, outputs, steps);
  const [sorted = []] = byShape([uniform], graph.size, (node) => graph.isConstant(node));
  return { uniform: sorted, lane, outputs };
}
