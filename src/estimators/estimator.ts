/**
 * An estimator turns an objective into nodes whose average over samples is the ELBO gradient. It holds its options alone, so that
 * one made under either entry works with both; what it can do comes from the repertoire of the entry that builds it.
 */

import type { Graph, GraphOptions } from "../autodiff/graph/graph.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import type { Place } from "../autodiff/tape/executable.ts";
import type { Tape } from "../autodiff/tape/tape.ts";
import type { BoundaryAnalysis } from "../boundaries/find/boundaries.ts";
import type { Families } from "../boundaries/find/parallel-family.ts";
import type { ThroughGates } from "../boundaries/jump/gates.ts";
import type { Lines } from "../boundaries/lines/lines.ts";
import type { BoundaryPass } from "../boundaries/move/boundary-pass.ts";
import type { CorrectionPlan } from "../boundaries/plan.ts";
import type { OptionTable } from "../checks/options.ts";
import { type Entropy, type EntropyWay, type OtherEntropies, type Pathwise, SAMPLED } from "../objective/entropy.ts";
import type { LaneInputs } from "../objective/lane-inputs.ts";
import type { Objective } from "../objective/objective.ts";
import type { Pass } from "../objective/pass.ts";
import type { Piecewise } from "../pieces/pieces.ts";
import type { NormalFill } from "../random/index.ts";
import type { Adaptive } from "./draw/learning.ts";
import type { BoundarySelection, SelectedTerms } from "./draw/selection.ts";

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

export interface EstimatorNodes {
  readonly derived?: readonly LaneInputs[];
  /** ℓ, or what has its mean; default the objective's own value. */
  readonly value?: NodeId;
  /** True if at fixed noise the gradient is that of the value: the density does not jump, or its jumps have been summed out. */
  readonly smooth?: boolean;
  /** Decisions that are sought along lines, sample by sample. */
  readonly lined?: number | undefined;
  /** Gradient of one sample, in the order of the objective's parameters. */
  readonly gradient: readonly NodeId[];
  /** Inputs to fill with standard normals, in order; the objective's own come first. */
  readonly normals: readonly NodeId[];
  /** Fills these inputs; without it the samples are independent. */
  readonly noise?: Noise | undefined;
  /** Sets, in step 0, 1, …, inputs that are the same for all samples of a gradient. */
  readonly scheduled?: (tape: Tape, step: number) => void;
  /** Default the mean. */
  readonly reduction?: Reduction;
  readonly adaptive?: Adaptive;
}

/** Standard normals for samples that are not independent, but each of them standard normal, in groups. */
export interface Noise {
  readonly fill: NormalFill;
}

/**
 * What an entry point brings to its estimators: `nondiff` everything, `nondiff/core` what takes few bytes. An entry that lacks
 * something refuses by name what needs it; it never computes something else.
 */
export interface Repertoire {
  /** Ways to count the entropy beside that at the draw. */
  readonly entropies?: OtherEntropies;
  /** Rewritings of an objective before boundaries are sought, in order. */
  readonly conditionPasses: readonly Pass[];
  /** Throws where rewritten conditions have other values than the program's own. */
  readonly requireSame?: (path: Pathwise, conditionPasses: readonly Pass[]) => void;
  /** The pass that takes expectations over variables inside conditions. */
  readonly marginalisation?: Pass;
  /** Rewritings of boundaries before variables are moved onto them, in order. */
  readonly boundaryPasses: readonly BoundaryPass[];
  /** Counts the jumps of all conditions that are not proven to be boundaries to move onto. */
  readonly lines?: Lines;
  /** Finds work that parallel boundaries can share. */
  readonly families?: Families;
  /** Makes the jumps of chains of ifs in fewer operations. */
  readonly gates?: (graph: Graph) => ThroughGates;
  /** Selects boundaries, where they are not all summed. */
  readonly select?: (plan: CorrectionPlan, selection: BoundarySelection) => SelectedTerms;
  /** Samples that are not independent of each other. */
  readonly noise?: (options: Required<NoiseOptions>) => Noise | undefined;
}

export interface NoiseOptions {
  /**
   * "random": independent points. "rqmc": the samples of a gradient are one scrambled Sobol point set (default of `corrected`
   * under `nondiff`; `nondiff/core` has independent points only).
   */
  readonly points?: "random" | "rqmc" | undefined;
  /** "antithetic": samples come in pairs ε, −ε (default of `corrected` under `nondiff`; not under `nondiff/core`). */
  readonly pairing?: "independent" | "antithetic" | undefined;
}

/** The options of every estimator, and what its own are. */
export const NOISE_OPTIONS: OptionTable<NoiseOptions> = { points: "any", pairing: "any" };

export interface Estimator {
  readonly name: string;
  /** True if it is biased on a model whose density jumps. */
  readonly biasedAtJumps?: boolean;
  /** True if it counts jumps that no condition makes, under a repertoire that can. */
  readonly countsAllJumps?: boolean;
  /** False if it needs no derivative of the density, and so counts every jump (default true). */
  readonly differentiates?: boolean;
  /** True if it is biased where several conditions share a boundary and interact. */
  readonly biasedWhenCoincident?: boolean;
  readonly graphOptions?: GraphOptions;
  /** The nodes of the estimate; `analysis()` finds the boundaries of the objective when asked. */
  readonly build: Piecewise<
    readonly [objective: Objective, repertoire: Repertoire, analysis: () => BoundaryAnalysis],
    EstimatorNodes
  >;
}

/** The way to count the entropy that an option asks for; RangeError if the repertoire lacks it. */
export function entropyUnder(estimator: string, { entropies }: Repertoire, entropy: Entropy = "sampled"): EntropyWay {
  if (entropy === "sampled") return SAMPLED;
  return entropies?.[entropy] ?? beyondCore(estimator, "entropy", entropy, "sampled");
}

/** Throws: an option asks for what the repertoire of `nondiff/core` lacks. */
export function beyondCore(estimator: string, option: string, got: unknown, expected: unknown): never {
  throw new RangeError(
    `${estimator}: option is beyond nondiff/core; got ${option}: ${JSON.stringify(got)}, expected ${JSON.stringify(expected)}; nondiff has it`,
  );
}
