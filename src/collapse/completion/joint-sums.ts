/**
 * Joint probabilities of summed-out variables, summed over draws of the kept latents by their weights, table by table: of a change point in one of 50 days at
 * 8192 draws a sum of 8192 numbers for each day. A pass has a few draws, of which the numbers of one entry lie one after the other: it goes through the
 * entries once and not once a draw, so that of a table of 2550 entries the caches of a processor hold what is worked on.
 */
import type { Evaluation } from "../../autodiff/tape/evaluation.ts";
import { exp } from "../../math/elementary.ts";
import { type Axis, eachCombination } from "../table.ts";
import type { Variable } from "../variable.ts";

/** Rows of this probability change no sum of probabilities. */
export const NEGLIGIBLE = 1e-18;

/** Joint probabilities, summed over draws of the kept latents by their weights. */
export interface JointSums {
  /** Adds those of some draws: `lanes` has the inputs that the tables read, `stride` places for each of them. */
  readonly add: (lanes: Float64Array, weights: Float64Array, stride: number) => void;
  /**
   * Those of the values of variables that were added so far, of the first variable slowest; undefined where no table has them all, value by value.
   */
  readonly of: (variables: readonly number[]) => Float64Array | undefined;
}

/** Tables that are evaluated together, so many points at a time. */
export interface Evaluated {
  readonly run: Evaluation;
  readonly points: number;
}

/** Computes the tables at points from this one on; beyond the last one they have the values of any other. */
export function runAt({ run, points }: Evaluated, lanes: Float64Array, stride: number, first: number): void {
  run.run([], ({ slots, at, stride: own }) => {
    for (let from = first, to = at; from < lanes.length; from += stride, to += own)
      for (let p = 0; p < points; p++) slots[to + p] = lanes[from + p]!;
  });
}

/** The error about a draw at which the weights of all values sum to what nothing can be divided by. */
export function impossibleAt(name: string, sum: number): RangeError {
  return new RangeError(
    `completion: no value of "${name}" is possible at a draw of the kept latents; got weights that sum to ${sum}`,
  );
}

/** The table of a step of the sums in rows, as `Clique` has it. */
export interface SummedTable {
  readonly variables: readonly number[];
  readonly width: number;
  /** For each row and place, the number of its log weight among the evaluated nodes, −1 of one that is impossible: its probability is 0 from the start. */
  readonly places: Int32Array;
  /** Whether these are the same at all points. */
  readonly isSteady: boolean;
  /** The table that has the probabilities of its rows, by row and place there the row here; there is none where all is one row. */
  readonly parent: SummedTable | undefined;
  readonly rowOf: Int32Array;
  readonly axes: readonly Axis[];
}

/** A table at the points of a pass; the numbers of an entry, or of a row, lie one after the other. */
interface Pass {
  readonly joint: Float64Array;
  readonly rows: Float64Array;
  /** By row 1 where `joint` has zeros alone. */
  readonly cleared: Uint8Array;
  readonly sums: Float64Array;
}

function passOf({ places, width }: SummedTable, points: number): Pass {
  const rows = places.length / width;
  return {
    joint: new Float64Array(places.length * points),
    rows: new Float64Array(rows * points),
    cleared: new Uint8Array(rows).fill(1),
    sums: new Float64Array(places.length),
  };
}

/** Sums that start from 0; of tables whose parents are among those before. */
export function sumsOf(
  tables: readonly SummedTable[],
  evaluated: Evaluated,
  variables: readonly Variable[],
): JointSums {
  const { points } = evaluated;
  const passes = new Map(tables.map((table) => [table, passOf(table, points)]));
  const [largest, totals] = [new Float64Array(points), new Float64Array(points)];
  return {
    add(lanes, weights, stride) {
      for (let first = 0; first < weights.length; first += points) {
        runAt(evaluated, lanes, stride, first);
        const counts = weights.subarray(first, first + points);
        for (const table of tables) {
          const pass = passes.get(table)!;
          fillRows(pass, table, table.parent && passes.get(table.parent), points);
          for (let row = 0; row < pass.cleared.length; row++) {
            const from = row * table.width;
            if (!isPossible(pass.rows, row * points, counts)) {
              if (pass.cleared[row] === 0) pass.joint.fill(0, from * points, (from + table.width) * points);
              pass.cleared[row] = 1;
              continue;
            }
            pass.cleared[row] = 0;
            weigh(pass.joint, table, from, evaluated, largest, totals);
            const impossible = shareOut(totals, pass.rows, row * points, counts);
            if (impossible !== undefined) throw impossibleAt(variables[table.variables[0]!]!.name, impossible);
            for (let at = from; at < from + table.width; at++)
              if (table.places[at]! >= 0)
                pass.sums[at] = addedTo(pass.sums[at]!, pass.joint, at * points, totals, counts);
          }
        }
      }
    },
    of(wanted) {
      const table = tables.find(({ variables: summed }) => summed.includes(wanted[0]!));
      const own = wanted.map((v) => table?.axes.findIndex((axis) => axis.variable === v) ?? -1);
      if (!table || own.includes(-1)) return undefined;
      const { axes } = table;
      const sizes = wanted.map((v) => variables[v]!.size);
      if (own.some((k, i) => axes[k]!.starts.length !== sizes[i])) return undefined;
      const found = new Float64Array(sizes.reduce((product, size) => product * size, 1));
      const { sums } = passes.get(table)!;
      eachCombination(axes, (runs, at) => {
        found[own.reduce((place, k, i) => place * sizes[i]! + runs[k]!, 0)]! += sums[at]!;
      });
      return found;
    },
  };
}

// The probabilities of the rows: those of what they stand for in the parent's table, else that of the only row, 1.
function fillRows(
  { rows }: Pass,
  { rowOf, parent: table }: SummedTable,
  parent: Pass | undefined,
  points: number,
): void {
  if (!parent || !table) {
    rows.fill(1);
    return;
  }
  rows.fill(0);
  const { joint } = parent;
  for (let at = 0; at < rowOf.length; at++) {
    if (table.places[at]! < 0) continue;
    const to = rowOf[at]! * points;
    for (let p = 0; p < points; p++) rows[to + p]! += joint[at * points + p]!;
  }
}

// Whether a row is possible at one of the draws.
function isPossible(rows: Float64Array, from: number, counts: Float64Array): boolean {
  for (let p = 0; p < counts.length; p++) if (!(rows[from + p]! < NEGLIGIBLE)) return true;
  return false;
}

// e to the log weights of the row that begins at an entry, less the largest, and their sums.
function weigh(
  joint: Float64Array,
  { places, width, isSteady }: SummedTable,
  from: number,
  { run, points }: Evaluated,
  largest: Float64Array,
  totals: Float64Array,
): void {
  largest.fill(Number.NEGATIVE_INFINITY);
  for (let at = from; at < from + width; at++) {
    if (places[at]! < 0) continue;
    run.values(places[at]!, joint, at * points);
    raise(largest, joint, at * points);
  }
  totals.fill(0);
  for (let at = from; at < from + width; at++)
    if (places[at]! >= 0) exponentials(joint, at * points, largest, isSteady ? 1 : points);
  for (let at = from; at < from + width; at++) {
    if (places[at]! < 0) continue;
    const first = at * points;
    if (isSteady) joint.fill(joint[first]!, first, first + points);
    for (let p = 0; p < points; p++) totals[p]! += joint[first + p]!;
  }
}

function raise(largest: Float64Array, values: Float64Array, from: number): void {
  for (let p = 0; p < largest.length; p++) largest[p] = Math.max(largest[p]!, values[from + p]!);
}

function exponentials(values: Float64Array, from: number, largest: Float64Array, count: number): void {
  for (let p = 0; p < count; p++) values[from + p] = weightBeside(largest[p]!, values[from + p]!);
}

/** A weight in units of the largest one, from the logarithms of both. That of less than e^−746 is 0, which `exp` takes 40 ns to find. */
export function weightBeside(largest: number, logWeight: number): number {
  const exponent = logWeight - largest;
  return exponent < -746 ? 0 : exp(exponent);
}

// Makes the sum of a row's weights, point by point, the share of a weight of 1: 0 where the row is impossible or the point does not count. Returns a sum by
// which nothing can be divided, if there is one.
function shareOut(totals: Float64Array, rows: Float64Array, from: number, counts: Float64Array): number | undefined {
  for (let p = 0; p < totals.length; p++) {
    const total = totals[p]!;
    const row = rows[from + p]!;
    const counted = p < counts.length && counts[p] !== 0 && !(row < NEGLIGIBLE);
    if (counted && !(total > 0)) return total;
    totals[p] = counted ? row / total : 0;
  }
  return undefined;
}

// Makes the weights of an entry probabilities, and adds them to its sum point by point.
function addedTo(sum: number, joint: Float64Array, from: number, shares: Float64Array, counts: Float64Array): number {
  let total = sum;
  for (let p = 0; p < counts.length; p++) {
    // A weight that is not a number is one of a point that does not count.
    const probability = shares[p] === 0 ? 0 : joint[from + p]! * shares[p]!;
    joint[from + p] = probability;
    total += counts[p]! * probability;
  }
  return total;
}
