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
import { runsOf } from "../tables.ts";
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
        drawCells(tables, found, lanes, { first, points, draws }, next);
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
    cuts: new Float64Array(continuous ? meaning.cuts.length * draws : 0),
    means: hasMoments ? new Float64Array(draws) : undefined,
    squares: hasMoments ? new Float64Array(draws) : undefined,
  };
}

interface Tables {
  readonly run: Evaluation;
  /** In reverse order of the sums. */
  readonly draws: readonly DrawingStep[];
}

/** A sum read backwards: the joint draw of the variables that were summed in it. */
interface DrawingStep {
  /** Where its weights begin among the evaluated nodes. */
  readonly start: number;
  /** By variable drawn before, how many places its run is worth, and the run of each of its values. */
  readonly given: readonly { readonly variable: number; readonly stride: number; readonly runs: Int32Array }[];
  readonly variables: readonly number[];
  /** For each combination of their values the place of its weight, and the values, one after the other. */
  readonly places: Int32Array;
  readonly values: Int32Array;
  /** Room for the weights. */
  readonly weights: Float64Array;
}

function drawingStep(
  { variables: summed, weights }: EliminationStep,
  variables: readonly Variable[],
  start: number,
): DrawingStep {
  const { axes, entries } = weights();
  let stride = entries.length;
  const strides = axes.map(({ starts }) => (stride /= starts.length));
  const given = axes.flatMap((axis, k) =>
    summed.includes(axis.variable)
      ? []
      : [{ variable: axis.variable, stride: strides[k]!, runs: runsOf(axis, variables[axis.variable]!.size) }],
  );
  const own = axes.flatMap((axis, k) =>
    summed.includes(axis.variable) ? [{ size: axis.starts.length, stride: strides[k]! }] : [],
  );
  const count = own.reduce((product, { size }) => product * size, 1);
  const places = new Int32Array(count);
  const values = new Int32Array(count * own.length);
  for (let j = 0; j < count; j++) {
    let rest = j;
    for (let k = own.length - 1; k >= 0; k--) {
      const { size, stride } = own[k]!;
      const value = rest % size;
      rest = (rest - value) / size;
      values[j * own.length + k] = value;
      places[j]! += value * stride;
    }
  }
  const drawn = axes.map(({ variable }) => variable).filter((v) => summed.includes(v));
  return { start, given, variables: drawn, places, values, weights: new Float64Array(count) };
}

function compiled(
  trace: Trace,
  variables: readonly Variable[],
  elimination: Elimination,
  engine: Engine,
): [Tables, Cells] {
  const { graph, latents, frozen } = trace;
  const inputs = [...latents.map(({ node }) => node), ...frozen.map(({ noise }) => noise)];
  const nodes: NodeId[] = [];
  const draws = [...elimination.steps].reverse().map((step) => {
    const start = nodes.length;
    for (const weight of step.weights().entries) nodes.push(weight);
    return drawingStep(step, variables, start);
  });
  const run = evaluation(graph, nodes, { engine, laneInputs: inputs, points: POINTS });
  return [{ run, draws }, cellsIn(readByIndex(graph, variables), variables, inputs, engine, POINTS)];
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

// Draws the values of the variables at some draws, with the probabilities of all values.
function drawCells(
  { run, draws: steps }: Tables,
  found: readonly CompletedLatent[],
  lanes: Float64Array,
  { first, points, draws }: Batch,
  next: () => number,
): void {
  run.run([], lanes);
  for (let p = 0; p < points; p++) {
    const at = first + p;
    for (const { start, given, variables, places, values, weights } of steps) {
      let row = start;
      for (const { variable, stride, runs } of given) row += stride * runs[found[variable]!.cell[at]!]!;
      let largest = Number.NEGATIVE_INFINITY;
      for (let j = 0; j < places.length; j++) {
        weights[j] = run.value(row + places[j]!, p);
        largest = Math.max(largest, weights[j]!);
      }
      let total = 0;
      for (let j = 0; j < places.length; j++) {
        weights[j] = exp(weights[j]! - largest);
        total += weights[j]!;
      }
      if (!(total > 0))
        throw new RangeError(
          `completion: no value of "${found[variables[0]!]!.name}" is possible at a draw of the kept latents; got weights that sum to ${total}`,
        );
      let left = next() * total;
      let drawn = -1;
      for (let j = 0; j < places.length; j++) {
        const weight = weights[j]!;
        if (left >= 0 && weight > 0) drawn = j;
        left -= weight;
        variables.forEach((v, k) => {
          found[v]!.probabilities[values[j * variables.length + k]! * draws + at]! += weight / total;
        });
      }
      variables.forEach((v, k) => {
        found[v]!.cell[at] = values[drawn * variables.length + k]!;
      });
    }
  }
}
