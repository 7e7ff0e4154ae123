import { FAST_INTERPRETER } from "./fast-interpreter.ts";
import { FAST_KERNELS } from "./fast-kernels.generated.ts";
import { gather } from "./gather.ts";
import type { Graph } from "./graph.ts";
import type { NodeId } from "./ops.ts";
import type { Plan } from "./plan.ts";
import { schedule } from "./schedule.ts";
import { byShape } from "./shapes.ts";
import { noSteps, STEP_KERNELS } from "./steps.ts";

/** What runs the instructions of a fast plan. */
export function fastRunners({ ops }: Graph): Pick<Plan, "kernels" | "interpreter"> {
  return {
    kernels: { ...ops.kernels, ...FAST_KERNELS, ...STEP_KERNELS },
    interpreter: FAST_INTERPRETER,
  };
}

/** The plan for the fewest passes over the lanes: sums gathered, ops fused. */
export function fastPlan(graph: Graph, roots: readonly NodeId[]): Plan {
  const steps = noSteps();
  const outputs = gather(graph, roots, steps);
  const { uniform, lane } = schedule(graph, outputs, steps);
  const [sorted = []] = byShape([uniform], graph.size, (node) => graph.isConstant(node));
  return { uniform: sorted, lane, outputs, ...fastRunners(graph) };
}
