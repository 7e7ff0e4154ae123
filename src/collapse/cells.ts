/** Variables made of latents with thresholds: the cells between them, in order. */
import { exprOf, nodeOf } from "../autodiff/expr.ts";
import { mayOverflow } from "../autodiff/graph/behaviour.ts";
import type { Graph } from "../autodiff/graph/graph.ts";
import { linearForm } from "../autodiff/graph/linear-form.ts";
import { append } from "../autodiff/graph/multimap.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import { Session } from "../autodiff/session.ts";
import { logMass } from "../distributions/log-mass.ts";
import type { Latent } from "../program/trace.ts";
import type { Crossing } from "./crossings.ts";
import type { Variable } from "./variable.ts";

/** Thresholds that may overflow are cut off here, where the probability beyond has been 0 for long. */
const FAR = 1e150;

/** The cells of a latent, if its thresholds differ by numbers; in words why not otherwise. */
export function cellsOf(graph: Graph, latent: Latent, crossings: readonly Crossing[]): Variable | string {
  const steps = stepsOf(graph, crossings);
  if (!steps) return "the order of its thresholds is not known";
  const { algebra: A } = graph;
  const cuts = steps.map(([{ at }]) =>
    mayOverflow(graph, at) ? A.max(A.constant(-FAR), A.min(A.constant(FAR), at)) : at,
  );
  const logMasses = massesOf(graph, latent, cuts);
  if (typeof logMasses === "string") return logMasses;
  const crossingOf = new Map(crossings.map((crossing) => [crossing.condition, crossing]));
  const stepOf = new Map(steps.flatMap((step, j) => step.map(({ condition }) => [condition, j] as const)));
  return {
    name: latent.name,
    size: steps.length + 1,
    reads: [...stepOf.keys()],
    readAt: (read, value) => graph.truth(value > stepOf.get(read)! === crossingOf.get(read)!.above),
    runs: (reads) => [0, ...new Set(reads.map((read) => stepOf.get(read)! + 1).sort((p, q) => p - q))],
    logMasses,
    live: latent.live,
    meaning: { kind: "cells", latent, cuts },
  };
}

/** The crossings by threshold, from the lowest on; undefined if two thresholds differ by something that is no number. */
function stepsOf(graph: Graph, crossings: readonly Crossing[]): [Crossing, ...Crossing[]][] | undefined {
  const byOffset = new Map<number, Crossing[]>();
  for (const crossing of crossings) {
    const { coefficients, constant } = linearForm(graph, graph.algebra.sub(crossing.at, crossings[0]!.at));
    if (coefficients.size > 0 || !Number.isFinite(constant)) return undefined;
    append(byOffset, constant, crossing);
  }
  return [...byOffset].sort(([p], [q]) => p - q).map(([, step]) => step as [Crossing, ...Crossing[]]);
}

/** Log prior masses between cuts in ascending order; in words why not, where the prior's cdf is not known. */
function massesOf(graph: Graph, { prior }: Latent, cuts: readonly NodeId[]): NodeId[] | string {
  if ("sampled" in prior) return `it is an entry of ${prior.name}`;
  const session = new Session(graph);
  const ends = [-Infinity, ...cuts.map((cut) => exprOf(session, cut)), Infinity];
  try {
    return ends.slice(1).map((end, j) => nodeOf(session, logMass(prior, ends[j]!, end)));
  } catch (error) {
    if (error instanceof TypeError) return `the cdf of its prior ${prior.name} is not known there`;
    throw error;
  }
}
