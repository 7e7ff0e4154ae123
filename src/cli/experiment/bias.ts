/** How far the mean gradients of estimators are from the right one, in standard errors. */
import { corrected, type Estimator, score } from "../../estimators/index.ts";
import { estimateGradient, type GradientEstimate } from "../../index.ts";
import { isKnown, type KnownModel } from "../../models/conditions/known.ts";
import type { Model } from "../../program/model.ts";

export interface BiasOptions {
  readonly samples: number;
  /** Samples per gradient, for estimators whose samples belong together. */
  readonly group: number;
  /** The step whose accuracy estimators with a schedule use. */
  readonly step: number;
  readonly seed: number;
}

export interface BiasRow {
  readonly estimator: string;
  /** Over the components: the largest |z|, and the mean of z², which is near 1 for an unbiased estimator. */
  readonly maxZ: number;
  readonly meanSquare: number;
  /** Norm of the difference divided by that of the reference: bias and noise together. */
  readonly relative: number;
}

export interface Bias {
  readonly samples: number;
  /** What the gradients are compared with, in words. */
  readonly reference: string;
  readonly rows: readonly BiasRow[];
}

const REFERENCE_FACTOR = 5;
const REFERENCE_GROUP = 64;

/**
 * Compares the gradients at the model's initial point with the exact one where the model knows it, else with one from noise
 * of its own and five times the samples, by corrected(), or by score() with all its options where corrected() refuses the
 * model.
 */
export function measureBias(
  model: Model,
  estimators: ReadonlyMap<string, { readonly make: () => Estimator }>,
  options: BiasOptions,
): Bias {
  const { samples, group, step, seed } = options;
  const reference = isKnown(model) ? exactReference(model) : estimatedReference(model, options);
  return {
    samples,
    reference: reference.text,
    rows: [...estimators].map(([estimator, { make }]) => ({
      estimator,
      ...compared(estimateGradient(model, { estimator: make(), samples, group, step, seed }), reference),
    })),
  };
}

interface Reference {
  readonly text: string;
  readonly gradient: Float64Array;
  readonly errors: readonly number[];
}

function exactReference(model: KnownModel): Reference {
  const gradient = model.gradient(model.init);
  return { text: "the exact gradient", gradient, errors: Array.from(gradient, () => 0) };
}

function estimatedReference(model: Model, { samples, seed }: BiasOptions): Reference {
  const otherSeed = seed > 0 ? seed - 1 : seed + 1;
  const by = (estimator: Estimator): GradientEstimate =>
    estimateGradient(model, {
      estimator,
      samples: REFERENCE_FACTOR * Math.max(samples, REFERENCE_GROUP),
      group: REFERENCE_GROUP,
      seed: otherSeed,
    });
  let name = "corrected()";
  let estimate: GradientEstimate;
  try {
    estimate = by(corrected());
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    name = "score() with baseline and Rao-Blackwellisation";
    estimate = by(score({ baseline: "leave-one-out", raoBlackwell: true }));
  }
  const { gradient } = estimate;
  const errors = errorsOf(estimate);
  const exact = errors.every((error, i) => error <= ROUNDING * Math.abs(gradient[i]!));
  const text = exact
    ? `${name}, which has no variance here`
    : `${name} with ${estimate.samples} samples of seed ${otherSeed}`;
  return { text, gradient, errors };
}

// Sums of some thousand numbers agree to this, relative to the largest component.
const ROUNDING = 1e-9;

function compared(estimate: GradientEstimate, { gradient, errors }: Reference): Omit<BiasRow, "estimator"> {
  const own = errorsOf(estimate);
  const scale = ROUNDING * gradient.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  const scores = Array.from(estimate.gradient, (value, i) => {
    const difference = Math.abs(value - gradient[i]!);
    return difference <= scale ? 0 : difference / Math.hypot(own[i]!, errors[i]!);
  });
  return {
    maxZ: Math.max(...scores),
    meanSquare: scores.reduce((total, z) => total + z * z, 0) / scores.length,
    relative: Math.hypot(...estimate.gradient.map((value, i) => value - gradient[i]!)) / Math.hypot(...gradient),
  };
}

function errorsOf({ variance, samples }: GradientEstimate): number[] {
  return Array.from(variance, (value) => Math.sqrt(value / samples));
}
