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
import { type Evaluation, evaluation } from "../../autodiff/tape/evaluation.ts";
import { exp } from "../../math/elementary.ts";
import { normalQuantile } from "../../math/normal.ts";
import type { Trace } from "../../program/trace.ts";
import type { Elimination, EliminationStep } from "../elimination.ts";
import type { Variable } from "../variable.ts";
import type { Batch, ByIndex, CompletedLatent } from "./completed.ts";
import { lookedUp } from "./look-up.ts";
import { type Cells, cellsIn } from "./within-cells.ts";

/** Draws the latents that were summed out of a trace. */
export interface Completion {
  /** The names of the latents that it draws. */
  readonly latents: readonly string[];
  /**
   * Draws of them for draws of the kept latents: `kept` has the inputs of the first one at all draws, then those of the second, …;
   * `next` gives uniforms in (0, 1).
   */
  readonly draw: (kept: ArrayLike<number>, draws: number, next: () => number) => CompletedLatent[];
}

/** Draws in one pass over the graph. */
const POINTS = 256;

/** What draws the variables; the trace is that of the kept latents. Compiles when it first draws. */
export function completionOf(
  trace: Trace,
  variables: readonly Variable[],
  elimination: Elimination,
  engine: Engine,
): Completion {
  let passes: readonly [Tables, Cells] | undefined;
  return {
    latents: variables.map(({ name }) => name),
    draw(kept, draws, next) {
      const rows = trace.latents.length;
      if (kept.length !== rows * draws)
        throw new RangeError(
          `completion: kept latents do not fit; got ${kept.length} numbers, expected ${draws} for each of ${rows} latents`,
        );
      passes ??= compiled(trace, variables, elimination, engine);
      const found = variables.map((variable) => roomFor(variable, draws));
      for (let first = 0; first < draws; first += POINTS) {
        const points = Math.min(POINTS, draws - first);
        // Beyond the last draw the pass repeats it.
        const lanes = new Float64Array((rows + trace.frozen.length) * POINTS);
        for (let row = 0; row < rows; row++)
          for (let p = 0; p < POINTS; p++)
            lanes[row * POINTS + p] = kept[row * draws + first + Math.min(p, points - 1)]!;
        for (let at = rows * POINTS; at < lanes.length; at++) lanes[at] = normalQuantile(next());
        const [tables, cells] = passes;
        drawCells(tables, found, variables, lanes, { first, points, draws }, next);
        cells.draw(found, lanes, { first, points, draws }, next);
      }
      return found;
    },
  };
}

function roomFor({ name, size, meaning }: Variable, draws: number): CompletedLatent {
  const continuous = meaning.kind === "cells";
  const hasMoments = !continuous || meaning.latent.prior.name === "normal";
  return {
    name,
    size,
    cell: new Int32Array(draws),
    probabilities: new Float64Array(size * draws),
    value: new Float64Array(draws),
    input: new Float64Array(draws),
    cuts: new Float64Array(continuous ? (size - 1) * draws : 0),
    means: hasMoments ? new Float64Array(draws) : undefined,
    squares: hasMoments ? new Float64Array(draws) : undefined,
  };
}

interface Tables {
  readonly run: Evaluation;
  /** In reverse order of the sums. */
  readonly steps: readonly EliminationStep[];
  /** By step, where its weights begin among the evaluated nodes. */
  readonly starts: readonly number[];
}

function compiled(
  trace: Trace,
  variables: readonly Variable[],
  elimination: Elimination,
  engine: Engine,
): [Tables, Cells] {
  const { graph, latents, frozen } = trace;
  const inputs = [...latents.map(({ node }) => node), ...frozen.map(({ noise }) => noise)];
  const steps = [...elimination.steps].reverse();
  const starts: number[] = [];
  const nodes: NodeId[] = [];
  for (const { weights } of steps) {
    starts.push(nodes.length);
    for (const weight of weights) nodes.push(weight);
  }
  const run = evaluation(graph, nodes, { engine, laneInputs: inputs, points: POINTS });
  return [{ run, steps, starts }, cellsIn(readByIndex(graph, variables), variables, inputs, engine, POINTS)];
}

function readByIndex(graph: Graph, variables: readonly Variable[]): ByIndex {
  const indices = variables.map(({ name }) => graph.input(`value of ${name}`, true));
  const map = new SparseReplacement(new Map());
  variables.forEach(({ reads, readAt, size }, v) => {
    for (const read of reads) {
      const entries = Array.from({ length: size }, (_, value) => readAt(read, value));
      map.set(read, lookedUp(graph, indices[v]!, entries, graph.hasFlag(read, MASK)));
    }
  });
  return { graph, indices, written: (nodes) => substitute(graph, nodes, map) };
}

// Draws the value of each variable at some draws, with the probabilities of all its values.
function drawCells(
  { run, steps, starts }: Tables,
  found: readonly CompletedLatent[],
  variables: readonly Variable[],
  lanes: Float64Array,
  { first, points, draws }: Batch,
  next: () => number,
): void {
  run.run([], lanes);
  for (let p = 0; p < points; p++)
    steps.forEach(({ variable, neighbours }, index) => {
      const { size, cell, probabilities } = found[variable]!;
      let row = 0;
      for (const v of neighbours) row = row * variables[v]!.size + found[v]!.cell[first + p]!;
      const start = starts[index]! + row * size;
      let largest = Number.NEGATIVE_INFINITY;
      for (let value = 0; value < size; value++) largest = Math.max(largest, run.value(start + value, p));
      let total = 0;
      for (let value = 0; value < size; value++) {
        const weight = exp(run.value(start + value, p) - largest);
        probabilities[value * draws + first + p] = weight;
        total += weight;
      }
      if (!(total > 0))
        throw new RangeError(
          `completion: no value of "${found[variable]!.name}" is possible at a draw of the kept latents; got weights that sum to ${total}`,
        );
      let left = next() * total;
      let drawn = -1;
      for (let value = 0; value < size; value++) {
        const weight = probabilities[value * draws + first + p]!;
        if (left >= 0 && weight > 0) drawn = value;
        left -= weight;
        probabilities[value * draws + first + p] = weight / total;
      }
      cell[first + p] = drawn;
    });
}
