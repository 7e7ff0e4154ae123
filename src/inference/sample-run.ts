/** Running a tape over the samples of a draw: which noise, where it goes, and the parameters beside it. */
import { runLanes, runUniform, type Tape } from "../autodiff/tape/tape.ts";
import type { EstimatorNodes } from "../estimators/estimator.ts";
import { fillNoise, type NoiseRows, noiseRowsOf } from "../objective/noise.ts";
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

/** Whose samples: the nodes of an estimator, for their noise and what they read. */
export interface Sampled {
  readonly nodes: EstimatorNodes;
}

/** A tape, and what fills its lane inputs. */
export interface SampleTape {
  readonly tape: Tape;
  readonly noise: NoiseRows;
}

/** A tape that was compiled with the lane inputs of an estimator. */
export function sampleTapeOf(tape: Tape, nodes: EstimatorNodes): SampleTape {
  const { slots, noiseOffset: at, stride } = tape;
  return { tape, noise: noiseRowsOf({ slots, at, stride }, nodes) };
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
  { tape, noise }: SampleTape,
  { nodes }: Sampled,
  theta: Float64Array,
  draw: Draw,
  first: number,
  n: number,
): void {
  const { generator, stream, group = draw.samples } = draw;
  const { normals } = noise;
  normals.generator = generator;
  normals.stream = stream;
  normals.firstSample = first;
  normals.lanes = n;
  normals.group = group;
  normals.rowFill = tape.executable.rowFill;
  fillNoise(noise, nodes.noise?.fill ?? fillNormals, theta);
  runLanes(tape, n);
}
