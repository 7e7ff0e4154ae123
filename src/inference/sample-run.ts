/** Running a tape over the samples of a draw: which noise, where it goes, and the parameters beside it. */
import type { NodeId } from "../autodiff/ops/op.ts";
import { runLanes, runUniform, type Tape } from "../autodiff/tape/tape.ts";
import type { Estimator, EstimatorNodes } from "../estimators/estimator.ts";
import type { LaneInputs } from "../objective/lane-inputs.ts";
import { fillNormals, type Generator } from "../random/index.ts";

/** Which noise: the same draw gives the same samples. */
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

/** Whose samples: an estimator, for its noise, and its nodes, for what they read. */
export interface Sampled {
  readonly estimator: Estimator;
  readonly nodes: EstimatorNodes;
}

/** A tape, and what fills its inputs. */
export interface SampleTape {
  readonly tape: Tape;
  /** LaneInputs inputs, with the offsets of what they read and fill. */
  readonly derived: readonly { readonly of: LaneInputs; readonly reads: Int32Array; readonly nodes: Int32Array }[];
}

/** A tape with what fills its inputs, given the lane inputs that it was compiled with. */
export function sampleTapeOf(
  tape: Tape,
  laneInputs: readonly NodeId[] = [],
  derived: readonly LaneInputs[] = [],
): SampleTape {
  const place = new Map(laneInputs.map((node, i) => [node, tape.noiseOffset + i * tape.stride]));
  const offsets = (inputs: readonly NodeId[]): Int32Array => Int32Array.from(inputs, (node) => place.get(node)!);
  return {
    tape,
    derived: derived.map((of) => ({ of, reads: offsets(of.reads), nodes: offsets(of.nodes) })),
  };
}

/** Sets the uniform inputs that are parameters or follow a schedule, and computes the uniform values. */
export function setParameters({ tape }: SampleTape, nodes: EstimatorNodes, theta: Float64Array, step: number): void {
  const { slots, uniformInputs } = tape;
  slots.set(theta, uniformInputs[0]?.offset);
  if (nodes.scheduled)
    for (const { node, at } of nodes.scheduled)
      for (const input of uniformInputs) if (input.node === node) slots[input.offset] = at(step);
  runUniform(tape);
}

/** Runs n ≤ lanes samples of a draw, from `first` on. */
export function runSamples(
  { tape, derived }: SampleTape,
  { nodes, estimator }: Sampled,
  theta: Float64Array,
  draw: Draw,
  first: number,
  n: number,
): void {
  const { slots, noiseOffset, stride, executable } = tape;
  const { generator, stream, group = draw.samples } = draw;
  const { rowFill, fillNormals: ownFill = fillNormals } = executable;
  (estimator.noise?.fill ?? ownFill)(
    slots,
    noiseOffset,
    stride,
    generator,
    stream,
    first,
    n,
    nodes.normals.length,
    group,
    rowFill,
  );
  for (let j = 0; j < derived.length; j++) {
    const { of, reads, nodes } = derived[j]!;
    of.fill(slots, reads, nodes, n, theta, generator, stream, first);
  }
  runLanes(tape, n);
}
