/**
 * Draws of latents that were summed out, given draws of those that were kept: the sums are run on numbers, and the variables drawn in
 * the reverse of the order in which they were summed, each given those before it. Of a chain a – b – c that was summed from a on, c is
 * drawn first, then b given c, then a given b. A continuous latent is drawn from its prior within its cell.
 *
 * What is drawn is exact: given the kept latents these are independent draws of the joint posterior of the others.
 */
import { type Graph, MASK } from "../../autodiff/graph/graph.ts";
import { SparseReplacement, substitute } from "../../autodiff/graph/substitute.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import type { Engine } from "../../autodiff/tape/engine.ts";
import { normalQuantile } from "../../math/normal.ts";
import type { Trace } from "../../program/trace.ts";
import type { Elimination } from "../elimination/elimination.ts";
import { lookedUp } from "../look-up.ts";
import { latentsOf, ownersOf, type Variable } from "../variable.ts";
import { type AveragedLatent, aloneAmong, averagedLatents } from "./averaged.ts";
import { type Batch, type ByIndex, type CompletedLatent, roomFor } from "./completed.ts";
import { vectorsIn } from "./entries-in-order.ts";
import { type Marginals, marginalsOf } from "./marginals.ts";
import { type UnreadDraws, unreadDrawsIn } from "./unread-draws.ts";
import { type Cells, cellsIn } from "./within-cells.ts";

/** Draws the latents that were summed out of a trace. */
export interface Completion {
  /** The names of the latents that it draws. */
  readonly latents: readonly string[];
  /** Numbers of the tables that are normalised for a draw. */
  readonly entries: () => number;
  /**
   * Draws of them for draws of the kept latents: `kept` has the inputs of the first one at all draws, then those of the second, …;
   * `next` gives uniforms in (0, 1).
   */
  readonly draw: (kept: ArrayLike<number>, draws: number, next: () => number) => CompletedLatent[];
  /**
   * Those latents of which nothing needs to be drawn, by name, averaged over draws of the kept ones that count by weights. It takes a fraction of the
   * time of drawing them.
   */
  readonly averaged: (
    kept: ArrayLike<number>,
    draws: number,
    weights: Float64Array,
  ) => ReadonlyMap<string, AveragedLatent>;
}

/** Draws in one pass over the graph. */
const POINTS = 256;

/** Makes the function that draws the variables; the trace is that of the kept latents. It is compiled when it first draws. */
export function completionOf(
  trace: Trace,
  variables: readonly Variable[],
  elimination: Elimination,
  engine: Engine,
): Completion {
  const vectors = vectorsIn(trace.graph, variables);
  const entries = vectors.flatMap((vector) => vector.entries);
  let passes: readonly [Marginals, UnreadDraws, Cells] | undefined;
  const names = variables.flatMap((variable) => latentsOf(variable).map(({ name }) => name));
  const rows = trace.latents.length;
  const requireKept = (kept: ArrayLike<number>, draws: number): void => {
    if (kept.length !== rows * draws)
      throw new RangeError(
        `completion: kept latents do not fit; got ${kept.length} numbers, expected ${draws} for each of ${rows} latents`,
      );
  };
  // Beyond the last draw a pass repeats it.
  const lanesAt = (kept: ArrayLike<number>, { first, points, draws }: Batch): Float64Array => {
    const lanes = new Float64Array((rows + trace.frozen.length) * POINTS);
    for (let row = 0; row < rows; row++)
      for (let p = 0; p < POINTS; p++) lanes[row * POINTS + p] = kept[row * draws + first + Math.min(p, points - 1)]!;
    return lanes;
  };
  return {
    latents: [...new Set(names)],
    entries: () => elimination.steps.reduce((sum, { weights }) => sum + weights().entries.length, 0),
    draw(kept, draws, next) {
      requireKept(kept, draws);
      passes ??= compiled(trace, variables, entries, elimination, engine);
      const [marginals, unread, cells] = passes;
      const found = [...variables, ...entries].map((variable, v) =>
        roomFor(variable, draws, cells.averaged.has(v), !trace.graph.isConstant(variable.live)),
      );
      for (let first = 0; first < draws; first += POINTS) {
        const batch = { first, points: Math.min(POINTS, draws - first), draws };
        const lanes = lanesAt(kept, batch);
        for (let at = rows * POINTS; at < lanes.length; at++) lanes[at] = normalQuantile(next());
        marginals.draw(found, lanes, batch, next);
        unread(found, lanes, batch, next);
        for (const vector of vectors) vector.place(found, batch);
        cells.draw(found, lanes, batch, next);
        for (const vector of vectors) vector.sort(found, batch);
      }
      const own = found.slice(0, variables.length);
      return [
        ...own.filter((_, v) => ["cells", "values"].includes(variables[v]!.meaning.kind)),
        ...found.slice(variables.length).map((entry) => ({ ...entry, means: undefined, squares: undefined })),
      ];
    },
    averaged(kept, draws, weights) {
      requireKept(kept, draws);
      passes ??= compiled(trace, variables, entries, elimination, engine);
      const [marginals, , cells] = passes;
      const alone = trace.frozen.length > 0 ? [] : aloneAmong(trace.graph, variables, cells);
      if (alone.length === 0) return new Map();
      const sums = marginals.sums();
      for (let first = 0; first < draws; first += POINTS) {
        const points = Math.min(POINTS, draws - first);
        sums.add(lanesAt(kept, { first, points, draws }), weights.subarray(first, first + points), POINTS);
      }
      return averagedLatents(variables, alone, sums, cells, POINTS);
    },
  };
}

function compiled(
  trace: Trace,
  variables: readonly Variable[],
  entries: readonly Variable[],
  elimination: Elimination,
  engine: Engine,
): [Marginals, UnreadDraws, Cells] {
  const { graph, latents, frozen } = trace;
  const inputs = [...latents.map(({ node }) => node), ...frozen.map(({ noise }) => noise)];
  const { steps, drawn } = elimination.unrecorded?.() ?? { steps: [], drawn: [] };
  const byIndex = readByIndex(graph, variables);
  return [
    marginalsOf(graph, variables, [...steps, ...elimination.steps], { engine, laneInputs: inputs, points: POINTS }),
    unreadDrawsIn(byIndex, variables, drawn, inputs, engine, POINTS),
    cellsIn(byIndex, [variables, entries], inputs, engine, POINTS),
  ];
}

function readByIndex(graph: Graph, variables: readonly Variable[]): ByIndex {
  const indices = variables.map(({ name }) => graph.input(`value of ${name}`, true));
  const map = new SparseReplacement(new Map());
  const owners = ownersOf(variables);
  // Only reads that nodes contain: of a change point among 10,000 days each of its reads has 10,000 entries, and its cells contain none of them.
  const byIndex = (read: NodeId): NodeId | undefined => {
    const v = owners.get(read);
    if (v === undefined) return undefined;
    const { readAt, size } = variables[v]!;
    const entries = Array.from({ length: size }, (_, value) => readAt(read, value));
    return lookedUp(graph, indices[v]!, entries, graph.hasFlag(read, MASK));
  };
  return { graph, indices, written: (nodes) => substitute(graph, nodes, map, byIndex) };
}
