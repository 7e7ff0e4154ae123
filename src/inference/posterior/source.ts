/** The numbers of a posterior are computed from a source: a trace, the guide over its latents, and what draws the latents that were summed out. */
import type { NodeId } from "../../autodiff/ops/op.ts";
import type { Engine } from "../../autodiff/tape/engine.ts";
import { type DataGraph, evaluation } from "../../autodiff/tape/evaluation.ts";
import type { Completion } from "../../collapse/completion/completion.ts";
import type { Trace } from "../../program/run.ts";
import type { Gaussian } from "./gaussian.ts";

export interface Source {
  /** Of the latents that the guide is over; `original` is that of the program if others were summed out. */
  readonly trace: Trace;
  readonly engine: Engine;
  readonly components: readonly Gaussian[];
  /** All guides that a fit has found, with weights that sum to 1; none if these are the components. */
  readonly proposals?: readonly Gaussian[];
  readonly drawing: Completion | undefined;
  readonly weighing?: AppliedWeighing | undefined;
}

/** The proposal whose draws a fit has weighed, and whether they or particles answer for the posterior instead of the guide. */
export interface AppliedWeighing {
  readonly proposal: readonly Gaussian[];
  /** Whether weighted draws of the proposal answer, or the particles if there are some. */
  readonly answers: boolean;
  /** Draws of the posterior without weights, latent by latent. */
  readonly particles?: Float64Array | undefined;
}

/** Values of inputs at draws, by node. */
export type InputDraws = ReadonlyMap<NodeId, Float64Array>;

/** Inputs that have one number for all draws: parameters that are points, and the data of a compiled model. */
export function givenNodes({ graph, points }: Trace): readonly NodeId[] {
  return [...points.map(({ node }) => node), ...((graph as DataGraph).data?.nodes ?? [])];
}

/** Points of one run of a tape. */
const POINTS = 512;

/** Values of nodes at draws of the inputs. */
export function valuesOf(
  { trace, engine, components }: Pick<Source, "trace" | "engine"> & Partial<Source>,
  nodes: readonly NodeId[],
  draws: InputDraws,
  count: number,
): Float64Array[] {
  const found = nodes.map((node) => known(trace, draws, node, count));
  const [places, asked] = [[...nodes.keys()].filter((j) => !found[j]), nodes.filter((_, j) => !found[j])];
  if (asked.length === 0) return found as Float64Array[];
  // Inputs that the nodes do not read are not carried along: of 25 latents a tracked sum of two reads two.
  const read = new Set(trace.graph.reachable(asked));
  const own = [...draws].filter(([node]) => read.has(node));
  const laneInputs = own.map(([node]) => node);
  const points = Math.min(POINTS, count);
  const run = evaluation(trace.graph, asked, {
    engine,
    inputs: trace.points.map(({ node }) => node),
    laneInputs,
    points,
  });
  for (const j of places) found[j] = new Float64Array(count);
  const lanes = new Float64Array(laneInputs.length * points);
  for (let first = 0; first < count; first += points) {
    const used = Math.min(count - first, points); // beyond them lie draws of the run before
    own.forEach(([, row], i) => {
      lanes.set(row.subarray(first, first + used), i * points);
    });
    run.run(components?.[0]?.points ?? [], lanes);
    places.forEach((place, j) => {
      const values = found[place]!;
      for (let p = 0; p < used; p++) values[first + p] = run.value(j, p);
    });
  }
  return found as Float64Array[];
}

// What needs no tape: an input has its draws, as a latent on the real line whose number it is, and a constant is the same at each.
function known({ graph }: Trace, draws: InputDraws, node: NodeId, count: number): Float64Array | undefined {
  if (graph.isConstant(node)) return new Float64Array(count).fill(graph.value(node));
  return draws.get(node)?.slice(0, count);
}
