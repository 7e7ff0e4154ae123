/**
 * An entry of the package binds a profile to the functions of this folder: `nondiff` and `nondiff/core` have the same `fit`, under profiles with all
 * passes and checks, or with those that fit into a small bundle.
 */
import type { GraphOptions } from "../autodiff/graph/graph.ts";
import type { Engine } from "../autodiff/tape/engine.ts";
import type { CollapseResult } from "../collapse/collapse.ts";
import type { Estimator, EstimatorNodes, Repertoire } from "../estimators/estimator.ts";
import type { Guide } from "../guides/guide.ts";
import type { listedParameters } from "../guides/named-parameters.ts";
import type { guideOf } from "../guides/points.ts";
import type { Objective } from "../objective/objective.ts";
import type { InTime, watched } from "../pieces/in-time.ts";
import type { Pieces } from "../pieces/pieces.ts";
import type { Model } from "../program/model.ts";
import type { StandardiseOption } from "../program/standardised.ts";
import type { Trace } from "../program/trace.ts";
import type { CollapseOption, collapseUnder } from "./collapse-option.ts";
import type { Diagnosis, faultAtStart } from "./diagnosis.ts";
import type { ByValues } from "./fit/climb/by-values.ts";
import type { Climber } from "./fit/climb/climb.ts";
import type { Correlations } from "./fit/climb/correlated.ts";
import type { places } from "./fit/climb/placing.ts";
import type { standardising } from "./fit/climb/standardising.ts";
import type { withSummedOut } from "./fit/further-warnings.ts";
import type { Weighing } from "./fit/importance.ts";
import type { FitOptions } from "./fit/options.ts";
import type { FitWarning } from "./fit/report.ts";
import type { Judged } from "./fit/warnings.ts";
import type { ownLength } from "./own-length.ts";
import type { OtherNumbers } from "./posterior/marginal.ts";
import type { Source } from "./posterior/source.ts";
import type { FittedParts, Posterior } from "./posterior.ts";
import type { Averaging } from "./sampler/averaging.ts";
import type { Draw } from "./sampler/draw.ts";
import type { pilot } from "./sampler/pilot.ts";
import type { SampleTapeOptions } from "./sampler/sample-tape.ts";
import type { singlesOf } from "./sampler/single-samples.ts";
import type { inChunks } from "./saved/chunked-search.ts";
import type { Saved } from "./saved/envelope.ts";
import type { LoopState } from "./saved/loop-state.ts";

/** A traced model under a guide over those of its latents that are kept. */
export interface GuidedModel {
  readonly profile: Profile;
  readonly model: Model;
  readonly objective: Objective;
  /** The option, and what was summed out by it; undefined where the profile cannot. */
  readonly collapse: CollapseOption;
  readonly collapsed: CollapseResult | undefined;
  /** The state so far of a fit that chooses its steps. */
  readonly memory?: {
    readonly state: () => Saved;
    /** Computes a gradient to be kept, so many chunks of its points at a time. */
    readonly inChunks: (theta: Float64Array, draw: Draw, chunks: number) => Pieces<void>;
  };
}

/** An estimator on an objective, and what it makes of it. */
export interface MadeEstimator {
  readonly estimator: Estimator;
  readonly nodes: EstimatorNodes;
  readonly objective: Objective;
}

/** How a sampler is made. */
export interface SamplerOptions extends SampleTapeOptions {
  /** The guide that the samples are drawn from (default `meanField()`). */
  readonly guide?: Guide | undefined;
  /** Which latents are summed out of the model (default false: none but discrete ones). */
  readonly collapse?: CollapseOption | undefined;
  /** Which latents the guide has by their noise (default none). */
  readonly standardise?: StandardiseOption | undefined;
}

/** A loop that goes on from where another one ended. */
export interface Resumed {
  /** The options with those of the state. */
  readonly options: FitOptions;
  readonly loop: LoopState;
  readonly theta: Float64Array;
  readonly elboTrace: Float64Array;
  /** Throws unless the model is the one of the state. */
  readonly check: (guided: GuidedModel) => void;
}

/**
 * What an entry point binds to `fit`, `estimateGradient` and the rest: how models are run and how errors are told. A model is a
 * name and a program and knows nothing of it, so the same model may be fitted by `nondiff` and by `nondiff/core`.
 */
export interface Profile {
  readonly engine: Engine;
  /** Runs a program with the statements that it may have. */
  readonly trace: (model: Model, options?: GraphOptions) => Trace;
  /** Runs the beginning of a program for nothing, so that the engine has compiled what it calls when all of it is run; without it the first run takes longer. */
  readonly rehearse?: (model: Model) => Pieces<void>;
  /** Called before each piece of a fit that gives way, as fits to other data may have had their turn: puts back what fits of a compiled model share. */
  readonly goesOn?: (() => void) | undefined;
  /** Has `fitAsync` give way within gradients: what it awaits after each step of the search. */
  readonly inChunks?: typeof inChunks;
  /** How mean gradients are made without one for every sample; without it every sample's is made. */
  readonly averaging?: Averaging;
  /** Names the site where a density is not finite; without it the error names the model alone. */
  readonly diagnosis?: Diagnosis;
  /** Looks at the density where a fit begins and names the site at fault; without it the first gradient tells, and names the model alone. */
  readonly faultAtStart?: typeof faultAtStart;
  /** Throws for a program that is another one on plain numbers than traced, of whatever its trace was made; without it nobody looks. */
  readonly checkTrace?: (trace: Trace) => Pieces<void>;
  /** Sums latents out of a model, and writes others by their noise; without it every latent has a guide as it is. */
  readonly collapse?: typeof collapseUnder;
  /** Chooses for a fit which latents are written by their noise; without it a fit takes none. */
  readonly standardising?: typeof standardising;
  /** Computes numbers of a posterior that are more than one latent by itself; without it there are none. */
  readonly otherNumbers?: (source: Source) => OtherNumbers;
  /** Makes posteriors of a class of its own, which has more than the common one. */
  readonly posterior?: (guided: GuidedModel, parts: FittedParts) => Posterior;
  /** Makes arrays of parameters that are given by name; without it they are arrays. */
  readonly listed?: typeof listedParameters;
  /** Reads the state of an earlier loop; without it a fit starts anew. */
  readonly resumed?: (model: Model, options: FitOptions) => Resumed;
  /** Fits correlations; without it a fit that is not told its guide takes independent normals. */
  readonly correlations?: Correlations;
  /** The climb of independent latents that races first where the density jumps; without it the first start has one walk. */
  readonly racing?: Climber;
  /** Looks at values of the density where climbs by its slope fail; without it a density of 0 at the start is an error. */
  readonly byValues?: ByValues;
  /** Weighs draws of a fit against the density; without it a fit reports no weights. */
  readonly weighing?: Weighing;
  /** Looks for steps of a density that no derivative at a sample shows; without it nobody looks. */
  readonly steepness?: (caller: string, made: MadeEstimator, theta: Float64Array) => Pieces<FitWarning[]>;
  /** Warnings of a fit beside those about its status and its optima. */
  readonly furtherWarnings?: (judged: Judged) => FitWarning[];
  /** Warns of steps of ℓ that the samples of a gradient do not show; without it nobody looks. */
  readonly warnOfSteps?: (made: MadeEstimator, theta: Float64Array, options: Pick<FitOptions, "onWarning">) => void;
  /** Warns of counts that were cut where their posterior has mass, and of latents without moments; without it nobody looks. */
  readonly withSummedOut?: typeof withSummedOut;
  /** Where latents lie under priors that depend on one another; without it such a latent starts at 0 ± 1 on the unconstrained scale. */
  readonly places?: typeof places;
  /** Has the setting-up of a fit ask for the time; without it only gradients do. */
  readonly watched?: typeof watched;
  /** A clock, in milliseconds; without it a fit with a budget of time has to be given one. */
  readonly now?: () => number;
  /** Samplers that were made before, for models that are compiled once. */
  readonly sampler?: (estimator: Estimator, options: SamplerOptions, inTime?: InTime) => Pieces<GuidedModel>;
  /** The trace of the program on its data as numbers, where they are inputs: what a model that is saved is told by. */
  readonly plainTrace?: (options?: GraphOptions) => Trace;
  /** How long a loop is whose length nobody has given; without it that is its default. */
  readonly ownLength?: typeof ownLength;
  /** Makes room in a guide for parameters without spread; without it programs have none. */
  readonly guideOf?: typeof guideOf;
  /** Lets an estimator that adapts learn before its first gradient; without it no estimator of the repertoire does. */
  readonly pilot?: typeof pilot;
  /** Adds single samples to moments by component; without it they are added one after the other, which gives the same bits and takes longer. */
  readonly singlesOf?: typeof singlesOf;
  /** The passes, checks and options that its estimators have. */
  readonly repertoire: Repertoire;
}
