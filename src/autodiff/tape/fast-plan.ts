import type { Graph } from "../graph/graph.ts";
import { FAST_INTERPRETER } from "../lanes/interpreter/fast-interpreter.ts";
import { FAST_KERNELS } from "../lanes/interpreter/fast-kernels.generated.ts";
import type { NodeId } from "../ops/op.ts";
import { gather } from "./passes/gathered-sums.ts";
import { noSteps, STEP_KERNELS } from "./passes/step-functions.ts";
import type { Plan } from "./plan.ts";
import { schedule } from "./schedule.ts";
import { byShape } from "./shapes.ts";

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
