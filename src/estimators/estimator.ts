/** What an estimator is: a function from a target to nodes whose average over samples is the ELBO gradient. */
import type { GraphOptions } from "../autodiff/graph.ts";
import type { NodeId } from "../autodiff/ops.ts";
import type { Generator } from "../random/index.ts";
import type { BoundaryAnalysis } from "./boundaries.ts";
import type { Probabilities } from "./probabilities.ts";
import type { Target } from "./target.ts";

/** An input that holds, for each sample, an integer drawn uniformly from 0 … count − 1, without a count a real from (0, 1). */
export interface Choice {
  readonly node: NodeId;
  readonly count?: number;
}

/** What an estimator learns from its samples for those of later gradients. */
export interface Adaptive {
  /** The state. */
  readonly probabilities: Probabilities;
  /** Per-sample values that it learns from. */
  readonly reads: readonly NodeId[];
  /** Called for one sample after the other. */
  readonly learn: (values: ArrayLike<number>) => void;
  /** Called between gradients: what was learned takes effect. */
  readonly update: () => void;
}

/** Lane inputs that are computed from the noise of a sample before the tape runs. */
export interface Derived {
  readonly nodes: readonly NodeId[];
  /** Lane inputs that `fill` reads: normals and choices of the estimator. */
  readonly reads: readonly NodeId[];
  /** Fills one lane; `reads` and `nodes` lie from the given offsets on in the slots. */
  readonly fill: (
    slots: Float64Array,
    reads: ArrayLike<number>,
    nodes: ArrayLike<number>,
    lane: number,
    theta: Float64Array,
  ) => void;
}

/** An input that is the same for all samples of a gradient and is set in every optimiser step. */
export interface Scheduled {
  readonly node: NodeId;
  /** Its value in step 0, 1, … */
  readonly at: (step: number) => number;
}

export interface EstimatorNodes {
  readonly derived?: readonly Derived[];
  /** ℓ, or what has its mean; default the target's own value. */
  readonly value?: NodeId;
  /** Gradient of one sample, in the order of the target's parameters. */
  readonly gradient: readonly NodeId[];
  /**
   * If present, the gradient of one sample is weight·gradient, component by component, and that of a group of samples
   * the covariance of the two over the group: for a gradient of mean 0 it has the same mean. At least 2 samples.
   */
  readonly weights?: readonly NodeId[];
  /** Inputs to fill with standard normals, in order; the target's own come first. */
  readonly normals: readonly NodeId[];
  readonly choices: readonly Choice[];
  readonly scheduled?: readonly Scheduled[];
  readonly adaptive?: Adaptive;
}

/** Standard normals for samples that are not independent, but each of them standard normal, in groups of `group`. */
export interface Noise {
  readonly fill: (
    out: Float64Array,
    offset: number,
    stride: number,
    generator: Generator,
    stream: number,
    firstSample: number,
    lanes: number,
    dimensions: number,
    group: number,
  ) => void;
}

export interface Estimator {
  readonly name: string;
  /** Absent: independent samples. */
  readonly noise?: Noise;
  /** True if it is biased on a model whose density jumps. */
  readonly biasedAtJumps?: boolean;
  /** True if it is biased where several conditions share a boundary and interact. */
  readonly biasedWhenCoincident?: boolean;
  readonly graphOptions?: GraphOptions;
  /** The nodes of the estimate; `analysis()` finds the boundaries when asked. */
  readonly build: (target: Target, analysis: () => BoundaryAnalysis) => EstimatorNodes;
}
