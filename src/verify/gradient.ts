/**
 * `verifyGradient` asks whether an estimator is unbiased on a model: it holds its mean gradient against a reference that is made of values of ℓ alone. On
 *
 *     verifyGradient(gmm, { estimator: reparam(), params: { mu: [0], rho: [0.54] } })
 *
 * the reference is −4.19 by quadrature split at z = 0, the mean of reparam() is −0.00 ± 0.02, 280 standard errors away: "biased".
 *
 * It is a sequential test. Samples double from look to look; α is divided among the looks in proportion to their samples, and evenly among
 * the components (Bonferroni), so
 * that an unbiased estimator whose means are normal is accused with probability at most α, however often one looks. The variance of few
 * samples is too small where rare ones matter: 2,048 of them may have met none with y > 3.6, of which there is one in 6,000. So a mean may be
 * off by what an event could add that is likely to be missed, and who is accused gets a second hearing on more samples, fresh ones. Where one batch of
 * 32 has a fifth of all variance the tails are so heavy that the rarest samples are the mean, as those of exp(4z) under an sd of 2 are: of such a mean nothing is said.
 */
import { type OptionTable, requireOptions } from "../checks/options.ts";
import { corrected } from "../estimators/corrected.ts";
import type { Estimator } from "../estimators/estimator.ts";
import { type Guide, type GuideParameters, packParameters } from "../guides/guide.ts";
import { estimatorOf } from "../inference/estimate-gradient.ts";
import { count } from "../inference/options.ts";
import type { Profile } from "../inference/profile.ts";
import { makeMoments, momentsInto } from "../inference/sampler/moments.ts";
import { type GradientSampler, makeSampler, startOf } from "../inference/sampler/sampler.ts";
import { log } from "../math/elementary.ts";
import { normalQuantile } from "../math/normal.ts";
import type { Model } from "../program/model.ts";
import { makeGenerator } from "../random/index.ts";
import { BATCHES } from "./reference/averages.ts";
import { type Reference, type ReferenceWay, referenceOf } from "./reference/reference.ts";

export interface VerifyGradientOptions {
  /** Default `corrected()`. */
  readonly estimator?: Estimator | undefined;
  /** Default `meanField()`. */
  readonly guide?: Guide | undefined;
  /** Where, in the guide's parameters; default where a fit starts. */
  readonly params?: GuideParameters | undefined;
  /** Probability of calling an unbiased estimator biased, over all looks and components (default 0.001). */
  readonly alpha?: number | undefined;
  /** Most samples of the estimator (default 262144); the reference takes at most ten times as many evaluations of ℓ, twenty where quadrature says too little. */
  readonly budget?: number | undefined;
  /** The smallest bias that must not go unnoticed, relative to the size of the gradient (default 0.02). */
  readonly resolution?: number | undefined;
  /** Default 0. */
  readonly seed?: number | undefined;
  /** How the reference is made; default the best way that the program leaves open. */
  readonly reference?: ReferenceWay | undefined;
}

export type GradientVerdict = "unbiased at this resolution" | "biased" | "undecided: budget";

/** A component of the gradient, or the ELBO. */
export interface ComponentCheck {
  readonly name: string;
  /** Mean of the estimator. */
  readonly mean: number;
  readonly standardError: number;
  readonly reference: number;
  /** Standard error of the reference, 0 by quadrature; of 32 batches, so that its multiples are those of Student's t. */
  readonly referenceError: number;
  /** How far off the reference may be beside that: what quadrature or a limit leaves, 0 by lines and scores. */
  readonly referenceBound: number;
  /** By how many standard errors the two are apart, beyond what the reference's bound and rare samples that were missed explain. */
  readonly z: number;
  /** The smallest bias that would have been seen with probability 0.9. */
  readonly detectable: number;
}

export interface GradientCheck {
  readonly model: string;
  readonly estimator: string;
  readonly verdict: GradientVerdict;
  /** What the reference was made by. */
  readonly reference: ReferenceWay;
  readonly components: readonly ComponentCheck[];
  readonly elbo: ComponentCheck;
  /** The largest `detectable` of the gradient's components. */
  readonly smallestBias: number;
  /** What `resolution` is relative to: the largest component, or a tenth of the spread of ℓ times that of the score where that is more. */
  readonly scale: number;
  readonly alpha: number;
  /** z beyond which a component was accused at the last look: its part of α, divided by the components. */
  readonly critical: number;
  readonly looks: number;
  readonly samples: number;
  /** Evaluations of ℓ that the reference took. */
  readonly evaluations: number;
}

const OPTIONS: OptionTable<VerifyGradientOptions> = {
  estimator: "any",
  guide: "any",
  params: "object",
  alpha: "number",
  budget: "any",
  resolution: "number",
  seed: "any",
  reference: "string",
};

const WAYS: readonly ReferenceWay[] = ["quadrature", "lines", "differences", "score"];
/** Defaults of options. */
const [ALPHA, BUDGET, RESOLUTION] = [1e-3, 262_144, 0.02];
/** Samples that belong together where an estimator groups them. */
const GROUP = 64;
/** Of the first look. */
const FIRST = 2048;
/** Evaluations of ℓ for the reference, for each sample of the budget. */
const REFERENCE_SHARE = 10;
const POWER = 1.2815515655446004; // Φ⁻¹(0.9)
/** Two right answers differ by rounding, relative to the scale. */
const ROUNDING = 1e-7;
/** On fresh samples an accusation has to be this clear; there are at least so many. */
const [CONFIRMED, HEARING] = [3, 32_768];
/** A mean is that of few samples if one of its batches has so much of the variance; of lighter tails it has 0.04 to 0.12. */
const LUMPED = 0.2;

/** Compares an estimator's mean gradient with an independent reference; the entry documents it. */
export function verifyGradient(profile: Profile, model: Model, options: VerifyGradientOptions = {}): GradientCheck {
  requireGradientOptions(options);
  const {
    estimator = corrected(),
    guide,
    params,
    alpha = ALPHA,
    budget = BUDGET,
    resolution = RESOLUTION,
    seed = 0,
    reference: way,
  } = options;
  const sampler = makeSampler(profile, model, estimatorOf("verifyGradient", estimator), {
    guide,
    expectedSamples: budget,
  });
  const theta = packParameters("verifyGradient", sampler.objective.guide.space, startOf(sampler, params));
  const reference = referenceOf("verifyGradient", model, {
    guide,
    params,
    budget: REFERENCE_SHARE * budget,
    seed,
    way,
  });
  if (reference.subject.names.length !== sampler.size)
    throw new TypeError(
      `verifyGradient: the gradient by ${estimator.name} has other components than the guide; got ${sampler.size}, expected ${reference.subject.names.length}`,
    );
  return sequentially(sampler, theta, reference, { alpha, budget, resolution, seed });
}

/** Throws TypeError or RangeError unless these are options of `verifyGradient`, whatever the model. */
export function requireGradientOptions(options: VerifyGradientOptions): void {
  requireOptions("verifyGradient", options, OPTIONS);
  const { alpha = ALPHA, budget = BUDGET, resolution = RESOLUTION, reference: way } = options;
  count("verifyGradient", "budget", budget, 256);
  requireShare("alpha", alpha);
  requireShare("resolution", resolution);
  if (way !== undefined && !WAYS.includes(way))
    throw new RangeError(`verifyGradient: reference is no way; got "${way}", expected one of ${WAYS.join(", ")}`);
}

function requireShare(name: string, value: number): void {
  if (!(value > 0 && value < 1))
    throw new RangeError(`verifyGradient: ${name} is out of range; got ${value}, expected 0 < ${name} < 1`);
}

interface Test {
  readonly alpha: number;
  readonly budget: number;
  readonly resolution: number;
  readonly seed: number;
}

function sequentially(
  sampler: GradientSampler,
  theta: Float64Array,
  reference: Reference,
  { alpha, budget, resolution, seed }: Test,
): GradientCheck {
  const draws = drawing(sampler, theta, seed);
  const looks = lookSizes(budget);
  // The last look has about half of α, the one before a quarter: early ones cost little power.
  const allLooks = looks.reduce((sum, size) => sum + size, 0);
  const criticalOf = (size: number): number => normalQuantile(1 - (alpha * size) / (2 * allLooks * (sampler.size + 1)));
  const scale = Math.max(reference.unit, ...reference.gradient.map(Math.abs));
  const sums = draws.room();
  let verdict: GradientVerdict = "undecided: budget";
  let [look, checks, critical]: [number, ComponentCheck[], number] = [0, [], Infinity];
  for (; look < looks.length && verdict === "undecided: budget"; look++) {
    draws.add(sums, looks[look]! - sums.samples, look);
    critical = criticalOf(looks[look]!);
    checks = checksOf(sums, reference, scale, critical, alpha);
    if (checks.some(({ z }) => Math.abs(z) > critical)) {
      const { fresh, lumps } = hearing(draws, Math.max(HEARING, sums.samples), looks.length + look);
      const again = checksOf(fresh, reference, scale, critical, alpha);
      const isConfirmed = (z: number, p: number): boolean =>
        again[p]!.z * Math.sign(z) > CONFIRMED && lumps[p]! < LUMPED;
      if (checks.some(({ z }, p) => Math.abs(z) > critical && isConfirmed(z, p))) verdict = "biased";
      continue;
    }
    if (Math.max(...checks.slice(0, -1).map(({ detectable }) => detectable)) <= resolution * scale)
      verdict = "unbiased at this resolution";
  }
  const components = checks.slice(0, -1);
  return {
    model: sampler.model.name,
    estimator: sampler.estimator.name,
    verdict,
    reference: reference.way,
    components,
    elbo: checks.at(-1)!,
    smallestBias: Math.max(...components.map(({ detectable }) => detectable)),
    scale,
    alpha,
    critical,
    looks: look,
    samples: sums.samples,
    evaluations: reference.evaluations,
  };
}

/** Fresh samples in batches, and the largest share of the variance that a batch has, by component. */
function hearing(draws: Drawing, samples: number, stream: number): { fresh: Sums; lumps: Float64Array } {
  const fresh = draws.room();
  const size = GROUP * Math.max(1, Math.floor(samples / (GROUP * BATCHES)));
  const [most, all] = [new Float64Array(fresh.mean.length), new Float64Array(fresh.mean.length)];
  for (let b = 0; b < BATCHES; b++) {
    const batch = draws.room();
    draws.add(batch, size, stream, b * size);
    batch.variance.forEach((variance, p) => {
      most[p] = Math.max(most[p]!, variance);
      all[p]! += variance;
    });
    merge(fresh, batch);
  }
  return { fresh, lumps: most.map((variance, p) => (all[p]! > 0 ? variance / all[p]! : 0)) };
}

// Numbers of samples after each look: doubled until the budget is used up.
function lookSizes(budget: number): number[] {
  const sizes: number[] = [];
  for (let size = Math.min(FIRST, budget); size < budget; size *= 2) sizes.push(size);
  return [...sizes, budget];
}

/** Sums over samples of the gradient and, last, of ℓ. */
interface Sums {
  samples: number;
  readonly mean: Float64Array;
  /** Of a single sample. */
  readonly variance: Float64Array;
}

interface Drawing {
  readonly room: () => Sums;
  /** Adds samples of a stream, from number `first` on. */
  readonly add: (sums: Sums, samples: number, stream: number, first?: number) => void;
}

function drawing(sampler: GradientSampler, theta: Float64Array, seed: number): Drawing {
  const moments = makeMoments(sampler);
  const generator = makeGenerator(seed);
  const width = sampler.size + 1;
  sampler.profile.pilot?.(sampler, theta, generator, 0);
  return {
    room: () => ({ samples: 0, mean: new Float64Array(width), variance: new Float64Array(width) }),
    add(sums, samples, stream, first = 0) {
      const group = Math.min(GROUP, samples);
      const whole = sampler.grouped ? samples - (samples % group) : samples;
      momentsInto(moments, sampler, theta, {
        generator,
        stream: stream + 1,
        firstSample: first,
        samples: whole,
        group,
      });
      merge(sums, { samples: whole, mean: moments.mean, variance: moments.variance });
    },
  };
}

function merge(sums: Sums, { samples, mean, variance }: Sums): void {
  const total = sums.samples + samples;
  const share = samples / total;
  for (let p = 0; p < sums.mean.length; p++) {
    const apart = mean[p]! - sums.mean[p]!;
    // Within the two parts, and between them.
    sums.variance[p] =
      (1 - share) * sums.variance[p]! + share * variance[p]! + (sums.samples * share * apart * apart) / total;
    sums.mean[p]! += share * apart;
  }
  sums.samples = total;
}

/**
 * What Student's t with so many degrees of freedom exceeds as often as a normal exceeds z: 6.3 for z = 5 and 31 degrees, and by a normal's
 * measure an error known from 32 batches would accuse a hundred times as often as it says. Series of Cornish and Fisher (Abramowitz and
 * Stegun 26.7.5), which is 0.2 % short there.
 */
export function studentQuantile(z: number, degrees: number): number {
  const w = z * z;
  return (
    z *
    (1 +
      (w + 1) / (4 * degrees) +
      ((5 * w + 16) * w + 3) / (96 * degrees * degrees) +
      (((3 * w + 19) * w + 17) * w - 15) / (384 * degrees * degrees * degrees))
  );
}

function checksOf(
  { samples, mean, variance }: Sums,
  reference: Reference,
  scale: number,
  critical: number,
  alpha: number,
): ComponentCheck[] {
  const { subject, gradient, elbo, errors, bounds, spread } = reference;
  const widening = studentQuantile(critical, BATCHES - 1) / critical;
  return [...subject.names, "ELBO"].map((name, p): ComponentCheck => {
    const expected = p < gradient.length ? gradient[p]! : elbo;
    const unit = p < gradient.length ? scale : Math.max(1, spread, Math.abs(elbo));
    const [standardError, referenceError, bound] = [Math.sqrt(variance[p]! / samples), errors[p]!, bounds[p]!];
    const told = widening * referenceError;
    const noise = Math.sqrt(standardError * standardError + told * told) + ROUNDING * unit;
    // An event of probability log(1/α)/n is missed by n samples with probability α; its values are taken to be of the component's scale.
    const missed = (-log(alpha) / samples) * unit;
    const apart = mean[p]! - expected;
    return {
      name,
      mean: mean[p]!,
      standardError,
      reference: expected,
      referenceError,
      referenceBound: bound,
      z: (Math.sign(apart) * Math.max(0, Math.abs(apart) - bound - missed)) / noise,
      detectable: (critical + POWER) * noise + bound + missed,
    };
  });
}
