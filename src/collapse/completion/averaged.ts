/**
 * Summed-out latents by themselves, without draws of them: the probabilities of their cells are averaged over draws of the kept latents, and what
 * lies within a cell is known. A change point that lies in day 44 with probability 0.4 and in day 43 with 0.6, evenly within each, has the mean
 * 0.4 · 44.5 + 0.6 · 43.5, and its median is 43 + 0.5/0.6. Where other variables move its cells, each cell is taken at each of their values.
 */
import type { Graph } from "../../autodiff/graph/graph.ts";
import { squared } from "../../math/squared.ts";
import { once } from "../../pieces/once.ts";
import type { Variable } from "../variable.ts";
import { type CompletedLatent, roomFor } from "./completed.ts";
import type { JointSums } from "./joint-sums.ts";
import type { Cells } from "./within-cells.ts";

export interface AveragedLatent {
  readonly mean: number;
  readonly sd: number;
  /** The value below which it lies with probability p, 0 < p < 1. */
  readonly quantile: (p: number) => number;
  /** The probability of each cell or value. */
  readonly probabilities: Float64Array;
  /** The ends of the cells of a continuous latent within its support, where they vary their means where it lies in the cell; else none. */
  readonly lows: Float64Array;
  readonly highs: Float64Array;
}

/** A variable and those that move its cells. */
interface Alone {
  readonly variable: number;
  readonly readers: readonly number[];
}

/** Cells of this probability change no answer. */
const NEGLIGIBLE = 1e-14;
/** Points of a latent whose cells are moved, for its quantiles. */
const POINTS = 1024;

/** The variables that need no draws: discrete ones, and continuous ones whose cells and priors no kept latent moves. */
export function aloneAmong(graph: Graph, variables: readonly Variable[], { read }: Cells): Alone[] {
  return variables.flatMap(({ meaning, live }, variable): Alone[] => {
    const readers = meaning.kind === "values" ? [] : read.get(variable);
    return readers && graph.isConstant(live) ? [{ variable, readers }] : [];
  });
}

/** These variables by the names of their latents, as far as tables have the sums of their probabilities; a pass of the cells has so many points. */
export function averagedLatents(
  variables: readonly Variable[],
  alone: readonly Alone[],
  sums: JointSums,
  cells: Cells,
  pass: number,
): ReadonlyMap<string, AveragedLatent> {
  return new Map(
    alone.flatMap(({ variable, readers }) => {
      const { meaning, name } = variables[variable]!;
      const together = [variable, ...readers];
      const joint = sums.of(together);
      if (!joint) return [];
      const total = joint.reduce((sum, share) => sum + share, 0);
      const shares = joint.map((share) => share / total);
      const latent =
        meaning.kind === "values"
          ? averagedValues(meaning.latent.values, shares)
          : averagedCells(partsOf(variables, together, shares), cells, pass);
      return [[name, latent] as const];
    }),
  );
}

function averagedValues(values: readonly number[], probabilities: Float64Array): AveragedLatent {
  const mean = values.reduce((sum, value, j) => sum + probabilities[j]! * value, 0);
  const variance = values.reduce((sum, value, j) => sum + probabilities[j]! * squared(value - mean), 0);
  const order = values.map((_, j) => j).sort((p, q) => values[p]! - values[q]!);
  const none = new Float64Array(0);
  return {
    mean,
    sd: Math.sqrt(variance),
    quantile: (p) => values[order[reached(order, probabilities, p).at]!]!,
    probabilities,
    lows: none,
    highs: none,
  };
}

/** A latent as a mixture of parts: a cell of its own with values of the variables that move it. */
interface Parts {
  readonly variables: readonly Variable[];
  /** The latent's own first. */
  readonly together: readonly number[];
  /** By these the values of each part, and the probabilities of the parts. */
  readonly values: readonly Int32Array[];
  readonly shares: Float64Array;
}

function partsOf(variables: readonly Variable[], together: readonly number[], joint: Float64Array): Parts {
  const places = Int32Array.from(joint.keys()).filter((place) => joint[place]! > NEGLIGIBLE);
  let stride = joint.length;
  const values = together.map((v) => {
    const { size } = variables[v]!;
    stride /= size;
    const own = stride;
    return places.map((place) => Math.floor(place / own) % size);
  });
  return { variables, together, values, shares: Float64Array.from(places, (place) => joint[place]!) };
}

// Draws of parts, given by their indices, one of each.
function drawnOf(parts: Parts, which: Int32Array, cells: Cells, pass: number, next: () => number): CompletedLatent {
  const { variables, together, values } = parts;
  const draws = which.length;
  // Cells that no other variable moves have the same ends at all draws: of 10,000 cells, each drawn once, not 10,000 times as many are kept.
  const own = roomFor(variables[together[0]!]!, draws, true, false, { endsAreFixed: isUnmoved(parts) });
  const none = { ...own, cell: new Int32Array(draws) };
  const found = variables.map((_, v) => {
    const k = together.indexOf(v);
    return k < 0 ? none : { ...own, cell: which.map((part) => values[k]![part]!) };
  });
  for (let first = 0; first < draws; first += pass)
    cells.drawOne(together[0]!, found, { first, points: Math.min(pass, draws - first), draws }, next);
  return found[together[0]!]!;
}

const isUnmoved = ({ together }: Parts): boolean => together.length === 1;

function averagedCells(parts: Parts, cells: Cells, pass: number): AveragedLatent {
  const { shares } = parts;
  const all = Int32Array.from(shares.keys());
  const found = drawnOf(parts, all, cells, pass, () => 0.5);
  const { size, cell, lows, highs } = found;
  const [means, squares] = [found.means!, found.squares!];
  const count = shares.length;
  const mean = shares.reduce((sum, share, i) => sum + share * means[i]!, 0);
  // Around the mean, as differences of large squares would lose it.
  const variance = shares.reduce((sum, share, i) => sum + share * (squares[i]! - mean * (2 * means[i]! - mean)), 0);
  const probabilities = new Float64Array(size);
  for (let i = 0; i < count; i++) probabilities[cell[i]!]! += shares[i]!;
  const endsOf = (ends: Float64Array): Float64Array =>
    probabilities.map((total, j) => {
      if (isUnmoved(parts)) return ends[j]!;
      const own = ends.subarray(j * count, (j + 1) * count);
      if (own.every((end) => end === own[0])) return own[0]!;
      const among = total > 0 ? all.filter((i) => cell[i] === j) : all;
      const [sum, weight] = among.reduce(([s, w], i) => [s + shares[i]! * own[i]!, w + shares[i]!], [0, 0]);
      return sum / weight;
    });
  const sd = Number.isFinite(mean) ? Math.sqrt(Math.max(0, variance)) : Math.abs(mean);
  const quantile = isUnmoved(parts) ? inCells(parts, found, cells, pass) : amongPoints(parts, cells, pass);
  const [least, most] = found.support;
  return {
    mean,
    sd,
    quantile,
    probabilities,
    lows: endsOf(lows).map((end) => Math.max(least, end)),
    highs: endsOf(highs).map((end) => Math.min(most, end)),
  };
}

// Cells that nothing moves lie one after the other.
function inCells(
  parts: Parts,
  { cell, lows }: CompletedLatent,
  cells: Cells,
  pass: number,
): AveragedLatent["quantile"] {
  const { shares } = parts;
  const lowOf = (i: number): number => lows[cell[i]!]!;
  const order = [...shares.keys()].sort((p, q) => lowOf(p) - lowOf(q));
  return (p) => {
    const { at, below } = reached(order, shares, p);
    const part = order[at]!;
    const share = Math.min(Math.max((p - below) / shares[part]!, 0), 1);
    return drawnOf(parts, Int32Array.of(part), cells, pass, () => share).value[0]!;
  };
}

/** Points in ascending order, each with the probability of the piece that it stands for. */
interface Strips {
  readonly order: readonly number[];
  readonly values: Float64Array;
  readonly weights: Float64Array;
}

// Cells that others move may overlap: each part is cut into pieces of the same probability, as many as its share of all, and one point stands for each.
function amongPoints(parts: Parts, cells: Cells, pass: number): AveragedLatent["quantile"] {
  const strips = once((): Strips => {
    const counts = parts.shares.map((share) => Math.max(1, Math.round(share * POINTS)));
    const which = Int32Array.from([...counts].flatMap((count, part) => new Array<number>(count).fill(part)));
    const weights = Float64Array.from(which, (part) => parts.shares[part]! / counts[part]!);
    let [next, before] = [0, 0];
    const { value } = drawnOf(parts, which, cells, pass, () => {
      if (next > 0 && which[next] !== which[next - 1]) before = next;
      const share = (next - before + 0.5) / counts[which[next]!]!;
      next++;
      return share;
    });
    const order = [...which.keys()].sort((p, q) => value[p]! - value[q]!);
    return { order, values: value, weights };
  });
  return (p) => {
    const { order, values, weights } = strips();
    // From the middle of one piece to that of the next in proportion.
    const { at, below } = reached(order, weights, p);
    const share = (p - below) / weights[order[at]!]! - 0.5;
    const other = Math.min(Math.max(at + Math.sign(share), 0), order.length - 1);
    const [here, there] = [order[at]!, order[other]!];
    const apart = 0.5 * (weights[here]! + weights[there]!);
    const [x, y] = [values[here]!, values[there]!];
    return x === y ? x : x + ((y - x) * Math.abs(share) * weights[here]!) / apart;
  };
}

// The first in the order up to which there is a share p, and the share before it.
function reached(
  order: readonly number[],
  shares: Float64Array,
  p: number,
): { readonly at: number; readonly below: number } {
  let [below, last] = [0, { at: 0, below: 0 }];
  for (let at = 0; at < order.length; at++) {
    const share = shares[order[at]!]!;
    if (share > 0) last = { at, below };
    below += share;
    if (below >= p) break;
  }
  return last;
}
