/**
 * Lane inputs of a tape beside the normals: drawn for each sample, or computed from its noise, before the tape runs. An estimator
 * that picks one of 80 boundaries a sample has an input of integers from 0 to 79; one that moves a latent to the roots of a
 * curved condition has inputs that hold those roots.
 */
import type { NodeId } from "../autodiff/ops/op.ts";
import type { Pieces } from "../pieces/pieces.ts";
import { type Mutable, makeGenerator, type Samples } from "../random/index.ts";

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

/** Fills rows for the samples that are asked for, at parameters θ; allocates nothing. */
export type Filler = (samples: Samples, theta: Float64Array) => void;

export interface LaneInputs {
  readonly nodes: readonly NodeId[];
  /** Lane inputs that `fill` reads: normals, and what was filled before. */
  readonly reads: readonly NodeId[];
  /** Fills the rows of `nodes`: lane i of each belongs to sample firstSample + i. */
  readonly fill: (request: LaneRequest) => void;
  /** What calls `fill` for the rows that `rowOf` says to begin there in the slots. */
  readonly filler: (slots: Float64Array, rowOf: (node: NodeId) => number) => Filler;
  /** Does in pieces what the first `fill` at these parameters would do beside filling. */
  readonly prepare?: (theta: Float64Array) => Pieces<void>;
  /** Of who looks at ℓ itself: whether it may step, so steeply that no sample shows it, where it was looked at last. */
  readonly mayStep?: () => boolean;
}

/** Such inputs, with a filler that makes its request once. */
export function laneInputs(own: Omit<LaneInputs, "filler">): LaneInputs {
  return {
    ...own,
    filler(slots, rowOf) {
      const request: Mutable<LaneRequest> = {
        generator: makeGenerator(0),
        stream: 0,
        firstSample: 0,
        lanes: 0,
        slots,
        from: Int32Array.from(own.reads, rowOf),
        to: Int32Array.from(own.nodes, rowOf),
        theta: slots.subarray(0, 0),
      };
      return ({ generator, stream, firstSample, lanes }, theta) => {
        request.generator = generator;
        request.stream = stream;
        request.firstSample = firstSample;
        request.lanes = lanes;
        request.theta = theta;
        own.fill(request);
      };
    },
  };
}
