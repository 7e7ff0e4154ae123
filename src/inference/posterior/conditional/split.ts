/**
 * The latents of a program in two parts: inner ones, of which the log density is concave whatever the others are, and a few outer ones. In
 *
 *     sv ~ halfNormal(1), sw ~ halfNormal(1), x_t ~ normal(x_{t−1}, sw), y_t ~ normal(x_t, sv)
 *
 * the ten x_t are inner: given both scales they are jointly normal. No normal follows all twelve, as the x_t lie within sv of the data where
 * that is small.
 */
import { gradient } from "../../../autodiff/graph/gradient.ts";
import { type Graph, MASK } from "../../../autodiff/graph/graph.ts";
import { CODE } from "../../../autodiff/ops/codes.ts";
import type { NodeId } from "../../../autodiff/ops/op.ts";
import { evaluationPieces } from "../../../autodiff/tape/evaluation.ts";
import { EnvelopeFactor } from "../../../linalg/envelope-cholesky.ts";
import type { Pieces } from "../../../pieces/pieces.ts";
import type { Source } from "../source.ts";

/** Above so many outer latents, or inner ones, there is no such split. */
const MOST_OUTER = 6;
const MOST_INNER = 128;
/** So many latents are weighed well together by rounds and particles where the density has kinks or jumps. */
const FEW = 16;
/** Products that one factor of the curvature may take: 30 latents each of which knows all others, or 128 steps of a walk. */
const MOST_PRODUCTS = 5000;
/** Second derivatives are nodes that are made for each latent anew: at most so many. */
const MOST_NODES = 400_000;
/** Inner latents for each outer one that are many. */
const MANY = 2;
/** Draws of the guides at which the density is to be concave. */
export const LOOKS = 32;

/** A second derivative of the log density by two inner latents, row ≥ column by their places among these. */
export interface Entry {
  readonly row: number;
  readonly column: number;
  readonly node: NodeId;
}

/** Places of latents in the trace, and nodes of the log density and its derivatives by the inner ones. */
export interface Split {
  readonly inner: readonly number[];
  readonly outer: readonly number[];
  readonly density: NodeId;
  readonly slopes: readonly NodeId[];
  readonly entries: readonly Entry[];
}

/**
 * Such splits, concave at `LOOKS` draws that are given, the first with the fewest outer latents and each further one with one more. Where the density
 * jumps it is to be concave on both sides: draws are weighed by the density as it is.
 */
export type Splits = (further: number) => Split | undefined;

/** What finds them, once for all of them. */
export function* splitPieces({ trace, engine }: Source, draws: Float64Array): Pieces<Splits | undefined> {
  const { graph, latents, terms } = trace;
  const inputs = latents.map(({ node }) => node);
  const n = inputs.length;
  const density = graph.sum(terms.map(({ node }) => node));
  const below = graph.reachable([density]);
  if (n > MOST_INNER || n * below.length > MOST_NODES) return undefined;
  const jumps = below.some((node) => graph.hasFlag(node, MASK) && !graph.isConstant(node));
  if (n <= FEW && jumps) return undefined;
  const slopes = gradient(graph, density, inputs);
  if (n <= FEW && slopes.some((slope) => hasKinks(graph, slope))) return undefined;
  const entries: Entry[] = [];
  for (let row = 0; row < n; row++) {
    yield;
    gradient(graph, slopes[row]!, inputs.slice(0, row + 1)).forEach((node, column) => {
      if (!graph.is(node, 0)) entries.push({ row, column, node });
    });
  }
  const place = new Map(inputs.map((node, i) => [node, i]));
  const movers = entries.map(({ node }) => graph.reachable([node]).flatMap((under) => place.get(under) ?? []));
  const { run, value } = yield* evaluationPieces(
    graph,
    entries.map(({ node }) => node),
    { engine, laneInputs: inputs, points: LOOKS },
  );
  run([], draws);
  return (further) => {
    const outer = new Set<number>();
    for (let more = further; ; ) {
      const inner = inputs.map((_, i) => i).filter((i) => !outer.has(i));
      if (inner.length < 2 || outer.size > MOST_OUTER) return undefined;
      const ordered = bySparseness(inner, entries);
      const own = among(ordered, entries);
      const factor = new EnvelopeFactor(ordered.length, own);
      if (factor.products > MOST_PRODUCTS) return undefined;
      const isConcave = Array.from({ length: LOOKS }, (_, p) => factor.fill((k) => value(own[k]!.from, p)));
      if (!isConcave.every(Boolean)) {
        // What most of the second derivatives depend on is a scale, or like one.
        const counts = new Float64Array(n);
        for (const { from } of own) for (const i of movers[from]!) counts[i]!++;
        outer.add(inner.reduce((most, i) => (counts[i]! > counts[most]! ? i : most)));
        continue;
      }
      if (outer.size === 0) return undefined;
      // What most others depend on, the last in the order, is the next: rates under gamma(a, b) have a density that is concave in a, too, and skew.
      if (more-- > 0) {
        outer.add(ordered[ordered.length - 1]!);
        continue;
      }
      // Few that are not normal given the others, as two scales given both means, are skew: their normals are no better than those of all. Many are worth it all the same.
      const areNormal = own.every(({ from }) => movers[from]!.every((i) => outer.has(i)));
      if (inner.length < MANY * outer.size && !areNormal) return undefined;
      const sorted = [...outer].sort((i, j) => i - j);
      return { inner: ordered, outer: sorted, density, slopes: ordered.map((i) => slopes[i]!), entries: own };
    }
  };
}

// Whether a slope jumps, as that of |b| under a Laplace prior: the curvature at a mode tells nothing of a density with a kink there.
function hasKinks(graph: Graph, slope: NodeId): boolean {
  return graph
    .reachable([slope])
    .some((node) => !graph.isConstant(node) && (graph.hasFlag(node, MASK) || graph.op[node] === CODE.sign));
}

// Those with few others come first, so that the factor has few entries: the mean of a walk after its steps.
function bySparseness(inner: readonly number[], entries: readonly Entry[]): number[] {
  const others = new Map(inner.map((i) => [i, 0]));
  for (const { row, column } of entries)
    if (others.has(row) && others.has(column)) for (const i of [row, column]) others.set(i, others.get(i)! + 1);
  return [...inner].sort((i, j) => others.get(i)! - others.get(j)! || i - j);
}

// The entries among these, by their places there, and which ones of all they are.
function among(inner: readonly number[], entries: readonly Entry[]): (Entry & { readonly from: number })[] {
  const place = new Map(inner.map((i, k) => [i, k]));
  return entries.flatMap(({ row, column, node }, from) => {
    const [i, j] = [place.get(row), place.get(column)];
    return i === undefined || j === undefined ? [] : [{ row: Math.max(i, j), column: Math.min(i, j), node, from }];
  });
}
