/**
 * A draw: the samples of one gradient, and which noise they have. Step 3 of a fit with 16 samples draws samples 48 … 63 of stream
 * 0; whoever draws them again gets the same numbers.
 */
import type { Generator, Mutable, NoiseRequest } from "../../random/index.ts";

export interface Draw {
  readonly generator: Generator;
  readonly stream: number;
  readonly firstSample: number;
  readonly samples: number;
  /**
   * Samples that belong together (antithetic pairs, the points of one low-discrepancy set, samples that are each other's
   * baseline), default all of the draw; ignored where the estimator's samples are independent.
   */
  readonly group?: number;
  /** The optimiser's step, from 0 (default 0); only estimators with a schedule look at it. */
  readonly step?: number;
  /** Whether an estimator that adapts learns from these samples for later draws (default false). */
  readonly adapt?: boolean;
}

/** Makes a request one for n samples of a draw, from number `first` on. */
export function requestSamples(request: Mutable<NoiseRequest>, draw: Draw, first: number, n: number): void {
  const { group = draw.samples } = draw;
  request.generator = draw.generator;
  request.stream = draw.stream;
  request.firstSample = first;
  request.lanes = n;
  request.group = group;
}
