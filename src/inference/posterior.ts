/**
 * A fit finds a posterior: mean, sd, quantiles and draws of everything that the program samples or tracks, on its own scale. The guide is over
 * unconstrained numbers: a rate under exponential(1) is exp(u) with u ~ N(−0.3, 0.1²), its mean exp(−0.3 + 0.005).
 */
import { type FittedParameters, type GuideSpace, parameterNames, unpackParameters } from "../guides/guide.ts";
import type { Quantity } from "../program/run.ts";
import { fillNormals, makeGenerator, noiseRequest, uniformSource } from "../random/index.ts";
import type { FitReport, FitStatus, Importance } from "./fit/report.ts";
import { count } from "./options.ts";
import { covarianceOf, type Gaussian, gaussianOf, latentValues, sdOf } from "./posterior/gaussian.ts";
import type { Cell, DrawOptions, JointDraws, ValueProbability } from "./posterior/joint-draws.ts";
import { indexOfLatent, type Marginal, type OtherNumbers, transformedNormal } from "./posterior/marginal.ts";
import type { AppliedWeighing } from "./posterior/source.ts";
import type { EndedLoop, LoopState } from "./saved/loop-state.ts";

export interface LatentSummary {
  readonly name: string;
  readonly mean: number;
  readonly sd: number;
  readonly q05: number;
  readonly median: number;
  readonly q95: number;
  /** The source of the numbers: `report.importance.answers`, or "cells" where every latent was summed out. */
  readonly by: Importance["answers"] | "cells";
}

/** The results of a fit beside its parameters. */
export interface PosteriorDetails {
  readonly status?: FitStatus;
  readonly report?: FitReport;
  /** The optima, best first, as parts of a mixture where `others` makes one; default the one guide. Weights sum to 1. */
  readonly components?: readonly { readonly weight: number; readonly theta: Float64Array }[];
  /** Where weighted draws come from, and whether they answer for the posterior; else the guide does. */
  readonly weighing?: AppliedWeighing | undefined;
  /** Makes what computes all numbers but latents by themselves; without it these are all that there is. */
  readonly others?: ((components: readonly Gaussian[]) => OtherNumbers) | undefined;
}

/** The results of a fit. */
export interface FittedParts extends Omit<PosteriorDetails, "others"> {
  readonly theta: Float64Array;
  readonly elboTrace: Float64Array;
  readonly warnings: readonly string[];
  /** The loop that ended here, or where one did that was saved; neither of a fit that chose its steps. */
  readonly run?: EndedLoop | undefined;
  readonly loop?: LoopState | undefined;
  /** The guides by which weighted draws are proposed; default the parts of the mixture. */
  readonly found?: PosteriorDetails["components"];
}

/**
 * A fitted guide. `mean`, `sd`, `quantile`, `summary` and `sample` speak of the latents on their own scale, entry by entry for vectors,
 * and of tracked numbers: exactly where a number depends on one latent, otherwise from 8192 points of the guide. `correlation` and
 * `covariance` speak of the unconstrained numbers, which are jointly normal.
 */
export class Posterior {
  /** Names of the latents that the guide is over, in declaration order. */
  readonly latents: readonly string[];
  /** Names of everything that has a mean, in declaration order: `rate`, `w[0]`, `w[1]`, …; those of the latents if all are on ℝ. */
  readonly quantities: readonly string[];
  readonly params: FittedParameters;
  /** The guide's parameters by name, such as `mu[z]`, in the order of gradients and of `FitStep.theta`. */
  readonly parameterNames: readonly string[];
  /** ELBO estimate of each step, from that step's samples. */
  readonly elboTrace: Float64Array;
  /** What the user should know about this fit, also passed to `onWarning`. */
  readonly warnings: readonly string[];
  /** How the fit ended; undefined after a loop of so many steps, which does not know. */
  readonly status: FitStatus | undefined;
  /** The numbers behind the status. */
  readonly report: FitReport | undefined;
  readonly #space: GuideSpace;
  /** The guide, or the best of its mixture. */
  readonly #gaussian: Gaussian;
  readonly #others: OtherNumbers | undefined;
  readonly #quantities: readonly Quantity[];
  readonly #marginals = new Map<string, Marginal>();

  constructor(
    space: GuideSpace,
    theta: Float64Array,
    elboTrace: Float64Array,
    warnings: readonly string[] = [],
    { status, report, components = [{ weight: 1, theta }], others }: PosteriorDetails = {},
  ) {
    this.#space = space;
    this.latents = space.latents;
    this.params = unpackParameters(space, theta);
    this.parameterNames = parameterNames(space);
    this.elboTrace = elboTrace;
    this.warnings = warnings;
    this.status = status;
    this.report = report;
    const gaussians = components.map((component) => gaussianOf(space, component.theta, component.weight));
    this.#gaussian = gaussians[0]!;
    this.#others = others?.(gaussians);
    this.#quantities = this.#others?.quantities ?? space.trace.quantities;
    this.quantities = this.#quantities.map(({ name }) => name);
  }

  mean(name: string): number {
    return this.#marginal("mean", name).mean;
  }

  /** Standard deviation: of a latent on ℝ under mean field softplus(ρ). */
  sd(name: string): number {
    return this.#marginal("sd", name).sd;
  }

  /** The correlation of two latents, on the unconstrained scale: 0 under mean field. */
  correlation(a: string, b: string): number {
    const [i, k] = [a, b].map((name) => indexIn("correlation", this.latents, name)) as [number, number];
    return i === k ? 1 : this.#covariance(i, k) / (this.#sd(i) * this.#sd(k));
  }

  /** The covariance matrix of the latents in declaration order, on the unconstrained scale, row-major. */
  covariance(): Float64Array {
    const n = this.latents.length;
    return Float64Array.from({ length: n * n }, (_, at) => this.#covariance(Math.floor(at / n), at % n));
  }

  /** The value below which the number lies with the given probability, 0 < p < 1. */
  quantile(name: string, p: number): number {
    if (!(p === +p && p > 0 && p < 1))
      // nor a text such as "0.5"
      throw new RangeError(`quantile: probability out of range; got ${String(p)}, expected 0 < p < 1`);
    return this.#marginal("quantile", name).quantile(p);
  }

  /**
   * Draws from the guide, for each latent, entry of a vector and tracked number a Float64Array(draws) on its own scale: the d-th numbers
   * of all of them are one joint draw. A number that is tracked in an arm is NaN where that is not taken.
   */
  sample(draws: number, { seed = 0 }: { readonly seed?: number } = {}): Record<string, Float64Array> {
    count("sample", "draws", draws);
    if (this.#others?.answers) return this.#others.resampled(draws, seed);
    const latents = this.#latentDraws(draws, seed);
    const rest = this.#quantities.filter((quantity) => this.#alone(quantity) < 0);
    const values = rest.length > 0 ? this.#others!.draws(rest, latents, draws, seed) : [];
    return Object.fromEntries(
      this.#quantities.map((quantity) => {
        const { transform } = this.#space.trace.latents[this.#alone(quantity)] ?? {};
        const own = latents[this.#alone(quantity)] ?? values[rest.indexOf(quantity)]!;
        return [quantity.name, transform ? own.map((u) => transform.forward(u) as number) : own];
      }),
    );
  }

  /** Mean, standard deviation, 5 %, 50 % and 95 % quantiles of every latent and tracked number, and what they are those of. */
  summary(): LatentSummary[] {
    const by = this.latents.length > 0 ? (this.report?.importance?.answers ?? "guide") : "cells";
    return this.quantities.map((name) => ({
      name,
      mean: this.mean(name),
      sd: this.sd(name),
      q05: this.quantile(name, 0.05),
      median: this.quantile(name, 0.5),
      q95: this.quantile(name, 0.95),
      by,
    }));
  }

  /**
   * The intervals of a latent that was summed out, between the thresholds on it, with their probabilities: exact given the latents that
   * the guide is over. RangeError for other latents.
   */
  cells(name: string): Cell[] {
    return this.#computed("cells").ofCells.cells(name);
  }

  /** The values of a discrete latent with their probabilities, which are exact given the latents that the guide is over. */
  probabilities(name: string): ValueProbability[] {
    return this.#computed("probabilities").ofCells.probabilities(name);
  }

  /**
   * Draws of everything with weights that make them draws of the posterior itself, as far as the guide reaches: 80 % from the guide, 10 %
   * from wider ones, 10 % from where the priors lie, default 16,384. Above a `kHat` of 0.7 few of them carry much of the weight.
   *
   *     const draws = posterior.reweighted();
   *     draws.mean("z");
   */
  reweighted(options: DrawOptions = {}): JointDraws {
    return this.#computed("reweighted").reweighted(options);
  }

  /**
   * Draws of everything from the guide, or from the particles that answer instead of it, all of one weight: latents that were summed out given
   * those that the guide is over.
   */
  drawn(options: DrawOptions = {}): JointDraws {
    return this.#computed("drawn").drawn(options);
  }

  /** Whether the density is random, as sites are `frozen`: there are no weights then. */
  get isRandom(): boolean {
    return this.#space.trace.frozen.length > 0;
  }

  /** Where every latent was summed out: log p(data), to rounding. Cells, probabilities, means and sds of latents are exact then; those of tracked numbers, and of latents in arms, are of draws. Else undefined. */
  get exact(): { readonly logEvidence: number } | undefined {
    if (this.latents.length > 0) return undefined;
    return { logEvidence: this.reweighted({ draws: 1 }).logEvidence };
  }

  #computed(caller: string): OtherNumbers {
    if (this.#others) return this.#others;
    throw new TypeError(
      `${caller}: the core has no draws of latents that are summed out; expected a posterior of nondiff`,
    );
  }

  #alone(quantity: Quantity): number {
    return indexOfLatent(this.#space.trace.latents, quantity);
  }

  #marginal(caller: string, name: string): Marginal {
    const found = this.#marginals.get(name);
    if (found) return found;
    const quantity = this.#quantities[indexIn(caller, this.quantities, name)]!;
    const i = this.#alone(quantity);
    const made =
      i >= 0 && !this.#others?.mixture && !this.#others?.answers
        ? transformedNormal(this.#gaussian.means[i]!, sdOf(this.#gaussian, i), this.#space.trace.latents[i]!.transform)
        : this.#others!.marginal(quantity);
    this.#marginals.set(name, made);
    return made;
  }

  // Values of the latents at draws, each of one of the components.
  #latentDraws(draws: number, seed: number): Float64Array[] {
    const generator = makeGenerator(seed);
    const n = this.latents.length;
    const noise = new Float64Array(n * draws);
    fillNormals(noiseRequest({ out: noise, generator, lanes: draws, dimensions: n }));
    const values = this.latents.map((_, i) => latentValues(this.#gaussian, i, noise, draws));
    this.#others?.mixture?.mixInto(values, noise, uniformSource(generator, 2));
    return values;
  }

  #sd(i: number): number {
    return this.#others?.mixture ? Math.sqrt(this.#covariance(i, i)) : sdOf(this.#gaussian, i);
  }

  #covariance(i: number, k: number): number {
    return this.#others?.mixture?.covariance(i, k) ?? covarianceOf(this.#gaussian, i, k);
  }
}

function indexIn(caller: string, names: readonly string[], name: string): number {
  const index = names.indexOf(name);
  if (index < 0)
    throw new RangeError(
      `${caller}: no such latent; got "${String(name)}", expected one of ${names.slice(0, 12).join(", ")}`,
    );
  return index;
}
