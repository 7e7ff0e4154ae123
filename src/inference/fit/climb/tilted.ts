/**
 * Few fixed points, made to stand for many. 64 points have an optimum of their own, 0.1 nats from that of the ELBO where there are 34 parameters. Fresh points
 * tell the mean gradient ḡ there, once, and the gradient g of the 64 is tilted to have that mean: g(x) + ḡ − g(x₀). The tilted gradient is 0 where a
 * Newton step from ḡ leads, with the curvature of the 64 points, and steps on these cost a quarter of those on 256.
 *
 * What is known before a stage begins, as the gradients at the last steps of the first phase, tilts it by its share of all points.
 */
import { axpyInto } from "../../../linalg/axpy.ts";
import { dot } from "../../../linalg/dot.ts";
import type { Ascent, FitStage, Points } from "./ascent.ts";
import { BATCHES, correctedEnd, type Gap, gapOf, metricsOf, SECOND } from "./gap.ts";
import { type Polished, type PolishOptions, polish } from "./polish.ts";

/** A mean gradient that is known at a point, and the share that it is to have there beside that of fixed points. */
export interface KnownSlope {
  readonly x: Float64Array;
  readonly slope: Float64Array;
  readonly share: number;
}

/** The ascent whose gradients at fixed points are tilted from the first one on, which is to be at the point where the slope is known. */
export function tilted(ascent: Ascent, { x: from, slope, share }: KnownSlope): Ascent {
  let tilt: Float64Array | undefined;
  return Object.assign(Object.create(ascent) as Ascent, {
    gradientInto(g: Float64Array, x: Float64Array, points: Points): number {
      const elbo = ascent.gradientInto(g, x, points);
      tilt ??= slope.map((value, p) => share * (value - g[p]!));
      axpyInto(g, 1, tilt);
      return elbo + dot(tilt, x) - dot(tilt, from);
    },
  });
}

/** Fresh points to judge the tilted end at, and those that tilt where fewer have much noise, as a multiple of those of the stage. */
const MORE = 4;
/** Noise above the tolerance divided by this takes more points. */
const QUIET = 4;
/** A gap below so many tolerances is one that a tilt may close. */
const FAR = 20;
/** The noise of an end that is within the tolerance may be this share of it. */
const CERTAIN = 0.6;

/** `Nearer` for the first stage, whose few points have an optimum of their own. */
export function* tiltedEnd(
  ascent: Ascent,
  stage: Polished,
  first: Gap,
  options: PolishOptions,
  fresh: Points,
  tolerance: number,
): Generator<FitStage, Gap, void> {
  const { curvature, points } = options;
  const { x, diagonal } = stage;
  const more = { ...fresh, count: MORE * fresh.count };
  const isNear = first.most < tolerance && first.most - Math.max(0, first.gap) < CERTAIN * tolerance;
  if (isNear || !first.finite || first.gap > FAR * tolerance) return first;
  if (!ascent.affords(2 * BATCHES * more.count + points.count)) return first;
  const metrics = metricsOf(curvature, diagonal);
  const isLoud = first.noise > tolerance / QUIET;
  const gap = isLoud ? yield* gapOf(ascent, x, metrics, { ...more, batch: fresh.batch + SECOND }, tolerance) : first;
  const share = Math.max(0, gap.gap / (gap.gap + gap.noise));
  const slope = gap.gradient.map((value) => share * value);
  const again = yield* polish(tilted(ascent, { x, slope, share: 1 }), x, {
    ...options,
    least: options.least / 2,
    radius: 1,
  });
  if (again.ended !== "gain" || !ascent.affords(BATCHES * more.count)) return gap;
  x.set(again.x);
  diagonal.set(again.diagonal);
  const judged = { ...more, batch: fresh.batch + 2 * SECOND };
  const end = yield* gapOf(ascent, x, metricsOf(curvature, diagonal), judged, tolerance);
  return yield* correctedEnd(ascent, stage, end, options, judged, tolerance);
}
