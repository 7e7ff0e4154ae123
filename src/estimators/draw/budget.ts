/**
 * A budget decides which boundaries are summed in every sample and which are drawn: several in each sample, with replacement,
 * each counted by the inverse of how often it is drawn.
 */
import type { Graph } from "../../autodiff/graph/graph.ts";
import { operationCount } from "../../autodiff/graph/operation-count.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import type { Boundary } from "../../boundaries/find/boundaries.ts";
import { surfaceOf } from "../../boundaries/move/projection.ts";
import type { CorrectionPlan } from "../../boundaries/plan.ts";
import { type LaneInputs, laneInputs } from "../../objective/lane-inputs.ts";
import type { Objective } from "../../objective/objective.ts";
import { drawnChoices } from "./choices.ts";
import { byFamily, type DrawnTerm, drawnTerm } from "./drawn-term.ts";
import { adapting } from "./learning.ts";
import { Probabilities } from "./probabilities.ts";
import { type BoundarySelection, type SelectedTerms, summedTerms } from "./selection.ts";

/**
 * Operations of boundaries that "auto" affords, in multiples of those of the pathwise gradient with ℓ. Drawing trades
 * them for variance and gains only where the sum costs many times the rest: on the models of `models/`, whose sums cost up
 * to 6 times the pathwise gradient, variance times operations rose 1.2 to 16 times where boundaries were drawn.
 */
const BUDGET = 8;

/**
 * The terms of all boundaries under a selection.
 *
 * Rule of "auto": if the terms of all boundaries take at most BUDGET times the operations of the pathwise gradient, all
 * are summed. Otherwise, with curved ones and those of several blocks summed in any case, the cheapest are summed as long
 * as this takes half of it, and the others are drawn, as many as the rest of it has room for but at least one; unless
 * that is no cheaper than their sum.
 */
export function selectedTerms(plan: CorrectionPlan, selection: BoundarySelection): SelectedTerms {
  const { objective, boundaries, term: termOf } = plan;
  const pathwise = plan.path.gradient;
  const split = (drawn: readonly Boundary[], draws: number, adapt: boolean): SelectedTerms => {
    const isDrawn = new Set(drawn);
    return {
      ...summedTerms(plan, (boundary) => !isDrawn.has(boundary)),
      ...drawnTerms(objective, boundaries, drawn, draws, adapt),
    };
  };
  const single = boundaries.filter(({ blocks }) => blocks.length === 1);
  if (selection === "all") return split([], 0, false);
  if (selection !== "auto") return selection >= single.length ? split([], 0, false) : split(single, selection, false);

  const counted = operationCount(objective.graph);
  const basis = counted([objective.value, ...pathwise]);
  const costs = new Map(boundaries.map((boundary) => [boundary, counted([...termOf(boundary).values()])]));
  const costOf = (some: readonly Boundary[]): number =>
    some.reduce((total, boundary) => total + costs.get(boundary)!, 0);
  if (costOf(boundaries) <= BUDGET * basis) return split([], 0, false);
  const byCost = [...single].sort((p, q) => costs.get(p)! - costs.get(q)!);
  let spent = costOf(boundaries) - costOf(single);
  const cheap = byCost.findIndex((boundary) => {
    spent += costs.get(boundary)!;
    return spent > (BUDGET / 2) * basis;
  });
  const drawn = cheap < 0 ? [] : byCost.slice(cheap);
  if (drawn.length < 2) return split([], 0, false);
  const one = split(drawn, 1, true);
  const apart = operationCount(objective.graph);
  const before = apart([objective.value, ...pathwise, ...one.summed.flatMap(({ term }) => [...term.values()])]);
  const each = apart([...one.correction, ...one.adaptive!.reads]);
  const draws = Math.max(1, Math.floor(((1 + BUDGET) * basis - before) / each));
  if (draws * each >= costOf(drawn)) return split([], 0, false);
  return draws === 1 ? one : split(drawn, draws, true);
}

// Σ over the draws of g_k / (draws · p_k).
function drawnTerms(
  objective: Objective,
  boundaries: readonly Boundary[],
  drawn: readonly Boundary[],
  draws: number,
  adapt: boolean,
): Omit<SelectedTerms, "summed"> {
  const { graph, parameters, normals } = objective;
  const { algebra: A } = graph;
  if (drawn.length === 0) return { drawn, draws: 0, correction: [], derived: [] };
  const ordered = byFamily(graph, boundaries);
  const surfaces = ordered.map((boundary) => (drawn.includes(boundary) ? surfaceOf(objective, boundary) : undefined));
  const probabilities = new Probabilities(
    ordered.length,
    ordered.flatMap((boundary, k) => (drawn.includes(boundary) ? [k] : [])),
  );
  const uniforms: NodeId[] = [];
  const derived: LaneInputs[] = [];
  const reads: NodeId[] = [];
  const parts: NodeId[][] = parameters.map(() => []);
  for (let draw = 0; draw < draws; draw++) {
    const [uniform, choice, inverse] = ["uniform of boundary", "boundary", "inverse probability of boundary"].map(
      (name) => graph.input(`${name} ${draw}`, true),
    ) as [NodeId, NodeId, NodeId];
    uniforms.push(uniform);
    derived.push(
      laneInputs({
        nodes: [choice, inverse],
        reads: [uniform],
        fill({ slots, from, to, lanes }) {
          for (let lane = 0; lane < lanes; lane++) {
            const k = probabilities.at(slots[from[0]! + lane]!);
            slots[to[0]! + lane] = k;
            slots[to[1]! + lane] = 1 / (draws * probabilities.values[k]!);
          }
        },
      }),
    );
    const term = drawnTerm({ objective, boundaries: ordered, surfaces, epsilon: normals, choice });
    const weighted = A.mul(inverse, term.weighted);
    term.slope.forEach((node, p) => {
      // chain: beside an overflow the surface lies at ∞, where it counts for nothing.
      parts[p]!.push(A.chain(weighted, node));
    });
    if (adapt) reads.push(choice, squareOf(graph, term));
  }
  return {
    drawn,
    draws,
    correction: parts.map((nodes) => graph.sum(nodes)),
    derived: [drawnChoices(uniforms.map((node) => ({ node }))), ...derived],
    ...(adapt && { adaptive: adapting(probabilities, reads) }),
  };
}

// |g_k|² of the boundary drawn.
function squareOf(graph: Graph, { weighted, slope }: DrawnTerm): NodeId {
  const { algebra: A } = graph;
  return A.mul(A.square(weighted), graph.sum(slope.map((node) => A.square(node))));
}
