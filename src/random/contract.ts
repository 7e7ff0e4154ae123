/**
 * The contract of random numbers: which numbers are asked for and where they go (`NoiseRequest`), who fills them in
 * (`NormalFill`), and how a back end may help with that in its own memory (`RowFill`).
 *
 *     const out = new Float64Array(200);
 *     fillNormals(noiseRequest({ out, generator: makeGenerator(1), lanes: 100, dimensions: 2 }));
 *
 * puts 100 samples of two independent normals into `out`: sample i has out[i] and out[100 + i]. Whoever fills often makes its
 * record once and changes the fields, so that a fill allocates nothing.
 */
import type { LinearTable } from "./sobol-points.ts";
import type { Generator } from "./threefry.ts";

/** Some samples one after the other: number `firstSample`, firstSample + 1, … of a stream, `lanes` of them. */
export interface Samples {
  /** Its key holds the seed; its words are overwritten by every fill. */
  readonly generator: Generator;
  /** An integer from 0 to 2³⁰ − 1. Samples of different streams are independent. */
  readonly stream: number;
  /** An integer from 0 to 2⁵³ − 1. */
  readonly firstSample: number;
  readonly lanes: number;
}

/**
 * Which random numbers are wanted, and where: the number for dimension d of sample firstSample + i goes to
 * out[at + d·stride + i], for 0 ≤ d < dimensions and 0 ≤ i < lanes. A fill reads the record and leaves it as it is.
 */
export interface NoiseRequest extends Samples {
  readonly out: Float64Array;
  readonly at: number;
  /** Distance of two rows in `out`, at least `lanes`. */
  readonly stride: number;
  /** Numbers of a sample, an integer from 0 to 2²⁸ − 1. */
  readonly dimensions: number;
  /** Samples s with the same ⌊s / group⌋ may depend on each other; fills of independent samples ignore it. */
  readonly group: number;
  /** Of the back end in whose memory `out` lies, if there is one; the numbers do not depend on it. */
  readonly rowFill: RowFill | undefined;
}

/** Fills lanes with random numbers, each of them standard normal. */
export type NormalFill = (request: NoiseRequest) => void;

/** A record for its owner, who may change it between two uses. */
export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What a request has to say, and what it may. */
export type FillOptions = Pick<NoiseRequest, "out" | "generator" | "lanes" | "dimensions"> & {
  readonly [K in keyof NoiseRequest]?: NoiseRequest[K] | undefined;
};

/**
 * A request whose fields are all there: by default the rows lie one after the other from the beginning of `out`, the samples are the
 * first ones of stream 0, and all of them are one group.
 */
export function noiseRequest(options: FillOptions): Mutable<NoiseRequest> {
  const { lanes, at = 0, stride = lanes, stream = 0, firstSample = 0, group = lanes } = options;
  return { rowFill: undefined, ...options, at, stride, stream, firstSample, group };
}

/** Levels of a tree of coins that is made for a whole row; deeper ones are made for each point. */
export const TREE_LEVELS = 11;

/** A row of at most 16 Sobol points, scrambled: the points first, first + 1, … in one coordinate. */
export interface PointRow {
  /** Where the digits go, as integers: at, at + 1, …, `lanes` of them. */
  readonly at: number;
  readonly first: number;
  readonly lanes: number;
  /** There are at most 2^bits points, of so many binary digits. */
  readonly bits: number;
  /** Index k becomes (k flipped by the coins `order`) · `factor`, a product in the field of 2^bits elements. */
  readonly factor: number;
  readonly order: number;
  /** The coordinate. */
  readonly column: number;
  /** A word whose bit h is the coin of node h: the tree that flips the point's digits. */
  readonly coins: number;
}

/** A row of binary digits, each flipped by a coin of its own for the digits before it. */
export interface ScrambledRow {
  /** Where the digits go, as integers: at, at + 1, …, `lanes` of them. */
  readonly at: number;
  /** Where the indices lie, as integers below 2^bits. */
  readonly from: number;
  readonly lanes: number;
  /** The digits before they are flipped are this map of the indices. */
  readonly map: LinearTable;
  readonly bits: number;
  /** So many digits, the last ones, are left as they are: those below `TREE_LEVELS` levels. */
  readonly below: number;
  /** The coins are the words of counters (batch, kind, 2·stream). */
  readonly stream: number;
  readonly batch: number;
  /** Of a dimension, and of what is scrambled. */
  readonly kind: number;
}

/** What a back end does of fills in its own memory, with the same bits; `at` and `from` count doubles of that memory. */
export interface RowFill {
  /**
   * Normals of a request whose `out` is that memory: of samples firstSample + i, i = done, done + 1, …, in the dimensions
   * d … d + 3, or as many as there are, d a multiple of four. Returns how many samples it has done, a multiple of four.
   *
   * Using: the words of counters (sample, kind + d / 4, 2·stream), shifted down by `bits` under the digits that lie in the rows
   * already. It stops where fewer than four samples are left, and before four samples among whose words one lies beyond
   * the table of normals: the caller fills these four and calls again.
   */
  readonly normals: (request: NoiseRequest, done: number, d: number, kind: number, bits: number) => number;
  /** Digits of a batch of more than 32 points: `flipByTree` of `scramble.ts`. */
  readonly scramble: (row: ScrambledRow, generator: Generator) => void;
  /** Digits of a batch of few points. False where it leaves all of them to the caller. */
  readonly points: (row: PointRow) => boolean;
}
