import type { GradientEstimate } from "../../src/index.ts";
import { normalQuantile } from "../../src/math/normal.ts";

export interface Sample {
  readonly mean: number;
  /** Variance of a single draw. */
  readonly variance: number;
  readonly n: number;
}

export interface Test {
  /** Probability of failing although the mean is as expected. */
  readonly alpha: number;
  /** The smallest error that must not go unnoticed (with probability 0.9). */
  readonly detectable: number;
}

const POWER = 1.2816; // Φ⁻¹(0.9)

/** What is wrong with the hypothesis that the mean is as expected; undefined if nothing is. */
export function meanFault(
  { mean, variance, n }: Sample,
  expected: number,
  { alpha, detectable }: Test,
): string | undefined {
  const error = Math.sqrt(variance / n);
  const critical = normalQuantile(1 - alpha / 2);
  if (!((critical + POWER) * error <= detectable))
    return `underpowered: a standard error of ${error} cannot see ${detectable} at alpha ${alpha}`;
  // Two estimates of the same zero differ by rounding.
  const rounding = 1e-12 * Math.max(1, Math.abs(expected));
  if (!(Math.abs(mean - expected) <= critical * error + rounding))
    return `mean ${mean} is ${Math.abs(mean - expected) / error} standard errors from ${expected}`;
  return undefined;
}

/** Throws unless the mean is as expected and the sample large enough to tell. */
export function expectMean(sample: Sample, expected: number, test: Test): void {
  const fault = meanFault(sample, expected, test);
  if (fault !== undefined) throw new Error(fault);
}

/** The first fault of a gradient estimate, alpha shared among the components; `detectable` is relative to the largest component. */
export function gradientFault(
  estimate: GradientEstimate,
  expected: ArrayLike<number>,
  { alpha, detectable }: Test,
): string | undefined {
  const { gradient, variance, samples } = estimate;
  const scale = Math.max(...Array.from(expected, Math.abs), 1e-300);
  for (let i = 0; i < gradient.length; i++) {
    const sample = { mean: gradient[i]!, variance: variance[i]!, n: samples };
    const fault = meanFault(sample, expected[i]!, { alpha: alpha / gradient.length, detectable: detectable * scale });
    if (fault !== undefined) return `component ${i}: ${fault}`;
  }
  return undefined;
}

/** Standardised errors of a gradient estimate, components that do not vary left out. */
export function zScores({ gradient, variance, samples }: GradientEstimate, expected: ArrayLike<number>): number[] {
  const scores: number[] = [];
  gradient.forEach((value, i) => {
    const error = Math.sqrt(variance[i]! / samples);
    if (error > 1e-9 * Math.abs(expected[i]!)) scores.push((value - expected[i]!) / error);
  });
  return scores;
}
