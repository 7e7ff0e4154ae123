/**
 * A latent that only conditions read decides between few cells: z against the thresholds 1 and 3 lies below both, between them or above.
 * This file makes of it a variable with one value per cell.
 */
import { exprOf, max, min, nodeOf, type Real } from "../autodiff/expr.ts";
import { mayOverflow } from "../autodiff/graph/behaviour.ts";
import type { Graph } from "../autodiff/graph/graph.ts";
import { linearForm } from "../autodiff/graph/linear-form.ts";
import { append } from "../autodiff/graph/multimap.ts";
import { substitute } from "../autodiff/graph/substitute.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import { Session } from "../autodiff/session.ts";
import { ordered } from "../distributions/choice.ts";
import type { Distribution } from "../distributions/distribution.ts";
import { withTails } from "../distributions/known-tails.ts";
import { logMassInOrder } from "../distributions/log-mass.ts";
import { mapped, visits } from "../pieces/lists.ts";
import { finished, type Pieces } from "../pieces/pieces.ts";
import type { Latent } from "../program/trace.ts";
import type { Crossing } from "./thresholds/crossings.ts";
import type { Variable } from "./variable.ts";

/** Thresholds that may overflow are cut off here, where the probability beyond has been 0 for long. */
const FAR = 1e150;

const IMPOSSIBLE = -1e300;

/** Most cells of a latent whose thresholds come in an order that is not known. */
const MOST_PATTERNS = 64;

/** Thresholds or cells of a piece of the work. */
const EACH = 64;
/** Steps of ladders that are noted in a piece of the work. */
const STEPS_EACH = 1024;

/** Thresholds that differ by numbers, from the lowest on; each may be one of several conditions. */
type Ladder = readonly (readonly [Threshold, ...Threshold[]])[];

interface Threshold {
  readonly crossing: Crossing;
  readonly at: NodeId;
}

/** The cells of a latent; in words why not, where they cannot be had. */
export function* cellsOf(graph: Graph, latent: Latent, crossings: readonly Crossing[]): Pieces<Variable | string> {
  const { prior } = latent;
  if ("sampled" in prior) return "it is an entry of a vector";
  const ladders = yield* laddersOf(graph, crossings);
  yield;
  const own = new Set(crossings.map(({ condition }) => condition));
  const nested = graph.reachable(crossings.flatMap(({ at }) => at)).some((node) => own.has(node));
  const cells = ladders.reduce((product, ladder) => product * (ladder.length + 1), 1);
  if ((ladders.length > 1 || nested) && cells > MOST_PATTERNS)
    return `the order of its ${crossings.length} thresholds is not known, and it would have ${cells} cells, more than ${MOST_PATTERNS}`;
  yield;
  // By condition its ladder, the steps of that at which it changes, and what it is between them.
  const steps = new Map(
    crossings.map(({ condition, holds }) => [condition, { ladderIndex: 0, at: [] as number[], holds }]),
  );
  for (const [ladderIndex, ladder] of ladders.entries())
    yield* visits(ladder, STEPS_EACH, (step, j) => {
      for (const { crossing } of step) {
        const of = steps.get(crossing.condition)!;
        of.ladderIndex = ladderIndex;
        of.at.push(j);
      }
    });
  // In how many steps of each ladder the latent lies above the threshold, at a value: those of the last ladder fastest.
  const heights = (value: number): number[] => {
    const found = ladders.map(() => 0);
    for (let rest = value, i = ladders.length - 1; i >= 0; i--) {
      const width = ladders[i]!.length + 1;
      found[i] = rest % width;
      rest = (rest - found[i]!) / width;
    }
    return found;
  };
  const readAt = (read: NodeId, value: number): NodeId => {
    const { ladderIndex, at, holds } = steps.get(read)!;
    const height = at.length > 0 ? heights(value)[ladderIndex]! : 0;
    return graph.truth(holds[at.filter((step) => height > step).length]!);
  };
  const values = Array.from({ length: cells }, (_, value) => value);
  yield;
  const ends = yield* mapped(values, EACH, (value) => {
    const map = nested ? new Map([...own].map((read) => [read, readAt(read, value)])) : undefined;
    return endsOf(graph, ladders, heights(value), (at) => (map ? substitute(graph, [at], new Map(map))[0]! : at));
  });
  const logMasses = yield* massPieces(graph, prior, ends);
  if (typeof logMasses === "string") return logMasses;
  const isOrdered = ladders.length === 1;
  return {
    name: latent.name,
    size: cells,
    reads: [...steps.keys()],
    readAt,
    runs: (reads) =>
      isOrdered
        ? [0, ...new Set(reads.flatMap((read) => steps.get(read)!.at.map((step) => step + 1)).sort((p, q) => p - q))]
        : values,
    logMasses,
    live: latent.live,
    meaning: { kind: "cells", latent, ends },
  };
}

/** The crossings by thresholds that differ by numbers. */
function* laddersOf(graph: Graph, crossings: readonly Crossing[]): Pieces<Ladder[]> {
  const byForm = new Map<string, Map<number, Threshold[]>>();
  const thresholds = crossings.flatMap((crossing) => crossing.at.map((at): Threshold => ({ crossing, at })));
  yield* visits(thresholds, EACH, (threshold) => {
    const { coefficients, constant } = linearForm(graph, threshold.at);
    const key = [...coefficients]
      .sort(([p], [q]) => p - q)
      .map(([node, weight]) => `${node}:${weight}`)
      .join();
    let steps = byForm.get(key);
    if (!steps) {
      steps = new Map();
      byForm.set(key, steps);
    }
    append(steps, constant, threshold);
  });
  yield;
  return [...byForm.values()].map((steps) =>
    [...steps].sort(([p], [q]) => p - q).map(([, step]) => step as [Threshold, ...Threshold[]]),
  );
}

// The interval in which a latent lies above so many steps of each ladder: above the highest of those below it, below the lowest
// of the others.
function endsOf(
  graph: Graph,
  ladders: readonly Ladder[],
  heights: readonly number[],
  resolved: (at: NodeId) => NodeId,
): readonly [low: NodeId, high: NodeId] {
  const { algebra: A } = graph;
  const cut = ([{ at }]: Ladder[number]): NodeId => {
    const node = resolved(at);
    if (graph.isConstant(node) || !mayOverflow(graph, node)) return node;
    return A.max(A.constant(-FAR), A.min(A.constant(FAR), node));
  };
  let [low, high]: [NodeId?, NodeId?] = [];
  ladders.forEach((ladder, i) => {
    const [below, above] = [ladder[heights[i]! - 1], ladder[heights[i]!]];
    if (below) low = low === undefined ? cut(below) : A.max(low, cut(below));
    if (above) high = high === undefined ? cut(above) : A.min(high, cut(above));
  });
  return [low ?? graph.constant(-Infinity), high ?? graph.constant(Infinity)];
}

/** `massPieces` at once. */
export function massesOf(...given: Parameters<typeof massPieces>): NodeId[] | string {
  return finished(massPieces(...given));
}

/**
 * Log prior masses of intervals, of their part inside the support: under uniform(0, h) no mass is above 3 where h < 3, and all of it is below. In
 * words why not, where the prior's cdf is not known.
 */
export function* massPieces(
  graph: Graph,
  prior: Distribution,
  ends: readonly (readonly [low: NodeId, high: NodeId])[],
): Pieces<NodeId[] | string> {
  const session = new Session(graph);
  const { lower, upper, ends: traced = [lower, upper] } = prior.support;
  const [first, last] = traced;
  const known = withTails(prior);
  const massOf = ([from, to]: readonly [NodeId, NodeId]): NodeId => {
    const [low, high] = [exprOf(session, from), exprOf(session, to)];
    const between = (least: Real, most: Real): Real => logMassInOrder(known, least, most);
    // An end beyond the support cuts nothing off. A formula would have an infinite slope there.
    const upTo = (least: Real): Real => {
      const isOpen = high === Infinity || last === Infinity;
      return isOpen ? between(least, high) : ordered(high, last, between(least, high), between(least, Infinity));
    };
    const isOpen = low === -Infinity || first === -Infinity;
    const mass = isOpen ? upTo(low) : ordered(first, low, upTo(low), upTo(-Infinity));
    const [least, most] = [max(low, first), min(high, last)];
    if (least === -Infinity || most === Infinity || typeof mass === "number") return nodeOf(session, mass);
    const checked = ordered(least, most, mass);
    // Of a cell that other latents make impossible the log mass is a number all the same: where a whole sum is −∞ its slopes are not.
    return nodeOf(session, checked === mass || typeof checked === "number" ? checked : max(IMPOSSIBLE, checked));
  };
  try {
    return yield* mapped(ends, EACH, massOf);
  } catch (error) {
    if (error instanceof TypeError) return `the cdf of its prior ${prior.name} is not known there`;
    throw error;
  }
}
