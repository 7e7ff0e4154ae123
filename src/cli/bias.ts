/** How far the mean gradients of estimators are from the right one, in standard errors. */
import { corrected, type Estimator, score } from "../estimators/index.ts";
import { estimateGradient, type GradientEstimate } from "../inference/index.ts";
import type { Model } from "../program/model.ts";

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
 * Compares the gradients at the model's initial point with one from noise of its own and five times the samples, by
 * corrected(), or by score() with all its options where corrected() refuses the model.
 */
export function measureBias(
  model: Model,
  estimators: ReadonlyMap<string, { readonly make: () => Estimator }>,
  { samples, group, step, seed }: BiasOptions,
): Bias {
  const otherSeed = seed > 0 ? seed - 1 : seed + 1;
  const by = (estimator: Estimator): GradientEstimate =>
    estimateGradient(model, {
      estimator,
      samples: REFERENCE_FACTOR * Math.max(samples, REFERENCE_GROUP),
      group: REFERENCE_GROUP,
      seed: otherSeed,
    });
  let name = "corrected()";
  let reference: GradientEstimate;
  try {
    reference = by(corrected());
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    name = "score() with baseline and Rao-Blackwellisation";
    reference = by(score({ baseline: "leave-one-out", raoBlackwell: true }));
  }
  const exact = errorsOf(reference).every((error, i) => error <= ROUNDING * Math.abs(reference.gradient[i]!));
  return {
    samples,
    reference: exact
      ? `${name}, which has no variance here`
      : `${name} with ${reference.samples} samples of seed ${otherSeed}`,
    rows: [...estimators].map(([estimator, { make }]) => ({
      estimator,
      ...compared(estimateGradient(model, { estimator: make(), samples, group, step, seed }), reference),
    })),
  };
}

// Sums of some thousand numbers agree to this, relative to the largest component.
const ROUNDING = 1e-9;

function compared(estimate: GradientEstimate, reference: GradientEstimate): Omit<BiasRow, "estimator"> {
  const [errors, others] = [errorsOf(estimate), errorsOf(reference)];
  const scale = ROUNDING * reference.gradient.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  const scores = Array.from(estimate.gradient, (value, i) => {
    const difference = Math.abs(value - reference.gradient[i]!);
    return difference <= scale ? 0 : difference / Math.hypot(errors[i]!, others[i]!);
  });
  return {
    maxZ: Math.max(...scores),
    meanSquare: scores.reduce((total, z) => total + z * z, 0) / scores.length,
    relative:
      Math.hypot(...estimate.gradient.map((value, i) => value - reference.gradient[i]!)) /
      Math.hypot(...reference.gradient),
  };
}

function errorsOf({ variance, samples }: GradientEstimate): number[] {
  return Array.from(variance, (value) => Math.sqrt(value / samples));
}
