import type { NodeId } from "../autodiff/ops/op.ts";
import type { Generator } from "../random/index.ts";

/** Lane inputs beside the normals: drawn, or computed from the noise of a sample, before the tape runs. */
export interface LaneInputs {
  readonly nodes: readonly NodeId[];
  /** Lane inputs that `fill` reads: normals, and what was filled before. */
  readonly reads: readonly NodeId[];
  /** Fills the lanes of a pass, samples firstSample, …; `reads` and `nodes` lie from the given offsets on in the slots. */
  readonly fill: (
    slots: Float64Array,
    reads: ArrayLike<number>,
    nodes: ArrayLike<number>,
    lanes: number,
    theta: Float64Array,
    generator: Generator,
    stream: number,
    firstSample: number,
  ) => void;
}
