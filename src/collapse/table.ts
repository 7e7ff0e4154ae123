/** A table over finite variables: nodes by the values of the variables, with values between which it does not distinguish taken together. */
import type { NodeId } from "../autodiff/ops/op.ts";

/** One variable of a table, seen as runs of values between which the table does not distinguish. */
export interface Axis {
  readonly variable: number;
  /** The first value of each run. */
  readonly starts: readonly number[];
}

export interface Table {
  /** Ascending by variable; none for a node that reads no variable. */
  readonly axes: readonly Axis[];
  /** A node for each combination of runs of the axes; the last axis runs fastest. */
  readonly entries: readonly NodeId[];
}

export function scalar(node: NodeId): Table {
  return { axes: [], entries: [node] };
}

/** The index of the table's own entry, for every entry on finer axes. */
export function placesOf({ axes: own }: Table, axes: readonly Axis[]): Int32Array {
  if (own.length === 0) return new Int32Array(axes.reduce((product, { starts }) => product * starts.length, 1));
  let places = new Int32Array(1);
  let at = 0;
  for (const { variable, starts } of axes) {
    const axis = own[at]?.variable === variable ? own[at++]! : undefined;
    const next = new Int32Array(places.length * starts.length);
    const runs = starts.map(runFinder(axis));
    const width = axis?.starts.length ?? 1;
    places.forEach((place, i) => {
      runs.forEach((run, j) => {
        next[i * starts.length + j] = place * width + run;
      });
    });
    places = next;
  }
  return places;
}

/** The run in which each value lies. */
export function runsOf(axis: Axis, size: number): Int32Array {
  return Int32Array.from({ length: size }, (_, value) => value).map(runFinder(axis));
}

// The run of an axis in which a value lies, for values that ascend.
function runFinder(axis: Axis | undefined): (value: number) => number {
  let run = 0;
  return (value) => {
    if (axis) while (axis.starts[run + 1]! <= value) run++;
    return run;
  };
}

/** The table without what its entries do not distinguish: runs that are alike become one, and an axis of one run goes. */
export function compressed(table: Table): Table {
  let { axes, entries } = table;
  if (axes.length === 1 && entries.every((entry, i) => i === 0 || entry !== entries[i - 1])) return table;
  for (let k = axes.length - 1; k >= 0; k--) {
    const { variable, starts } = axes[k]!;
    const inner = axes.slice(k + 1).reduce((product, axis) => product * axis.starts.length, 1);
    const width = starts.length;
    const isLike = (run: number): boolean => {
      for (let first = run * inner; first < entries.length; first += width * inner)
        for (let i = first; i < first + inner; i++) if (entries[i] !== entries[i - inner]) return false;
      return true;
    };
    const kept = starts.map((_, run) => run).filter((run) => run === 0 || !isLike(run));
    if (kept.length === width) continue;
    const keeps = new Set(kept);
    entries = entries.filter((_, i) => keeps.has(Math.floor(i / inner) % width));
    axes =
      kept.length === 1
        ? axes.filter((_, j) => j !== k)
        : axes.map((axis, j) => (j === k ? { variable, starts: kept.map((run) => starts[run]!) } : axis));
  }
  return axes === table.axes ? table : { axes, entries };
}

/** Calls with the run of each axis, the last axis fastest, and the index of the entry. */
export function eachCombination(axes: readonly Axis[], visit: (runs: readonly number[], at: number) => void): void {
  const runs = axes.map(() => 0);
  const count = axes.reduce((size, { starts }) => size * starts.length, 1);
  for (let at = 0; at < count; at++) {
    visit(runs, at);
    for (let k = axes.length - 1; k >= 0; k--) {
      runs[k]!++;
      if (runs[k]! < axes[k]!.starts.length) break;
      runs[k] = 0;
    }
  }
}
