/** This plan computes the value of every root in every lane: first sums are gathered, then ops are fused, then instructions sorted. */

import { type Pieces, type Piecewise, piecewise } from "../../pieces/pieces.ts";
import type { Graph } from "../graph/graph.ts";
import type { NodeId } from "../ops/op.ts";
import { gatherPieces } from "../tape/passes/gathered-sums.ts";
import { noSteps } from "../tape/passes/step-functions.ts";
import type { Plan, Planner } from "../tape/plan.ts";
import { fusePieces } from "./fusion.ts";
import { byShape } from "./instruction-order.ts";

/** The plan for the fewest passes over the lanes. It takes time linear in the number of nodes. */
export const fastPlan: Piecewise<Parameters<Planner>, Plan> = /* @__PURE__ */ piecewise(planning);

function* planning(graph: Graph, roots: readonly NodeId[]): Pieces<Plan> {
  const steps = noSteps();
  const outputs = yield* gatherPieces(graph, roots, steps);
  yield;
  const { uniform, lane } = yield* fusePieces(graph, outputs, steps);
  yield;
  const [sorted = []] = yield* byShape([uniform], graph.size, (node) => graph.isConstant(node));
  return { uniform: sorted, lane, outputs };
}
