/**
 * The joint distribution of finite variables at numbers, from the tables of their sums: a draw of all, and the probability of each value
 * of each. A step of the sums has the log weights of what was summed in it given its neighbours, which were summed later: so the last
 * step is drawn first. The neighbours lie all in the table of one later step, where their joint probabilities are.
 */
import { type Graph, LANE } from "../../autodiff/graph/graph.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import { type Evaluation, type EvaluationOptions, evaluation } from "../../autodiff/tape/evaluation.ts";
import { exp } from "../../math/elementary.ts";
import { weightedPlace } from "../../random/weighted-place.ts";
import type { EliminationStep } from "../elimination/elimination.ts";
import { readsOf } from "../reads.ts";
import { type Axis, eachCombination, runsOf } from "../table.ts";
import { ownersOf, type Variable } from "../variable.ts";
import type { Batch, CompletedLatent } from "./completed.ts";
import { impossibleAt, type JointSums, NEGLIGIBLE, runAt, sumsOf } from "./joint-sums.ts";

/** Points of a run: tables of more than 1000 entries have fewer, so that the caches of a processor hold them. */
const NUMBERS_AT_ONCE = 131_072;
const FEWEST_POINTS = 16;

/** Draws values of variables. */
export interface Marginals {
  /** Fills in the cells of some draws and the probabilities of all of them; `lanes` has the inputs that the tables read. */
  readonly draw: (found: readonly CompletedLatent[], lanes: Float64Array, batch: Batch, next: () => number) => void;
  /** Sums of the joint probabilities of each table of which they are known without a draw, starting from 0. */
  readonly sums: () => JointSums;
}

/** A step of the sums, its table sorted into rows: one for each combination of runs of the neighbours. */
interface Clique {
  /** The variables that were summed, and the value of each at each place of a row, one after the other. */
  readonly variables: readonly number[];
  readonly values: Int32Array;
  /** How many places a row has. */
  readonly width: number;
  /** For each variable that was summed later, how many rows its run is worth, and the run of each of its values. */
  readonly given: readonly { readonly variable: number; readonly stride: number; readonly runs: Int32Array }[];
  /** For each row and place, the number of its weight among the evaluated nodes, −1 of one that is impossible: its probability is 0 from the start. */
  readonly places: Int32Array;
  /**
   * By row and place e to its log weight, up to a factor by row, and their sum by row, NaN before it is known. They are the same at all draws of a
   * pass where no weight reads what differs by draw, as where nothing is kept.
   */
  readonly weights: Float64Array;
  readonly totals: Float64Array;
  readonly isSteady: boolean;
  /** The drawn row of the draw for which the probabilities were last found; −1 before the first of a pass. */
  foundAt: number;
  /** Whether they have changed since the draw before. */
  hasChanged: boolean;
  /** The probability of each row, and of each row and place. */
  readonly rows: Float64Array;
  readonly joint: Float64Array;
  /** By row 1 where `joint` has zeros alone. */
  readonly cleared: Uint8Array;
  /** The probability of each value, by variable. */
  readonly marginals: readonly Float64Array[];
  /** How the probabilities of each variable are found. */
  readonly kinds: readonly Kind[];
  /**
   * The clique that distinguishes what this one does of the neighbours, and for each row and place of it the row here. There is none
   * without neighbours, and where messages that are equal have hidden a difference: then the drawn row stands for all.
   */
  readonly parent: Clique | undefined;
  readonly rowOf: Int32Array;
  readonly axes: readonly Axis[];
  /** Whether the probabilities are those given the kept latents alone, whatever was drawn. */
  readonly isWhole: boolean;
}

/**
 * Probabilities given the kept latents alone; or, of a latent that other variables decide whether it exists, at a draw of these, so that their average
 * over the draws at which it exists is about these alone: given the drawn row and, in it, the drawn values of the variables of these places among those
 * that are summed, or as the drawn value where some are drawn later.
 */
type Kind = "marginal" | "drawn" | readonly number[];

/** Compiles the tables. */
export function marginalsOf(
  graph: Graph,
  variables: readonly Variable[],
  steps: readonly EliminationStep[],
  options: EvaluationOptions,
): Marginals {
  const nodes: NodeId[] = [];
  const cliques: Clique[] = [];
  const owners = ownersOf(variables);
  const before = new Set<number>();
  for (const step of [...steps].reverse()) {
    const { axes, entries } = step.weights();
    const isSteady = !entries.some((weight) => graph.hasFlag(weight, LANE));
    const impossible = graph.constant(Number.NEGATIVE_INFINITY);
    const numbers = Int32Array.from(entries, (weight) => (weight === impossible ? -1 : nodes.push(weight) - 1));
    const clique = cliqueOf(step, axes, variables, cliques, numbers);
    const kinds = clique.variables.map((v): Kind => {
      const deciding = readsOf(graph, [variables[v]!.live], owners);
      if (deciding.length === 0) return "marginal";
      const together = clique.variables.flatMap((other, k) => (deciding.includes(other) ? [k] : []));
      const isKnown = deciding.every((other) => before.has(other) || clique.variables.includes(other));
      return isKnown ? together : "drawn";
    });
    for (const v of clique.variables) before.add(v);
    cliques.push({ ...clique, isSteady, kinds });
  }
  const stride = options.points ?? 1;
  let atOnce = stride;
  while (atOnce > FEWEST_POINTS && atOnce * nodes.length > NUMBERS_AT_ONCE) atOnce /= 2;
  const run = evaluation(graph, nodes, { ...options, points: atOnce });
  const evaluated = { run, points: atOnce };
  return {
    draw(found, lanes, { first, points, draws }, next) {
      for (const clique of cliques) {
        clique.totals.fill(Number.NaN);
        clique.foundAt = -1;
      }
      for (let lane = 0; lane < points; lane++) {
        if (lane % atOnce === 0) runAt(evaluated, lanes, stride, lane);
        for (const clique of cliques) {
          const { variables: summed, values, width, given, weights, totals, marginals, kinds } = clique;
          const d = first + lane;
          let drawnRow = 0;
          for (const { variable, stride, runs } of given) drawnRow += stride * runs[found[variable]!.cell[d]!]!;
          clique.hasChanged = !isFound(clique, drawnRow);
          if (clique.hasChanged) {
            join(clique, drawnRow, run, lane % atOnce, found[summed[0]!]!.name);
            marginalise(clique);
          }
          const place = weightedPlace(weights, drawnRow * width, width, totals[drawnRow]! * next());
          for (let k = 0; k < summed.length; k++) {
            const { cell, probabilities } = found[summed[k]!]!;
            const marginal = marginals[k]!;
            cell[d] = values[place * summed.length + k]!;
            const kind = kinds[k]!;
            if (kind === "marginal")
              for (let j = 0; j < marginal.length; j++) probabilities[j * draws + d] = marginal[j]!;
            else if (kind === "drawn") probabilities[cell[d]! * draws + d] = 1;
            else {
              const isSame = (at: number): boolean =>
                kind.every((other) => values[at * summed.length + other] === values[place * summed.length + other]);
              let total = 0;
              for (let at = 0; at < width; at++) if (isSame(at)) total += weights[drawnRow * width + at]!;
              for (let at = 0; at < width; at++)
                if (isSame(at))
                  probabilities[values[at * summed.length + k]! * draws + d]! +=
                    weights[drawnRow * width + at]! / total;
            }
          }
        }
      }
    },
    sums: () =>
      sumsOf(
        cliques.filter(({ isWhole }) => isWhole),
        evaluated,
        variables,
      ),
  };
}

// Whether the probabilities of the draw before are those of this one: 4096 draws of a model of which nothing is kept have the same ones.
function isFound({ isSteady, foundAt, parent, rows }: Clique, drawnRow: number): boolean {
  if (!isSteady || foundAt < 0) return false;
  if (!parent) return drawnRow === foundAt;
  return (
    !parent.hasChanged && (drawnRow === foundAt || (rows[drawnRow]! >= NEGLIGIBLE && rows[foundAt]! >= NEGLIGIBLE))
  );
}

// Finds the joint probabilities at a point of the run; the drawn row is −1 where none is drawn.
function join(clique: Clique, drawnRow: number, run: Evaluation, p: number, name: string): void {
  const { width, rows, weights, totals, joint, cleared, parent, rowOf } = clique;
  clique.foundAt = drawnRow;
  if (!clique.isSteady) totals.fill(Number.NaN);
  rows.fill(0);
  if (parent) for (let at = 0; at < rowOf.length; at++) rows[rowOf[at]!]! += parent.joint[at]!;
  else rows[drawnRow] = 1;
  for (let row = 0; row < rows.length; row++) {
    const [from, to] = [row * width, (row + 1) * width];
    if (rows[row]! < NEGLIGIBLE && row !== drawnRow) {
      if (cleared[row] === 0) joint.fill(0, from, to);
      cleared[row] = 1;
      continue;
    }
    cleared[row] = 0;
    if (Number.isNaN(totals[row]!)) weigh(clique, row, run, p);
    if (!(totals[row]! > 0)) throw impossibleAt(name, totals[row]!);
    const share = rows[row]! / totals[row]!;
    for (let at = from; at < to; at++) joint[at] = weights[at]! * share;
  }
}

// The probability of each value of a variable, from the joint ones.
function marginalise({ variables: summed, values, width, joint, cleared, marginals }: Clique): void {
  for (const marginal of marginals) marginal.fill(0);
  for (let row = 0; row < cleared.length; row++) {
    if (cleared[row] === 1) continue;
    for (let at = row * width, value = 0; at < (row + 1) * width; at++)
      for (let k = 0; k < summed.length; k++) marginals[k]![values[value++]!]! += joint[at]!;
  }
}

function weigh({ width, places, weights, totals }: Clique, row: number, run: Evaluation, p: number): void {
  const [from, to] = [row * width, (row + 1) * width];
  let largest = Number.NEGATIVE_INFINITY;
  for (let at = from; at < to; at++) {
    if (places[at]! < 0) continue;
    weights[at] = run.value(places[at]!, p);
    largest = Math.max(largest, weights[at]!);
  }
  let total = 0;
  for (let at = from; at < to; at++) {
    if (places[at]! < 0) continue;
    weights[at] = exp(weights[at]! - largest);
    total += weights[at]!;
  }
  totals[row] = total;
}

function cliqueOf(
  step: EliminationStep,
  axes: readonly Axis[],
  variables: readonly Variable[],
  before: readonly Clique[],
  numbers: Int32Array,
): Omit<Clique, "isSteady" | "kinds"> {
  const own = axes.filter(({ variable }) => step.variables.includes(variable));
  const others = axes.filter(({ variable }) => !step.variables.includes(variable));
  const product = (some: readonly Axis[]): number => some.reduce((size, { starts }) => size * starts.length, 1);
  const [width, count] = [product(own), product(others)];
  const places = new Int32Array(width * count);
  const values = new Int32Array(width * own.length);
  eachCombination(axes, (runs, at) => {
    const row = indexIn(others, axes, runs);
    const place = indexIn(own, axes, runs);
    places[row * width + place] = numbers[at]!;
    own.forEach((axis, k) => {
      values[place * own.length + k] = axis.starts[runs[axes.indexOf(axis)]!]!;
    });
  });
  const given = others.map((axis, k) => ({
    variable: axis.variable,
    stride: product(others.slice(k + 1)),
    runs: runsOf(axis, variables[axis.variable]!.size),
  }));
  const parent = before.findLast((clique) => given.some(({ variable }) => clique.variables.includes(variable)));
  const isCovered = others.every(({ variable, starts }) => {
    const known = parent?.axes.find((axis) => axis.variable === variable)?.starts ?? [];
    return starts.every((run) => known.includes(run));
  });
  const owner = isCovered ? parent : undefined;
  return {
    variables: own.map(({ variable }) => variable),
    values,
    width,
    given,
    places,
    weights: new Float64Array(width * count),
    totals: new Float64Array(count),
    foundAt: -1,
    hasChanged: true,
    rows: new Float64Array(count),
    joint: new Float64Array(width * count),
    cleared: new Uint8Array(count).fill(1),
    marginals: own.map(({ starts }) => new Float64Array(starts.length)),
    parent: owner,
    isWhole: others.length === 0 || owner?.isWhole === true,
    rowOf: parent && isCovered ? rowsIn(parent, given) : new Int32Array(0),
    axes: [...others, ...own],
  };
}

// The row that each entry of a clique belongs to.
function rowsIn({ axes, joint }: Clique, given: Clique["given"]): Int32Array {
  const found = new Int32Array(joint.length);
  const at = given.map(({ variable }) => axes.findIndex((axis) => axis.variable === variable));
  eachCombination(axes, (runs, place) => {
    found[place] = given.reduce(
      (row, { stride, runs: runOf }, k) => row + stride * runOf[axes[at[k]!]!.starts[runs[at[k]!]!]!]!,
      0,
    );
  });
  return found;
}

// The index of the runs of some of the axes, the last of them fastest.
function indexIn(some: readonly Axis[], axes: readonly Axis[], runs: readonly number[]): number {
  return some.reduce((at, axis) => at * axis.starts.length + runs[axes.indexOf(axis)]!, 0);
}
