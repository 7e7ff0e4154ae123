/**
 * The estimator of Lee, Yu and Yang (NeurIPS 2018, arXiv:1806.00176, Theorem 4 and Section 4): the pathwise term, plus
 * one boundary drawn uniformly for each sample, times their number K.
 *
 * k = boundary drawn, ε′ = noise of the correction, independent of ε, z* = draw ε′ with one latent moved onto boundary k
 */
import { gradient } from "../autodiff/gradient.ts";
import type { Graph } from "../autodiff/graph.ts";
import type { NodeId } from "../autodiff/ops.ts";
import { substitute } from "../autodiff/substitute.ts";
import { type Block, type BlockEntry, blocksOf } from "./block.ts";
import { analyseBoundaries, type Boundary, requireBoundaries } from "./boundaries.ts";
import type { Choice, Estimator, EstimatorNodes } from "./estimator.ts";
import { parallels, sometimesCoincident, truthBeside } from "./parallel.ts";
import { type SeparateConditions, separateConditions } from "./separate.ts";
import { surfacesOf } from "./surface.ts";
import { placedAt, type Target } from "./target.ts";

export interface Lyy18Options {
  /** Boundaries drawn per sample, with replacement (default 1, the paper's). */
  readonly boundaries?: number;
  /**
   * "merged" (default): conditions with the same boundary are forced together. "separate": each `if` by itself, the
   * others on the same boundary taken as false, as the original implementation does; **biased** where they interact.
   */
  readonly coincident?: "merged" | "separate";
}

/**
 * The paper's own estimator, the baseline for `corrected`.
 *
 * Estimates: ∇θ ELBO. Using: reverse mode, and for each sample one boundary drawn uniformly, on which one latent (that
 * of the largest coefficient) is moved, with fresh noise for the others. Requires: as `corrected`.
 * Unbiased when: always, if accepted; with `coincident: "separate"` only if no two conditions share a boundary.
 * State: none. Source: Lee, Yu and Yang, NeurIPS 2018 (arXiv:1806.00176), Section 4.
 */
export function lyy18(options: Lyy18Options = {}): Estimator {
  const { boundaries = 1, coincident = "merged" } = options;
  if (!Number.isInteger(boundaries) || boundaries < 1)
    throw new RangeError(`lyy18: boundaries is not a count; got ${String(boundaries)}, expected an integer ≥ 1`);
  if (coincident !== "merged" && coincident !== "separate")
    throw new RangeError(`lyy18: unknown coincident; got ${String(coincident)}, expected "merged" or "separate"`);
  if (coincident === "merged")
    return {
      name: "lyy18",
      build: (target, analysis) =>
        build(target, { target, groupOf: (k) => k }, requireBoundaries("lyy18", analysis()), boundaries),
    };
  return {
    name: "lyy18 (separate)",
    graphOptions: { pushIntoWhere: false },
    biasedWhenCoincident: true,
    build: (target) => {
      const parts = separateConditions(target);
      const nodes = build(
        target,
        parts,
        requireBoundaries("lyy18", analyseBoundaries(parts.target, false)),
        boundaries,
      );
      return { ...nodes, gradient: parts.tied(nodes.gradient) };
    },
  };
}

type Parts = Pick<SeparateConditions, "target"> & {
  readonly groupOf: (boundary: number, all: readonly Boundary[]) => number;
};

function build(original: Target, parts: Parts, boundaries: readonly Boundary[], draws: number): EstimatorNodes {
  const { graph, parameters, value } = original;
  const { algebra: A } = graph;
  const ordered = byFamily(graph, boundaries);
  const pathwise = gradient(graph, value, parameters);
  const normals = [...original.normals];
  const choices: Choice[] = [];
  if (boundaries.length === 0) return { gradient: pathwise, normals, choices };
  const corrections: NodeId[][] = parameters.map(() => []);
  for (let draw = 0; draw < draws; draw++) {
    const suffix = draws > 1 ? ` ${draw}` : "";
    const fresh = original.normals.map((node) =>
      graph.input(`${graph.inputs[graph.inputIndex(node)]!.name}′${suffix}`, true),
    );
    const choice = graph.input(`boundary${suffix}`, true);
    normals.push(...fresh);
    choices.push({ node: choice, count: boundaries.length });
    correction(parts, ordered, fresh, choice).forEach((node, index) => {
      corrections[index]!.push(A.mul(A.constant(boundaries.length / draws), node));
    });
  }
  return { gradient: pathwise.map((node, index) => A.add(node, graph.sum(corrections[index]!))), normals, choices };
}

// w·(ℓ⁺ − ℓ⁻)·∂c/∂θ of the boundary that `choice` names, one node per parameter.
function correction(parts: Parts, boundaries: readonly Boundary[], fresh: readonly NodeId[], choice: NodeId): NodeId[] {
  const { target } = parts;
  const { graph, parameters, terms } = target;
  const { algebra: A } = graph;
  const zero = graph.constant(0);
  const chosen = boundaries.map((_, k) => A.equal(choice, A.constant(k)));
  const atDraw = placedAt(target, fresh);
  const surfaces = boundaries.map(
    (boundary) => surfacesOf(target, { ...boundary, blocks: [oneLatent(target, boundary)] }, fresh, atDraw)[0]!,
  );
  const moved = fresh.map((own, i) =>
    surfaces.reduce(
      (rest, surface, k) => (surface.epsilon[i] === own ? rest : A.where(chosen[k]!, surface.epsilon[i]!, rest)),
      own,
    ),
  );
  const weight = surfaces.reduce((rest, surface, k) => A.where(chosen[k]!, surface.weight, rest), zero);

  const onSurface = placedAt(target, moved);
  const plus = new Map(onSurface);
  const minus = new Map(onSurface);
  const groups = boundaries.map((_, k) => parts.groupOf(k, boundaries));
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
        whereDrawn(target, boundaries, boundary, choice, chosen, sign, beside, elsewhere),
      );
      map.set(node, sign === side ? A.or(chosen[k]!, value) : A.and(A.not(chosen[k]!), value));
    }
  }
  const twice = coincidentDraws(target, boundaries, chosen, plus);
  const roots = terms.map(({ node }) => node);
  const [above, below] = [substitute(graph, roots, plus), substitute(graph, roots, minus)];
  const jump = graph.sum(above.flatMap((node, j) => (node === below[j] ? [] : [A.sub(node, below[j]!)])));
  const weighted = A.chain(A.where(twice, zero, weight), jump);
  return parameters.map((_, index) => {
    const slopes = surfaces.flatMap(({ slope }, k) =>
      slope.has(index) ? [A.where(chosen[k]!, slope.get(index)!, zero)] : [],
    );
    return slopes.length === 0 ? zero : A.mul(weighted, graph.sum(slopes));
  });
}

// The truth of a condition of boundary k given the one drawn: by the offsets if they are parallel, else at z*.
function whereDrawn(
  { graph }: Target,
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
  { graph }: Target,
  boundaries: readonly Boundary[],
  chosen: readonly NodeId[],
  at: Map<NodeId, NodeId>,
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

// Parallel boundaries next to each other, by their offsets where these are constants.
function byFamily(graph: Graph, boundaries: readonly Boundary[]): Boundary[] {
  const offset = (boundary: Boundary): number => (graph.isConstant(boundary.offset) ? graph.value(boundary.offset) : 0);
  return [...boundaries].sort((p, q) => p.family - q.family || offset(p) - offset(q));
}

// The paper's projection: the latent of the largest constant coefficient; where there is none it is not defined.
function oneLatent(target: Target, boundary: Boundary): Block {
  const { graph, trace } = target;
  const size = ({ coefficient }: BlockEntry): number =>
    graph.isConstant(coefficient) ? Math.abs(graph.value(coefficient)) : -1;
  const isLatent = (variable: number): boolean => variable < trace.latents.length;
  const [largest] = blocksOf(target, boundary.condition, isLatent)
    .flatMap(({ entries }) => entries)
    .filter(({ variable }) => isLatent(variable))
    .sort((p, q) => size(q) - size(p));
  if (largest === undefined || size(largest) < 0)
    throw new RangeError(
      `lyy18: condition \`${boundary.text}\` has no constant slope; got a product of latents, expected a latent with a constant coefficient to be projected; corrected() handles it`,
    );
  const zero = new Map([[target.variables[largest.variable]!.node, graph.constant(0)]]);
  return { entries: [largest], rest: substitute(graph, [boundary.condition], zero)[0]! };
}
