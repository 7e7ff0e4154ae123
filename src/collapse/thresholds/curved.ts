/**
 * Conditions that read one latent alone and are not affine in it: z² > 2 holds below −√2 and above √2. Their thresholds are numbers, the
 * roots of the condition, isolated with a guarantee (`src/roots`) wherever the prior has mass that a double can tell from 0.
 */
import { type Graph, inputIndex } from "../../autodiff/graph/graph.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import { valuesAt } from "../../autodiff/tape/values.ts";
import { withTails } from "../../distributions/known-tails.ts";
import type { Latent } from "../../program/trace.ts";
import { makeRootFinder } from "../../roots/isolation.ts";

/** Thresholds of a condition on a latent's own scale, ascending, and whether it holds below the first, between them, above the last. */
export interface Thresholds {
  readonly at: readonly number[];
  readonly holds: readonly boolean[];
}

/** The mass of a prior that may lie beyond the roots that are sought. */
const NO_MASS = 1e-16;
const MOST_ROOTS = 64;

/** The thresholds of a condition that is a number everywhere and reads the latent alone; undefined where they cannot be had. */
export function curvedThresholds(graph: Graph, latent: Latent, condition: NodeId): Thresholds | undefined {
  const { node, value } = latent;
  const c = graph.a[condition]!;
  const readsOthers = graph.reachable([c, value]).some((below) => inputIndex(graph, below) >= 0 && below !== node);
  const reach = readsOthers ? undefined : reachOf(latent);
  if (reach === undefined) return undefined;
  const roots = new Float64Array(MOST_ROOTS);
  let count: number;
  try {
    count = makeRootFinder(graph, c, node, { reach, refuseJumpsWithin: reach }).find([], roots);
  } catch (error) {
    if (error instanceof RangeError) return undefined; // the guarantee is not reached
    throw error;
  }
  const ends = [-reach, ...roots.subarray(0, count), reach];
  const middles = ends.slice(1).map((end, j) => 0.5 * (end + ends[j]!));
  const holds = along(graph, c, node, middles).map((x) => x > 0);
  const own = along(graph, value, node, [...roots.subarray(0, count)]);
  const changes = own.map((_, j) => j).filter((j) => holds[j] !== holds[j + 1]);
  return { at: changes.map((j) => own[j]!), holds: [holds[0]!, ...changes.map((j) => holds[j + 1]!)] };
}

function along(graph: Graph, node: NodeId, input: NodeId, points: readonly number[]): number[] {
  return points.map((at) => valuesAt(graph, [node], new Map([[input, at]]))[0]!);
}

// How far from 0 the latent's input may lie; undefined for priors of which that is not known.
function reachOf({ prior, transform }: Latent): number | undefined {
  if ("sampled" in prior) return undefined;
  const { quantile, parameters } = withTails(prior);
  if (!quantile || parameters.some(({ value }) => typeof value !== "number")) return undefined;
  const ends = [quantile(NO_MASS), quantile(1 - NO_MASS)].map((x) => (transform ? transform.inverse(x) : x));
  const reach = Math.max(...ends.map((end) => (typeof end === "number" ? Math.abs(end) : Number.NaN)));
  return reach < Infinity ? reach + 1 : undefined;
}
