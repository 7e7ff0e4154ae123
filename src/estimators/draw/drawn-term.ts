/**
 * Of several boundaries one is drawn, and its term stands for all of them: z* is the point of the one that
 * was drawn, by masks, so that ℓ⁺ and ℓ⁻ are evaluated once however many boundaries there are.
 */
import type { Graph } from "../../autodiff/graph/graph.ts";
import { type Replacement, SparseReplacement, substitute } from "../../autodiff/graph/substitute.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import type { Boundary } from "../../boundaries/find/boundaries.ts";
import { parallels, sometimesCoincident, truthBeside } from "../../boundaries/find/parallels.ts";
import type { Surface } from "../../boundaries/move/projection.ts";
import { type Objective, placedAt } from "../../objective/objective.ts";

export interface DrawnBoundary {
  readonly objective: Objective;
  /** All boundaries, in the order of `byFamily`. */
  readonly boundaries: readonly Boundary[];
  /** The one surface of each boundary that may be drawn, made from `epsilon`; undefined for the others. */
  readonly surfaces: readonly (Surface | undefined)[];
  readonly epsilon: readonly NodeId[];
  /** Lane input that holds the index of the boundary drawn. */
  readonly choice: NodeId;
  /** Boundaries of one group are never forced together: those beside the one drawn count as false. */
  readonly groupOf?: ((boundary: Boundary) => number) | undefined;
}

export interface DrawnTerm {
  /** w·(ℓ⁺ − ℓ⁻). */
  readonly weighted: NodeId;
  /** ∂c/∂θ, one node per parameter, constant 0 where no boundary has one. */
  readonly slope: readonly NodeId[];
}

/** w·(ℓ⁺ − ℓ⁻) and ∂c/∂θ of the boundary that `choice` names. */
export function drawnTerm({ objective, boundaries, surfaces, epsilon, choice, groupOf }: DrawnBoundary): DrawnTerm {
  const { graph, parameters, terms } = objective;
  const { algebra: A } = graph;
  const zero = graph.constant(0);
  const chosen = surfaces.map((surface, k) => (surface ? A.equal(choice, A.constant(k)) : graph.truth(false)));
  const moved = [...epsilon];
  surfaces.forEach((surface, k) => {
    for (const [variable, node] of surface?.moved ?? []) moved[variable] = A.where(chosen[k]!, node, moved[variable]!);
  });
  const weight = surfaces.reduce(
    (rest, surface, k) => (surface ? A.where(chosen[k]!, surface.weight, rest) : rest),
    zero,
  );

  const onSurface = placedAt(objective, moved.entries());
  const plus = new SparseReplacement(onSurface.leaves, onSurface);
  const minus = new SparseReplacement(onSurface.leaves, onSurface);
  const groups = boundaries.map((boundary, k) => groupOf?.(boundary) ?? k);
  const parallel = parallels(graph, boundaries);
  // In the order of their making: conditions inside others are in the maps before they are asked for.
  const predicates = boundaries
    .flatMap((boundary, k) => boundary.predicates.map((predicate) => ({ ...predicate, boundary, k })))
    .sort((p, q) => p.node - q.node);
  for (const { node, sign, boundary, k } of predicates) {
    const tied = graph.any(chosen.filter((_, j) => j !== k && groups[j] === groups[k]));
    for (const [side, map] of [
      [1, plus],
      [-1, minus],
    ] as const) {
      const at = (inner: NodeId): NodeId => substitute(graph, [inner], map)[0]!;
      const elsewhere = (): NodeId => A.positive(at(graph.a[node]!));
      const beside = (j: number): NodeId =>
        truthBeside(graph, sign, side, at(parallel(boundaries[j]!)(node)!.difference));
      const value = A.and(
        A.not(tied),
        whereDrawn(objective, boundaries, boundary, choice, chosen, sign, beside, elsewhere),
      );
      map.set(node, sign === side ? A.or(chosen[k]!, value) : A.and(A.not(chosen[k]!), value));
    }
  }
  const twice = coincidentDraws(objective, boundaries, chosen, plus);
  const roots = terms.map(({ node }) => node);
  const [above, below] = [substitute(graph, roots, plus), substitute(graph, roots, minus)];
  const jump = graph.sum(above.flatMap((node, j) => (node === below[j] ? [] : [A.sub(node, below[j]!)])));
  return {
    weighted: A.chain(A.where(twice, zero, weight), jump),
    slope: parameters.map((_, index) =>
      graph.sum(
        surfaces.flatMap((surface, k) =>
          surface?.slope.has(index) ? [A.where(chosen[k]!, surface.slope.get(index)!, zero)] : [],
        ),
      ),
    ),
  };
}

// The truth of a condition of boundary k given the one drawn: by the offsets if they are parallel, else at z*.
function whereDrawn(
  { graph }: Objective,
  boundaries: readonly Boundary[],
  own: Boundary,
  choice: NodeId,
  chosen: readonly NodeId[],
  sign: 1 | -1,
  beside: (drawn: number) => NodeId,
  elsewhere: () => NodeId,
): NodeId {
  const { algebra: A } = graph;
  const first = boundaries.findIndex(({ family }) => family === own.family);
  const last = boundaries.findLastIndex(({ family }) => family === own.family);
  if (first === last) return elsewhere();
  const members = boundaries.slice(first, last + 1);
  const k = boundaries.indexOf(own);
  // Constant offsets are in order, so that comparing indices compares them.
  const parallel = members.every(({ offset }) => graph.isConstant(offset))
    ? A.positive(sign > 0 ? A.sub(A.constant(k), choice) : A.sub(choice, A.constant(k)))
    : graph.any(members.flatMap((member, j) => (member === own ? [] : [A.and(chosen[first + j]!, beside(first + j))])));
  if (members.length === boundaries.length) return parallel;
  const within = A.and(
    A.positive(A.add(choice, A.constant(0.5 - first))),
    A.positive(A.sub(A.constant(last + 0.5), choice)),
  );
  return A.or(A.and(within, parallel), A.and(A.not(within), elsewhere()));
}

// The boundary drawn coincides, in this sample, with an earlier one, which counts for both.
function coincidentDraws(
  { graph }: Objective,
  boundaries: readonly Boundary[],
  chosen: readonly NodeId[],
  at: Replacement,
): NodeId {
  const { algebra: A } = graph;
  const coincident = sometimesCoincident(graph, boundaries);
  const first = ({ predicates }: Boundary): NodeId => predicates[0]!.node;
  return graph.any(
    boundaries.flatMap((boundary, k) =>
      coincident(boundary)
        .filter((other) => first(other) < first(boundary))
        .map(({ offset }) => {
          const [difference] = substitute(graph, [A.sub(offset, boundary.offset)], at) as [NodeId];
          return A.and(chosen[k]!, A.equal(difference, graph.constant(0)));
        }),
    ),
  );
}

/** Parallel boundaries next to each other, by their offsets where these are constants. */
export function byFamily(graph: Graph, boundaries: readonly Boundary[]): Boundary[] {
  const offset = (boundary: Boundary): number => (graph.isConstant(boundary.offset) ? graph.value(boundary.offset) : 0);
  return [...boundaries].sort((p, q) => p.family - q.family || offset(p) - offset(q));
}
