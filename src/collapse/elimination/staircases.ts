/**
 * The sum over one of two latents whose tables are staircases: under a + b > 60 every b has one a from which on the condition holds. With x where it
 * fails and y where it holds
 *
 *     m(b) = log(eˣ·Σ_{a ≤ 60 − b} e^{f(a)} + eʸ·Σ_{a > 60 − b} e^{f(a)})
 *
 * takes two running sums over a, and not an exponential for every a and b. One sum runs from either end, so that nothing is subtracted.
 */
import type { Graph } from "../../autodiff/graph/graph.ts";
import { logSumExp } from "../../autodiff/log-sum-exp.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import type { Pieces } from "../../pieces/pieces.ts";
import { runsOf, type Table } from "../table.ts";

/** Values of a variable in a piece of the work. */
const EACH = 64;

/** A table over two variables, s and t, by the values of s and the runs of t. */
export interface Grid {
  readonly at: (s: number, run: number) => NodeId;
  /** How many runs of t it tells apart. */
  readonly runs: number;
}

/** The table, of which s has so many values; `summedFirst` says whether s is its first axis. */
export function gridOf({ axes, entries }: Table, size: number, summedFirst: boolean): Grid {
  const [s, t] = summedFirst ? [axes[0]!, axes[1]!] : [axes[1]!, axes[0]!];
  const rowOf = runsOf(s, size);
  const [rows, runs] = [s.starts.length, t.starts.length];
  return { runs, at: (s, run) => entries[summedFirst ? rowOf[s]! * runs + run : run * rows + rowOf[s]!]! };
}

/**
 * log Σ_s exp(base(s) + grid(s, t)) at every run of t; undefined where for some t the grid changes more than once as s rises. Linear in the number of
 * values of s plus that of the runs.
 */
export function* stepped(graph: Graph, base: readonly NodeId[], grid: Grid): Pieces<NodeId[] | undefined> {
  const steps = Array.from({ length: grid.runs }, (_, run) => stepOf(grid, run, base.length));
  if (steps.includes(-1)) return undefined;
  yield;
  const impossible = graph.constant(Number.NEGATIVE_INFINITY);
  // By a number of values of s the sum over so many first ones, and over so many last ones.
  const below = [impossible];
  const above = [impossible];
  for (let s = 0; s < base.length; s++) {
    if (s % EACH === 0) yield;
    below.push(logSumExp(graph, [below[s]!, base[s]!]));
    above.push(logSumExp(graph, [above[s]!, base[base.length - 1 - s]!]));
  }
  const sums: NodeId[] = [];
  for (let run = 0; run < grid.runs; run++) {
    if (run % EACH === 0) yield;
    const step = steps[run]!;
    const parts = [plus(graph, below[step]!, grid.at(0, run))];
    if (step < base.length) parts.push(plus(graph, above[base.length - step]!, grid.at(step, run)));
    sums.push(logSumExp(graph, parts));
  }
  return sums;
}

/** base(s) + grid(s, t) for every s and run of t: by s and t, or by t and s if `summedFirst` is false. */
export function steppedWeights(graph: Graph, base: readonly NodeId[], grid: Grid, summedFirst: boolean): NodeId[] {
  const { runs } = grid;
  const entries = new Array<NodeId>(base.length * runs);
  base.forEach((of, s) => {
    for (let run = 0; run < runs; run++)
      entries[summedFirst ? s * runs + run : run * base.length + s] = plus(graph, of, grid.at(s, run));
  });
  return entries;
}

// The value of s at which a run of t changes, the number of all if it never does; −1 if it changes more often.
function stepOf(grid: Grid, run: number, size: number): number {
  let step = size;
  for (let s = 1; s < size; s++) {
    if (grid.at(s, run) === grid.at(s - 1, run)) continue;
    if (step < size) return -1;
    step = s;
  }
  return step;
}

function plus(graph: Graph, x: NodeId, y: NodeId): NodeId {
  const impossible = graph.constant(Number.NEGATIVE_INFINITY);
  return x === impossible || y === impossible ? impossible : graph.algebra.add(x, y);
}
