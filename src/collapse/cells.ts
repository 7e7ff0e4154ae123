/** Variables made of latents with thresholds: cells between them, in order. */

import { nodeOf } from "../autodiff/expr.ts";
import { mayOverflow } from "../autodiff/graph/behaviour.ts";
import type { Graph } from "../autodiff/graph/graph.ts";
import { linearForm } from "../autodiff/graph/linear-form.ts";
import { append } from "../autodiff/graph/multimap.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import { Session } from "../autodiff/session.ts";
import type { Latent } from "../program/trace.ts";
import type { Crossing } from "./crossings.ts";
import { logNormalMass } from "./normal-mass.ts";
import type { Variable } from "./variable.ts";

/** Standardised thresholds that may overflow are cut off here, where the probability beyond has been 0 for long. */
const FAR = 1e150;

/** The cells of a latent with a normal prior, if its thresholds differ by numbers; in words why not otherwise. */
export function cellsOf(graph: Graph, latent: Latent, crossings: readonly Crossing[]): Variable | string {
  const steps = stepsOf(graph, crossings);
  if (!steps) return "the order of its thresholds is not known";
  const { algebra: A } = graph;
  const session = new Session(graph);
  const [mean, sd] = latent.prior.parameters.map(({ value }) => nodeOf(session, value)) as [NodeId, NodeId];
  const cuts = steps.map(([first]) => first!.at);
  const scores = cuts.map((at) => {
    const score = A.div(A.sub(at, mean), sd);
    return mayOverflow(graph, at) ? A.max(A.constant(-FAR), A.min(A.constant(FAR), score)) : score;
  });
  const crossingOf = new Map(crossings.map((crossing) => [crossing.condition, crossing]));
  const stepOf = new Map(steps.flatMap((step, j) => step.map(({ condition }) => [condition, j] as const)));
  return {
    name: latent.name,
    size: steps.length + 1,
    reads: [...stepOf.keys()],
    readAt: (read, value) => graph.truth(value > stepOf.get(read)! === crossingOf.get(read)!.above),
    runs: (reads) => [0, ...new Set(reads.map((read) => stepOf.get(read)! + 1).sort((p, q) => p - q))],
    logMasses: Array.from({ length: steps.length + 1 }, (_, j) => logNormalMass(graph, scores[j - 1], scores[j])),
    live: latent.live,
    cuts,
  };
}

/** The crossings by threshold, from the lowest on; undefined if two thresholds differ by something that is no number. */
function stepsOf(graph: Graph, crossings: readonly Crossing[]): Crossing[][] | undefined {
  const byOffset = new Map<number, Crossing[]>();
  for (const crossing of crossings) {
    const { coefficients, constant } = linearForm(graph, graph.algebra.sub(crossing.at, crossings[0]!.at));
    if (coefficients.size > 0 || !Number.isFinite(constant)) return undefined;
    append(byOffset, constant, crossing);
  }
  return [...byOffset].sort(([p], [q]) => p - q).map(([, step]) => step);
}
