/**
 * The noise of a pass over a tape: its lane inputs, one row each, filled for the samples of the pass. Standard normals come
 * first; then what is drawn beside them or computed from them, in the order of `derived`, so that one may read another.
 */
import type { NodeId } from "../autodiff/ops/op.ts";
import type { InputRows } from "../autodiff/tape/evaluation.ts";
import { type Mutable, makeGenerator, type NoiseRequest, type NormalFill, noiseRequest } from "../random/index.ts";
import type { Filler, LaneInputs } from "./lane-inputs.ts";

export interface NoiseInputs {
  /** Inputs to fill with standard normals. */
  readonly normals: readonly NodeId[];
  readonly derived?: readonly LaneInputs[];
}

/**
 * The requests that fill the rows. They are made once: for each pass the owner says in `normals` which samples it wants, so that
 * filling allocates nothing.
 */
export interface NoiseRows {
  readonly normals: Mutable<NoiseRequest>;
  readonly derived: readonly Filler[];
}

/** All lane inputs, in the order of their rows. */
export function laneInputsOf({ normals, derived = [] }: NoiseInputs): NodeId[] {
  return [...normals, ...derived.flatMap(({ nodes }) => nodes)];
}

/** Requests for the rows of a tape that was compiled with the lane inputs of `laneInputsOf`; still for no samples. */
export function noiseRowsOf({ slots, at, stride }: InputRows, inputs: NoiseInputs): NoiseRows {
  const { normals, derived = [] } = inputs;
  const row = new Map(laneInputsOf(inputs).map((node, i) => [node, at + i * stride]));
  return {
    normals: noiseRequest({
      out: slots,
      at,
      stride,
      generator: makeGenerator(0),
      lanes: 0,
      dimensions: normals.length,
    }),
    derived: derived.map(({ filler }) => filler(slots, (node) => row.get(node)!)),
  };
}

/** Fills the rows for the samples that `normals` asks for, at parameters θ. */
export function fillNoise({ normals, derived }: NoiseRows, fill: NormalFill, theta: Float64Array): void {
  fill(normals);
  for (let j = 0; j < derived.length; j++) derived[j]!(normals, theta);
}
