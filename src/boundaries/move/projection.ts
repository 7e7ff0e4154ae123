/**
 * The guide on a boundary c = Σ_{v∈B} a_v·v + rest = 0, as graph nodes, where each v is moved by one noise: v = m_v + σ_v·ε_v.
 *
 * Given the variables outside the block, c ~ N(m, s²) with m = Σ a_v m_v + rest and s² = Σ (a_v σ_v)². A draw on the
 * boundary is the base draw moved by Matheron's rule, ε*_v = ε_v − α_v c/s² with α_v = a_v σ_v; for a block of one it is
 * ε* = −m/α whatever the draw. The density of c at 0 is w = φ(m/s)/s. Where a guide correlates latents, s² = Σ_v Cov(v, c)²/Var(v)
 * is the variance of c with the correlations in it, and each of the latents moves by its covariance with c.
 */
import { gradient } from "../../autodiff/graph/gradient.ts";
import { type Replacement, type SparseReplacement, substitute } from "../../autodiff/graph/substitute.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import type { Block } from "../../conditions/affine-blocks.ts";
import { type Objective, placedAt, variablesBelow } from "../../objective/objective.ts";
import type { Boundary } from "../find/boundaries.ts";

const INV_SQRT_2PI = 0.3989422804014327; // 1/√(2π)

/** Noise by variable. */
export type Moved = ReadonlyMap<number, NodeId>;

export interface Surface {
  /** Noise of the variables that have another one than their own. */
  readonly moved: Moved;
  /** Substitution that evaluates nodes of the trace there. */
  readonly at: SparseReplacement;
  /** The weight of a value there in the integral over the boundary. */
  readonly weight: NodeId;
  /** ∂c/∂θ on the boundary, for the parameters where it is not 0. */
  readonly slope: ReadonlyMap<number, NodeId>;
}

const noiseOf =
  ({ normals }: Objective, moved: Moved) =>
  (variable: number): NodeId =>
    moved.get(variable) ?? normals[variable]!;

/**
 * The surface of a boundary that its first block is moved onto, for the guide's own draw, or another one: with the noise `drawn`, at
 * which `base` evaluates nodes of the trace.
 */
export function surfaceOf(
  objective: Objective,
  { condition, blocks }: Pick<Boundary, "condition" | "blocks">,
  base: Replacement = objective.guided,
  drawn: Moved = new Map(),
): Surface {
  const block = blocks[0]!;
  const own = density(objective, block, base);
  const moved = move(objective, block, own, drawn);
  const at = placedAt(objective, moved);
  return { moved, at, weight: own.weight, slope: slopeAt(objective, condition, noiseOf(objective, moved), at) };
}

/** ∂c/∂θ of a condition at a draw, for the parameters where it is not 0. */
export function slopeAt(
  objective: Objective,
  condition: NodeId,
  noise: (variable: number) => NodeId,
  at: Replacement,
): Map<number, NodeId> {
  const { graph, guide, trace } = objective;
  const moving = variablesBelow(objective, condition).filter((variable) => variable < trace.latents.length);
  const byLatent = gradient(
    graph,
    condition,
    moving.map((i) => trace.latents[i]!.node),
  );
  const known = substitute(graph, byLatent, at).map((node, j) => [moving[j]!, node] as const);
  const slopes = guide.slopes(new Map(known.filter(([, node]) => !graph.is(node, 0))), noise);
  // Parameters without spread move the boundary itself.
  const points = trace.points.map(({ node }) => node);
  const moved = points.length > 0 ? substitute(graph, gradient(graph, condition, points), at) : [];
  moved.forEach((node, k) => {
    if (!graph.is(node, 0)) slopes.set(guide.parameters.indexOf(points[k]!), node);
  });
  return slopes;
}

interface Density {
  readonly alpha: readonly NodeId[];
  readonly mean: NodeId;
  readonly variance: NodeId;
  /** m/s */
  readonly score: NodeId;
  readonly weight: NodeId;
  /** A coefficient is constant: the slope cannot even underflow. */
  readonly steep: boolean;
}

function density({ graph, variables }: Objective, block: Block, base: Replacement): Density {
  const { algebra: A } = graph;
  const { entries } = block;
  const [rest, ...a] = substitute(graph, [block.rest, ...entries.map(({ coefficient }) => coefficient)], base) as [
    NodeId,
    ...NodeId[],
  ];
  const alpha = entries.map(({ variable }, j) => A.mul(a[j]!, variables[variable]!.sigma));
  const mean = A.add(graph.sum(entries.map(({ variable }, j) => A.mul(a[j]!, variables[variable]!.mean))), rest);
  const single = entries.length === 1;
  const variance = graph.sum(alpha.map((node) => A.square(node)));
  const sd = single ? A.abs(alpha[0]!) : A.sqrt(variance);
  const score = A.div(mean, single ? alpha[0]! : sd);
  const value = A.mul(A.div(A.constant(INV_SQRT_2PI), sd), A.exp(A.mul(A.constant(-0.5), A.square(score))));
  const steep = entries.some(({ coefficient }) => graph.isConstant(coefficient));
  // Where its slope is 0 a block is not moved.
  const weight = steep ? value : A.where(A.positive(sd), value, A.constant(0));
  return { alpha, mean, variance, score, weight, steep };
}

function move(objective: Objective, { entries }: Block, own: Density, drawn: Moved): Moved {
  const { graph } = objective;
  const { algebra: A } = graph;
  const epsilon = noiseOf(objective, drawn);
  const moved = new Map(drawn);
  const set = (variable: number, node: NodeId): void => {
    // Where the weight is 0 the draw stays where it is, so that nothing there can overflow.
    moved.set(variable, own.steep ? node : A.where(A.positive(own.weight), node, epsilon(variable)));
  };
  if (entries.length === 1) {
    set(entries[0]!.variable, A.neg(own.score));
    return moved;
  }
  const draws = entries.map(({ variable }, j) => A.mul(own.alpha[j]!, epsilon(variable)));
  const condition = A.add(own.mean, graph.sum(draws));
  entries.forEach(({ variable }, j) => {
    set(variable, A.sub(epsilon(variable), A.mul(A.div(own.alpha[j]!, own.variance), condition)));
  });
  return moved;
}
