/** Running a tape over the samples of a draw: which noise, where it goes, and the parameters beside it. */
import type { NodeId } from "../autodiff/ops/op.ts";
import { runLanes, runUniform, type Tape } from "../autodiff/tape/tape.ts";
import type { EstimatorNodes } from "../estimators/estimator.ts";
import type { LaneInputs, LaneRequest } from "../objective/lane-inputs.ts";
import {
  fillNormals,
  type Generator,
  type Mutable,
  makeGenerator,
  type NoiseRequest,
  noiseRequest,
} from "../random/index.ts";

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

/** Whose samples: the nodes of an estimator, for their noise and what they read. */
export interface Sampled {
  readonly nodes: EstimatorNodes;
}

/** A tape, and the requests by which its lane inputs are filled, made once: a pass changes their fields and allocates nothing. */
export interface SampleTape {
  readonly tape: Tape;
  readonly normals: Mutable<NoiseRequest>;
  readonly derived: readonly { readonly of: LaneInputs; readonly request: Mutable<LaneRequest> }[];
}

/** The lane inputs of an estimator's tape, in the order in which they are filled: its normals first. */
export function laneInputsOf({ normals, derived = [] }: EstimatorNodes): NodeId[] {
  return [...normals, ...derived.flatMap(({ nodes }) => nodes)];
}

/** A tape that was compiled with the lane inputs of an estimator, with the requests that fill them. */
export function sampleTapeOf(tape: Tape, nodes: EstimatorNodes): SampleTape {
  const { derived = [] } = nodes;
  const dimensions = nodes.normals.length;
  const { slots, noiseOffset, stride, lanes } = tape;
  const generator = makeGenerator(0); // until a draw comes with its own
  const place = new Map(laneInputsOf(nodes).map((node, i) => [node, noiseOffset + i * stride]));
  const offsets = (inputs: readonly NodeId[]): Int32Array => Int32Array.from(inputs, (node) => place.get(node)!);
  return {
    tape,
    normals: noiseRequest({ out: slots, at: noiseOffset, stride, generator, lanes, dimensions }),
    derived: derived.map((of) => ({
      of,
      request: {
        slots,
        from: offsets(of.reads),
        to: offsets(of.nodes),
        theta: slots, // until a pass comes with its own
        generator,
        stream: 0,
        firstSample: 0,
        lanes,
      },
    })),
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
  { tape, normals, derived }: SampleTape,
  { nodes }: Sampled,
  theta: Float64Array,
  draw: Draw,
  first: number,
  n: number,
): void {
  const { generator, stream, group = draw.samples } = draw;
  normals.generator = generator;
  normals.stream = stream;
  normals.firstSample = first;
  normals.lanes = n;
  normals.group = group;
  normals.rowFill = tape.executable.rowFill;
  (nodes.noise?.fill ?? fillNormals)(normals);
  for (let j = 0; j < derived.length; j++) {
    const { of, request } = derived[j]!;
    request.theta = theta;
    request.generator = generator;
    request.stream = stream;
    request.firstSample = first;
    request.lanes = n;
    of.fill(request);
  }
  runLanes(tape, n);
}
