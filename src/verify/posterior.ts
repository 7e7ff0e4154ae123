/**
 * `checkPosterior` asks whether a fitted posterior is that of its model: it holds its means and sds against those of chains that know nothing of the fit. As a guide is
 * an approximation, an exact test would reject every fit; what counts is whether means are off by more than a tenth of an sd, or sds by
 * more than 15 %, beyond what the chains' own errors explain.
 */
import { requireMethod, requireNoMore } from "../checks/arguments.ts";
import { type OptionTable, requireOptions } from "../checks/options.ts";
import { count } from "../inference/options.ts";
import type { Posterior } from "../inference/posterior.ts";
import { normalQuantile } from "../math/normal.ts";
import type { Model } from "../program/model.ts";
import { trace } from "../program/trace.ts";
import { CHAINS, Chains } from "./sampler/chains.ts";

export interface CheckPosteriorOptions {
  /** Most evaluations of the density (default 2,000,000). */
  readonly budget?: number | undefined;
  /** How far a mean may be off, in standard deviations (default 0.1). */
  readonly meanTolerance?: number | undefined;
  /** How far a standard deviation may be off, relative to it (default 0.15). */
  readonly sdTolerance?: number | undefined;
  /** Probability of calling a posterior within the tolerances wrong (default 0.001). */
  readonly alpha?: number | undefined;
  /** Default 0. */
  readonly seed?: number | undefined;
}

export type PosteriorVerdict = "right at this resolution" | "wrong" | "undecided: budget";

/** A latent, an entry of a vector, or a tracked number. */
export interface QuantityCheck {
  readonly name: string;
  readonly mean: number;
  readonly sd: number;
  /** Of the chains. */
  readonly referenceMean: number;
  readonly referenceSd: number;
  /** By how many standard errors of the chains mean and sd are off. */
  readonly meanZ: number;
  readonly sdZ: number;
  /** By how many standard deviations the mean is off, and by which share the sd; with the chains' errors of both. */
  readonly meanOff: number;
  readonly sdOff: number;
  readonly meanError: number;
  readonly sdError: number;
  readonly rHat: number;
  /** Effective sample size of the chains, for the mean. */
  readonly ess: number;
}

export interface PosteriorCheck {
  readonly model: string;
  readonly verdict: PosteriorVerdict;
  readonly quantities: readonly QuantityCheck[];
  readonly largestRHat: number;
  readonly smallestEss: number;
  readonly sweeps: number;
  readonly evaluations: number;
}

const OPTIONS: OptionTable<CheckPosteriorOptions> = {
  budget: "any",
  meanTolerance: "number",
  sdTolerance: "number",
  alpha: "number",
  seed: "any",
};

/** Chains above this have not mixed. */
const MIXED = 1.05;
/** Sweeps before the first that count, and before the first look. */
const FIRST = 64;
/** Numbers of a posterior that are averages over 8192 points have an error of their own, in standard deviations. */
const OWN_ERROR = 0.012;
const POWER = 1.2815515655446004; // Φ⁻¹(0.9)

/**
 * Draws from the posterior of a model by slice sampling within Gibbs, over 128 chains that start about the priors, and compares means and sds
 * of everything that the fit reports.
 *
 *     checkPosterior(gmm, fit(gmm)).verdict; // "right at this resolution"
 *
 * "wrong" where one is off by more than the tolerance and the chains' error; "undecided: budget" where the budget is used up before all
 * are known well enough, or the chains have not mixed (R-hat above 1.05). Jumps and discrete latents are no obstacle. Throws TypeError
 * for frozen sites, whose density is random; RangeError for bad options and where no finite density is found to start at.
 */
export function checkPosterior(
  model: Model,
  posterior: Posterior,
  options: CheckPosteriorOptions = {},
): PosteriorCheck {
  requireNoMore("checkPosterior", 3, arguments);
  requireMethod("checkPosterior", "a model", model, "program", "one made by defineModel()");
  requireOptions("checkPosterior", options, OPTIONS);
  const { budget = 2_000_000, meanTolerance = 0.1, sdTolerance = 0.15, alpha = 1e-3, seed = 0 } = options;
  count("checkPosterior", "budget", budget, 1000);
  for (const [name, value] of Object.entries({ meanTolerance, sdTolerance, alpha }))
    if (!(value > 0 && value < 1))
      throw new RangeError(`checkPosterior: ${name} is out of range; got ${value}, expected 0 < ${name} < 1`);
  if (typeof posterior?.mean !== "function" || !Array.isArray(posterior.quantities))
    throw new TypeError(`checkPosterior: not a posterior; got ${typeof posterior}, expected what fit() returns`);
  const traced = trace(model);
  const [frozen] = traced.frozen;
  if (frozen)
    throw new TypeError(
      `checkPosterior: the density of "${model.name}" is random; got frozen site "${frozen.name}", expected none`,
    );
  // What exists in some arms only has no mean without a condition.
  const compared = traced.quantities.filter(
    ({ name, live }) => traced.graph.isConstant(live) && posterior.quantities.includes(name),
  );
  const chains = new Chains(
    traced,
    compared.map(({ node }) => node),
    posterior.params.points ?? [],
    seed,
  );
  const critical = normalQuantile(1 - alpha / (4 * Math.max(1, compared.length)));
  let sums = compared.map(() => new Sums());
  let sweeps = 0;
  for (let kept = 0, look = 2 * FIRST; ; ) {
    chains.sweep();
    sweeps++;
    if (sweeps <= FIRST) continue;
    // A quarter of the sweeps are left out: all so far, whenever their number has grown fourfold.
    if (sweeps === 4 * look) {
      sums = compared.map(() => new Sums());
      kept = 0;
      look = sweeps;
    }
    kept++;
    sums.forEach((sum, q) => {
      sum.add(chains.values[q]!);
    });
    const isLast = chains.evaluations >= budget;
    if (!isLast && (kept < FIRST || (kept & (kept - 1)) !== 0)) continue;
    const quantities = compared.map(({ name }, q) => checkOf(posterior, name, sums[q]!));
    const verdict = verdictOf(quantities, { meanTolerance, sdTolerance, critical });
    if (!isLast && verdict === "undecided: budget") continue;
    return {
      model: model.name,
      verdict,
      quantities,
      largestRHat: Math.max(1, ...quantities.map(({ rHat }) => rHat)),
      smallestEss: Math.min(...quantities.map(({ ess }) => ess)),
      sweeps,
      evaluations: chains.evaluations,
    };
  }
}

// Sums of each chain, about its first number, so that little cancels.
class Sums {
  count = 0;
  readonly first: Float64Array = new Float64Array(CHAINS);
  readonly sum: Float64Array = new Float64Array(CHAINS);
  readonly squares: Float64Array = new Float64Array(CHAINS);

  add(values: Float64Array): void {
    if (this.count === 0) this.first.set(values);
    this.count++;
    for (let c = 0; c < CHAINS; c++) {
      const apart = values[c]! - this.first[c]!;
      this.sum[c]! += apart;
      this.squares[c]! += apart * apart;
    }
  }
}

function checkOf(posterior: Posterior, name: string, { count: n, first, sum, squares }: Sums): QuantityCheck {
  const means = first.map((value, c) => value + sum[c]! / n);
  const within = squares.map((square, c) => (square - (sum[c]! * sum[c]!) / n) / (n - 1));
  const referenceMean = average(means);
  const between = spreadOf(means, referenceMean);
  const inside = average(within);
  const variance = (inside * (n - 1)) / n + between;
  // Second moments about the common mean, chain by chain: their spread gives the error of the variance.
  const moments = within.map(
    (value, c) => (value * (n - 1)) / n + (means[c]! - referenceMean) * (means[c]! - referenceMean),
  );
  const referenceSd = Math.sqrt(average(moments));
  const standardError = Math.sqrt(between / CHAINS);
  const varianceError = Math.sqrt(spreadOf(moments, average(moments)) / CHAINS);
  const [mean, sd] = [posterior.mean(name), posterior.sd(name)];
  const meanError = hypot(standardError / referenceSd, OWN_ERROR);
  const sdError = hypot(varianceError / (2 * referenceSd * referenceSd), OWN_ERROR);
  const [meanOff, sdOff] = [(mean - referenceMean) / referenceSd, sd / referenceSd - 1];
  return {
    name,
    mean,
    sd,
    referenceMean,
    referenceSd,
    meanZ: meanOff / meanError,
    sdZ: sdOff / sdError,
    meanOff,
    sdOff,
    meanError,
    sdError,
    rHat: Math.sqrt(variance / inside),
    ess: (variance * CHAINS) / between,
  };
}

function verdictOf(
  quantities: readonly QuantityCheck[],
  tolerances: { readonly meanTolerance: number; readonly sdTolerance: number; readonly critical: number },
): PosteriorVerdict {
  const { meanTolerance, sdTolerance, critical } = tolerances;
  if (quantities.some(({ rHat }) => !(rHat < MIXED))) return "undecided: budget";
  const isBeyond = (off: number, error: number, tolerance: number): boolean =>
    !(Math.abs(off) - critical * error <= tolerance);
  if (
    quantities.some(
      ({ meanOff, meanError, sdOff, sdError }) =>
        isBeyond(meanOff, meanError, meanTolerance) || isBeyond(sdOff, sdError, sdTolerance),
    )
  )
    return "wrong";
  const isWithin = quantities.every(
    ({ meanOff, meanError, sdOff, sdError }) =>
      Math.abs(meanOff) + POWER * meanError <= meanTolerance && Math.abs(sdOff) + POWER * sdError <= sdTolerance,
  );
  return isWithin ? "right at this resolution" : "undecided: budget";
}

function average(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function spreadOf(values: Float64Array, mean: number): number {
  return values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / (values.length - 1);
}

function hypot(x: number, y: number): number {
  return Math.sqrt(x * x + y * y);
}
