import { FAST_KERNELS } from "./fast-kernels.generated.ts";
import { gather } from "./gather.ts";
import type { Graph } from "./graph.ts";
import type { NodeId } from "./ops.ts";
import type { Plan } from "./plan.ts";
import { schedule } from "./schedule.ts";

/** The plan for the fewest passes over the lanes: sums gathered, ops fused. */
export function fastPlan(graph: Graph, roots: readonly NodeId[]): Plan {
  const outputs = gather(graph, roots);
  return { ...schedule(graph, outputs), outputs, kernels: { ...graph.ops.kernels, ...FAST_KERNELS } };
}
