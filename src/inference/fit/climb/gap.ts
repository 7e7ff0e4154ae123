/**
 * How many nats the ELBO can still gain near x, estimated at fresh points: half the squared length of the gradient in the metric of the
 * curvature, less what its noise alone would give. From eight batches with gradients g_r and mean ḡ: gap = ½ ḡᵀHḡ − noise, noise
 * = ½ Σ_r (g_r − ḡ)ᵀH(g_r − ḡ) / (8·7). H is once that of L-BFGS, once the diagonal, and the larger of the two counts.
 */
import { dot } from "../../../linalg/dot.ts";
import type { Ascent, FitStage, Points } from "./ascent.ts";
import { type Curvature, newtonInto, noCurvature } from "./curvature.ts";

export interface Gap {
  /** In nats; less than 0 where the noise happens to be small. */
  readonly gap: number;
  readonly noise: number;
  /** An upper bound: `gap` and the noise, or two standard errors of the gap where that is less, as with many parameters. */
  readonly most: number;
  readonly elbo: number;
  /** Standard error of the ELBO. */
  readonly error: number;
  /** The mean gradient. */
  readonly gradient: Float64Array;
  /**
   * The step that the mean gradient asks for, as much of it as is not noise: Hḡ·(1 − 4·noise/½ḡᵀHḡ), none if that is negative. It costs no sample, and an sd
   * that is 5 % off is 0.0025 nats, far below a tolerance of 0.05. Undefined under a metric that is no matrix H.
   */
  readonly step: Float64Array | undefined;
  readonly finite: boolean;
}

/** ½ gᵀHg of a gradient, and Hg of the one that was looked at last. */
export interface Metric {
  readonly half: (g: Float64Array) => number;
  readonly product?: Float64Array;
}

const BATCHES = 8;

/** The metrics of L-BFGS, first, and of the diagonal. */
export function metricsOf(curvature: Curvature, diagonal: Float64Array): Metric[] {
  return [curvature, noCurvature()].map((known) => {
    const product = new Float64Array(diagonal.length);
    const half = (g: Float64Array): number => {
      newtonInto(product, known, g, diagonal);
      return dot(g, product) / 2;
    };
    return { half, product };
  });
}

/** The gap at x by fresh points, in the metric in which it is the largest; the step is that of the first one. */
export function* gapOf(
  ascent: Ascent,
  x: Float64Array,
  metrics: readonly Metric[],
  points: Points,
): Generator<FitStage, Gap, void> {
  const { size } = ascent;
  const gradients: Float64Array[] = [];
  const elbos: number[] = [];
  const mean = new Float64Array(size);
  const batches = Array.from({ length: BATCHES }, (_, r) => ({ ...points, batch: BATCHES * points.batch + r }));
  if (ascent.ahead) yield* ascent.ahead(x, batches);
  for (const batch of batches) {
    const g = new Float64Array(size);
    elbos.push(ascent.gradientInto(g, x, batch));
    gradients.push(g);
    for (let p = 0; p < size; p++) mean[p]! += g[p]! / BATCHES;
    yield "gap";
  }
  const elbo = elbos.reduce((sum, value) => sum + value, 0) / BATCHES;
  const spread = elbos.reduce((sum, value) => sum + (value - elbo) * (value - elbo), 0) / (BATCHES - 1);
  const found = metrics.map(({ half, product }) => {
    const off = gradients.map((g) => g.map((value, p) => value - mean[p]!));
    const halves = off.map(half);
    const noise = halves.reduce((sum, value) => sum + value, 0) / (BATCHES * (BATCHES - 1));
    const raw = half(mean);
    const signal = raw > 4 * noise ? 1 - (4 * noise) / raw : 0;
    const step = product?.map((value) => signal * value);
    const gap = raw - noise;
    return { gap, noise, most: gap + Math.min(noise, 2 * errorOf(gap, noise, off, halves, half)), step };
  });
  const worst = found.reduce((most, other) => (other.most > most.most ? other : most));
  return {
    ...worst,
    step: found[0]!.step,
    elbo,
    error: Math.sqrt(spread / BATCHES),
    gradient: mean,
    finite: Number.isFinite(elbo) && Number.isFinite(worst.most),
  };
}

/**
 * Standard error of the gap. With Σ the covariance of a batch's gradient the noise is ½ tr(HΣ)/8; the variance of ½ ḡᵀHḡ is ½ tr((HΣ)²)/8²
 * and, for the part that is no noise, at most 2·gap/8 times HΣ, here by its mean weighted by itself. (d_rᵀH d_s)² of two batches r ≠ s has
 * the mean tr((HΣ)²).
 */
function errorOf(
  gap: number,
  noise: number,
  off: readonly Float64Array[],
  halves: readonly number[],
  half: Metric["half"],
): number {
  let squares = 0;
  for (let r = 0; r < BATCHES; r++)
    for (let s = 0; s < r; s++) {
      const inner = half(off[r]!.map((value, p) => value + off[s]![p]!)) - halves[r]! - halves[s]!;
      squares += inner * inner;
    }
  const trace = squares / ((BATCHES * (BATCHES - 1)) / 2);
  const typical = noise > 0 ? trace / (2 * BATCHES * noise) : 0;
  return Math.sqrt(trace / (2 * BATCHES * BATCHES) + (2 * Math.max(0, gap) * typical) / BATCHES);
}
