/** What an estimator is: a function from a objective to nodes whose average over samples is the ELBO gradient. */
import type { GraphOptions } from "../autodiff/graph/graph.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import type { Place } from "../autodiff/tape/executable.ts";
import type { BoundaryAnalysis } from "../boundaries/find/boundaries.ts";
import type { LaneInputs } from "../objective/lane-inputs.ts";
import type { Objective } from "../objective/objective.ts";
import type { NormalFill } from "../random/index.ts";
import type { Adaptive } from "./draw/learning.ts";

/** How the samples of a gradient become one, where that is not their mean. */
export interface Reduction {
  /** Values of a sample that it needs beside its gradient. */
  readonly reads: readonly NodeId[];
  readonly leastSamples: number;
  /** Throws RangeError if so many samples are too few for a gradient. */
  readonly require: (caller: string, samples: number) => void;
  /** Room for the sums of one group, given where the tape puts gradient and `reads`. */
  readonly over: (slots: Float64Array, gradient: readonly Place[], reads: readonly Place[]) => GroupSums;
}

export interface GroupSums {
  /** Adds lanes from … to − 1, the first of a group if `first`. */
  readonly add: (from: number, to: number, first: boolean) => void;
  /** Turns the mean gradient of the group's n samples into its gradient. */
  readonly finish: (gradient: Float64Array, n: number) => void;
}

/** An input that is the same for all samples of a gradient and is set in every optimiser step. */
export interface Scheduled {
  readonly node: NodeId;
  /** Its value in step 0, 1, … */
  readonly at: (step: number) => number;
}

export interface EstimatorNodes {
  readonly derived?: readonly LaneInputs[];
  /** ℓ, or what has its mean; default the objective's own value. */
  readonly value?: NodeId;
  /** Gradient of one sample, in the order of the objective's parameters. */
  readonly gradient: readonly NodeId[];
  /** Inputs to fill with standard normals, in order; the objective's own come first. */
  readonly normals: readonly NodeId[];
  readonly scheduled?: readonly Scheduled[];
  /** Default the mean. */
  readonly reduction?: Reduction;
  readonly adaptive?: Adaptive;
}

/** Standard normals for samples that are not independent, but each of them standard normal, in groups. */
export interface Noise {
  readonly fill: NormalFill;
}

export interface Estimator {
  readonly name: string;
  /** Absent: independent samples. */
  readonly noise?: Noise;
  /** True if it is biased on a model whose density jumps. */
  readonly biasedAtJumps?: boolean;
  /** False if it needs no derivative of the density, and so counts every jump (default true). */
  readonly differentiates?: boolean;
  /** True if it is biased where several conditions share a boundary and interact. */
  readonly biasedWhenCoincident?: boolean;
  readonly graphOptions?: GraphOptions;
  /** The nodes of the estimate; `analysis()` finds the boundaries when asked. */
  readonly build: (objective: Objective, analysis: () => BoundaryAnalysis) => EstimatorNodes;
}
