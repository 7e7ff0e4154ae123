/** A completion makes, draw by draw, cells and values of the latents that were summed out, with the probabilities of all cells. */
import type { Graph } from "../../autodiff/graph/graph.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import type { Latent } from "../../program/trace.ts";
import type { Variable } from "../variable.ts";

/** Draws of one summed-out latent. Draw d of what has several numbers by draw has number j of them at j · draws + d. */
export interface CompletedLatent {
  readonly name: string;
  readonly size: number;
  /** Whether it is of an arm, so that there may be draws at which it does not exist, which do not count. */
  readonly conditional: boolean;
  /** The index of the drawn cell or value. */
  readonly cell: Int32Array;
  /** The probability of each cell or value, given the kept latents, and those that decide whether it exists. */
  readonly probabilities: Float64Array;
  /** The latent itself. */
  readonly value: Float64Array;
  /** The value of its input in the graph there: the unconstrained number of a latent with a bounded support. */
  readonly input: Float64Array;
  /** The ends of the cells of a continuous latent, size of each by draw, or once where they are the same at all draws; else none. */
  readonly lows: Float64Array;
  readonly highs: Float64Array;
  readonly endsAreFixed: boolean;
  /** The numbers between which a continuous latent lies whatever the others are: 0 and ∞ under an exponential prior. */
  readonly support: readonly [low: number, high: number];
  /**
   * Mean and mean square of the latent given the kept ones, where its prior has such moments within a cell; given its cell and the other
   * latents, too, where these move its prior or its cells.
   */
  readonly means: Float64Array | undefined;
  readonly squares: Float64Array | undefined;
}

function supportOf({ prior }: Latent): [low: number, high: number] {
  return "sampled" in prior ? [-Infinity, Infinity] : [prior.support.lower, prior.support.upper];
}

/** Room for so many draws; of a latent by itself, in cells that are given, without probabilities, and with one set of ends where these are fixed. */
export function roomFor(
  { name, size, meaning }: Variable,
  draws: number,
  hasMoments: boolean,
  conditional: boolean,
  alone?: { readonly endsAreFixed: boolean },
): CompletedLatent {
  const endsAreFixed = alone?.endsAreFixed ?? false;
  const ends = meaning.kind === "cells" ? size * (endsAreFixed ? 1 : draws) : 0;
  return {
    name,
    size,
    conditional,
    cell: new Int32Array(draws),
    probabilities: new Float64Array(alone ? 0 : size * draws),
    value: new Float64Array(draws),
    input: new Float64Array(draws),
    lows: new Float64Array(ends),
    highs: new Float64Array(ends),
    endsAreFixed,
    support: meaning.kind === "cells" ? supportOf(meaning.latent) : [-Infinity, Infinity],
    means: hasMoments ? new Float64Array(draws) : undefined,
    squares: hasMoments ? new Float64Array(draws) : undefined,
  };
}

/** Some draws of all. */
export interface Batch {
  readonly first: number;
  readonly points: number;
  readonly draws: number;
}

/** Nodes in which every read of a variable is written in an input that stands for the index of its value. */
export interface ByIndex {
  readonly graph: Graph;
  /** The input that stands for the index of a value, by variable. */
  readonly indices: readonly NodeId[];
  readonly written: (nodes: readonly NodeId[]) => NodeId[];
}
