/**
 * How many nats the ELBO can still gain near x, estimated at fresh points: half the squared length of the gradient in the metric of the
 * curvature, less what its noise alone would give. From R batches with gradients g_r and mean ḡ: gap = ½ ḡᵀHḡ − noise, noise
 * = ½ Σ_r (g_r − ḡ)ᵀH(g_r − ḡ) / (R·(R − 1)). H is once that of L-BFGS, once the diagonal, and the larger of the two counts.
 */
import { axpyInto } from "../../../linalg/axpy.ts";
import { dot } from "../../../linalg/dot.ts";
import type { Ascent, FitStage, Points } from "./ascent.ts";
import { type Curvature, newtonOf, noCurvature } from "./curvature.ts";
import { meanOf, varianceOf } from "./natural/natural-phase.ts";
import type { Polished, PolishOptions } from "./polish.ts";

export interface Gap {
  /** In nats; less than 0 where the noise happens to be small. */
  readonly gap: number;
  readonly noise: number;
  /** An upper bound: `gap` and the noise, or two standard errors of the gap where that is less, as with many parameters. */
  readonly most: number;
  readonly elbo: number;
  /** How many points have told it. */
  readonly points: number;
  /** The ELBO that fresh points say, where `elbo` is less, as rare draws cross steps that none of the points meets. */
  readonly sampled?: number;
  /** Standard error of the ELBO. */
  readonly error: number;
  /** The mean gradient. */
  readonly gradient: Float64Array;
  /**
   * How much of the step Hḡ is to be taken: the share of ½ḡᵀHḡ, in the first metric, that is no noise, as James and Stein shrink a mean. With
   * a gap of 0.02 beside noise of 0.01 it is two thirds; none of a gap below two of its standard errors, as where matched points are exact. The
   * step costs no sample.
   */
  readonly share: number;
  readonly finite: boolean;
}

/** What of a gradient is on the left and on the right of H: left·right of g is gᵀHg, and the left of g times the right of another g′ is gᵀHg′. */
export type Metric = (g: Float64Array) => readonly [left: Float64Array, right: Float64Array];

/** Batches of the fresh points. */
export const BATCHES = 8;
/** Noise below the tolerance by this factor needs no further batches. */
const QUIET = 6;

/** Batches of the fresh points at which a corrected end is judged again are those of stages that are so many further on. */
export const SECOND = 100;

/** Nearness, in tolerances, of an end that may be brought within the tolerance. */
const NEAR = 4;

/**
 * How much of the step Hḡ is worth taking from an end that is not within the tolerance, where that is likely to bring it there: it saves a stage with
 * four times the points. What the step leaves is of the size of the noise. Of a gap of 0.08 beside a noise of 0.03 it is 0.73; 0 where it is not worth taking.
 */
export function nearShare({ finite, gap, noise, most }: Gap, tolerance: number): number {
  return finite && most >= tolerance && gap > 0 && gap < NEAR * tolerance && noise < tolerance
    ? gap / (gap + noise)
    : 0;
}

/**
 * Takes that share of the step of a gap's gradient, x ← x + share·Hḡ, and judges the new end at fresh points of its own; the gap as it was
 * where the step is not worth taking.
 */
export function* correctedEnd(
  ascent: Ascent,
  { x, diagonal }: Polished,
  gap: Gap,
  { curvature }: PolishOptions,
  points: Points,
  tolerance: number,
): Generator<FitStage, Gap, void> {
  const share = nearShare(gap, tolerance);
  if (share === 0 || !ascent.affords(BATCHES * points.count)) return gap;
  axpyInto(x, share, newtonOf(curvature, gap.gradient, diagonal));
  const metrics = metricsOf(curvature, diagonal);
  return yield* gapOf(ascent, x, metrics, { ...points, batch: points.batch + SECOND }, tolerance);
}

/** The metrics of L-BFGS, first, and of the diagonal. */
export function metricsOf(curvature: Curvature, diagonal: Float64Array): Metric[] {
  return [curvature, noCurvature()].map((known) => (g) => [g, newtonOf(known, g, diagonal)]);
}

/**
 * The gap at x by fresh points, in the metric in which it is the largest. Where eight batches say that it is below the tolerance and their
 * noise is not far below it, eight more confirm it, and make the step that is left more exact.
 */
export function* gapOf(
  ascent: Ascent,
  x: Float64Array,
  metrics: readonly Metric[],
  points: Points,
  tolerance: number,
): Generator<FitStage, Gap, void> {
  const gradients: Float64Array[] = [];
  const elbos: number[] = [];
  const draw = function* (): Generator<FitStage, Judged, void> {
    const first = 2 * BATCHES * points.batch + gradients.length;
    const batches = Array.from({ length: BATCHES }, (_, r) => ({ ...points, batch: first + r }));
    if (ascent.ahead) yield* ascent.ahead(x, batches);
    for (const batch of batches) {
      const g = new Float64Array(ascent.size);
      elbos.push(ascent.gradientInto(g, x, batch));
      gradients.push(g);
      yield "gap";
    }
    return judged(gradients, metrics);
  };
  let found = yield* draw();
  const isLoud = found.gap < tolerance && found.noise > tolerance / QUIET;
  if (isLoud && ascent.affords(BATCHES * points.count)) found = yield* draw();
  const elbo = meanOf(elbos);
  return {
    ...found,
    elbo,
    points: elbos.length * points.count,
    error: Math.sqrt(varianceOf(elbos) / elbos.length),
    finite: Number.isFinite(elbo + found.most),
  };
}

type Judged = Pick<Gap, "gap" | "noise" | "most" | "share" | "gradient"> & {
  /** Standard error of the gap. */
  readonly error: number;
};

/**
 * What R batches with these gradients tell, in the metric in which the gap is the largest; the share is that in the first one.
 *
 * With Σ the covariance of a batch's gradient the noise is ½ tr(HΣ)/R; the variance of ½ ḡᵀHḡ is ½ tr((HΣ)²)/R² and, for the part that is no
 * noise, at most 2·gap/R times HΣ, here by its mean weighted by itself. (d_rᵀH d_s)² of two batches r ≠ s has the mean tr((HΣ)²).
 */
function judged(gradients: readonly Float64Array[], metrics: readonly Metric[]): Judged {
  const count = gradients.length;
  const pairs = (count * (count - 1)) / 2;
  const gradient = new Float64Array(gradients[0]!.length);
  for (const g of gradients) axpyInto(gradient, 1 / count, g);
  const off = gradients.map((g) => g.map((value, p) => value - gradient[p]!));
  const found = metrics.map((sidesOf) => {
    const sides = off.map(sidesOf);
    const noise = meanOf(sides.map((both) => dot(...both) / 2)) / (count - 1);
    const raw = dot(...sidesOf(gradient)) / 2;
    const gap = raw - noise;
    let trace = 0;
    sides.forEach(([left], r) => {
      for (let s = 0; s < r; s++) {
        const inner = dot(left, sides[s]![1]);
        trace += (inner * inner) / pairs;
      }
    });
    const variance = trace / (2 * count * count);
    const signal = noise > 0 ? (2 * Math.max(0, gap) * variance) / noise : 0;
    const error = Math.sqrt(variance + signal);
    const share = gap > 2 * error ? gap / raw : 0;
    return { gap, noise, error, most: Math.max(0, gap) + Math.min(noise, 2 * error), share };
  });
  const worst = found.reduce((most, other) => (other.most > most.most ? other : most));
  return { ...worst, share: found[0]!.share, gradient };
}
