/**
 * Lane inputs of a tape beside the normals: drawn for each sample, or computed from its noise, before the tape runs. An estimator
 * that picks one of 80 boundaries a sample has an input of integers from 0 to 79; one that moves a latent to the roots of a
 * curved condition has inputs that hold those roots.
 */
import type { NodeId } from "../autodiff/ops/op.ts";
import type { Pieces } from "../pieces/pieces.ts";
import type { Samples } from "../random/index.ts";

/** Which rows of a tape are to be filled, for the samples of one pass. */
export interface LaneRequest extends Samples {
  readonly slots: Float64Array;
  /** Where the rows of `reads` begin in the slots. */
  readonly from: ArrayLike<number>;
  /** Where the rows of `nodes` begin, which are to be filled. */
  readonly to: ArrayLike<number>;
  /** [μ…, ρ…] */
  readonly theta: Float64Array;
}

export interface LaneInputs {
  readonly nodes: readonly NodeId[];
  /** Lane inputs that `fill` reads: normals, and what was filled before. */
  readonly reads: readonly NodeId[];
  /** Fills the rows of `nodes`: lane i of each belongs to sample firstSample + i. */
  readonly fill: (request: LaneRequest) => void;
  /** Does in pieces what the first `fill` at these parameters would do beside filling. */
  readonly prepare?: (theta: Float64Array) => Pieces<void>;
  /** Of who looks at ℓ itself: whether it may step, so steeply that no sample shows it, where it was looked at last. */
  readonly mayStep?: () => boolean;
}
