/**
 * Each boundary adds one term to the gradient, δ(c)·∇θ c·(ℓ⁺ − ℓ⁻): the density of c at 0, times its slope, times the jump there. The
 * terms are nodes, by parameter.
 */
import type { NodeId } from "../../autodiff/ops/op.ts";
import type { Objective } from "../../objective/objective.ts";
import type { Boundary } from "../find/boundaries.ts";
import { parallels, sometimesCoincident } from "../find/parallels.ts";
import type { Surface } from "../move/projection.ts";
import type { ThroughGates } from "./gates.ts";
import { jumpAcross, type Neighbours } from "./jump.ts";

/** The boundaries that are parallel to each one, and those that may coincide with it. */
export function neighboursOf(
  { graph }: Objective,
  boundaries: readonly Boundary[],
  throughGates?: ThroughGates,
): (boundary: Boundary) => Neighbours {
  const [parallel, coincident] = [parallels(graph, boundaries), sometimesCoincident(graph, boundaries)];
  return (boundary) => ({ parallel: parallel(boundary), coincident: coincident(boundary), throughGates });
}

/** The boundary term δ(c)·∇θ c·(ℓ⁺ − ℓ⁻) of one boundary, as nodes by parameter where they are not 0. */
export function boundaryTerm(
  objective: Objective,
  boundary: Boundary,
  neighbours: Neighbours,
  { at, weight, slope }: Surface,
): Map<number, NodeId> {
  const { graph } = objective;
  const { algebra: A } = graph;
  const terms = new Map<number, NodeId>();
  const jump = jumpAcross(objective, boundary, at, neighbours);
  if (graph.is(jump, 0)) return terms;
  // chain: where the weight underflows to 0 the jump may overflow, and their product is 0.
  const weighted = A.chain(weight, jump);
  // Beside an overflow the surface lies at ∞, and counts for nothing.
  for (const [index, node] of slope) terms.set(index, A.chain(weighted, node));
  return terms;
}
