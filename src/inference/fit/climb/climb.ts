/**
 * One start of a fit: the natural-gradient phase, then stages on more and more fixed points until the gap at fresh points is below the
 * tolerance. `finish` is left out where the first phase shows that the start is not worth it.
 */
import type { Chart } from "../../../guides/chart.ts";
import { axpyInto } from "../../../linalg/axpy.ts";
import { log } from "../../../math/elementary.ts";
import type { FitStatus, StageReport } from "../report.ts";
import type { Ascent, FitStage, Points } from "./ascent.ts";
import { newtonOf, noCurvature } from "./curvature.ts";
import { BATCHES, type Gap, gapOf, metricsOf } from "./gap.ts";
import { grown, type NaturalPhase, type NaturalPhaseOptions, naturalPhase } from "./natural/natural-phase.ts";
import { type Polished, type PolishOptions, polish } from "./polish.ts";

/** How a start climbs: its first phase, and the rest unless the first has shown that it is not worth it. */
export interface Climber {
  readonly phase: (
    ascent: Ascent,
    from: Float64Array,
    options: NaturalPhaseOptions,
  ) => Generator<FitStage, NaturalPhase, void>;
  readonly finish: (
    ascent: Ascent,
    from: Float64Array,
    phase: NaturalPhase,
    start: number,
    tolerance: number,
  ) => Generator<FitStage, Climbed, void>;
}

export interface Climbed {
  readonly x: Float64Array;
  readonly status: FitStatus;
  readonly gap: Gap | undefined;
  readonly stages: readonly StageReport[];
  readonly cause?: string | undefined;
}

const FIRST_POINTS = 64;
/** A climb ends where so many points do not tell the gap. */
export const LAST_POINTS = 16384;
const STEPS = 200;
/**
 * A stage ends where its next step gains less than this share of the tolerance; what is left shows at the fresh points. The first one goes on for longer: what
 * its steps tell of the curvature costs a quarter there.
 */
const [FIRST_LEAST, LEAST] = [20, 10];

/**
 * Brings the end of a stage nearer to the optimum where fresh points say that it is not near enough, in place, and judges it again; returns the gap as
 * it was where that is not worth its samples.
 */
export type Nearer = (
  ascent: Ascent,
  stage: Polished,
  gap: Gap,
  options: PolishOptions,
  fresh: Points,
  tolerance: number,
) => Generator<FitStage, Gap, void>;

/** From the end of the first phase to convergence, or to why there is none. */
export function* finish(
  ascent: Ascent,
  from: Float64Array,
  phase: NaturalPhase,
  start: number,
  tolerance: number,
  nearer?: Nearer,
): Generator<FitStage, Climbed, void> {
  const { chart } = ascent;
  const stages: StageReport[] = [];
  const curvature = noCurvature();
  let { x } = phase;
  let gap: Gap | undefined;
  const ended = (status: FitStatus, cause?: string): Climbed => ({ x, status, gap, stages, cause });
  // What has no end is so also where the samples do.
  const left = (status: FitStatus): Climbed => ended(growing(x, from, gap, chart) ? "unbounded" : status);
  if (phase.ended === "unbounded") return ended("unbounded");
  if (phase.ended === "not finite") return ended("diverged", phase.cause);
  for (let count = FIRST_POINTS, batch = 0; count <= LAST_POINTS; batch++) {
    const fresh = Math.max(16, count / 4);
    if (!ascent.affords(count + BATCHES * fresh)) return left("budget");
    const points = { kind: "stage", start, batch, count } as const;
    const [radius, part] = batch === 0 ? [2, FIRST_LEAST] : [1, LEAST];
    const options = { points, least: tolerance / part, mostSteps: STEPS, radius, curvature };
    const stage = yield* polish(ascent, x, options);
    ({ x } = stage);
    if (!ascent.affords(BATCHES * fresh)) return left("budget");
    const metrics = metricsOf(curvature, stage.diagonal);
    const freshPoints = { kind: "gap", start, batch, count: fresh } as const;
    gap = yield* gapOf(ascent, x, metrics, freshPoints, tolerance);
    if (nearer && stage.ended === "gain") gap = yield* nearer(ascent, stage, gap, options, freshPoints, tolerance);
    const { elbo, gap: missing, noise: gapError } = gap;
    ascent.gap = missing;
    stages.push({ points: count, steps: stage.steps, ended: stage.ended, elbo, gap: missing, gapError });
    if (grown(x, from, chart)) return ended("unbounded");
    if (stage.ended === "gain" && gap.finite && gap.most < tolerance) {
      axpyInto(x, gap.share, newtonOf(curvature, gap.gradient, stage.diagonal));
      return ended("converged");
    }
    if (stage.ended === "not finite" && !gap.finite) return ended("diverged", ascent.failure());
    count *= stage.ended === "gain" || stage.ended === "radius" ? 4 : 2;
  }
  return left("stalled");
}

// Whether a scale has grown much and is pushed to grow on: its target has no curvature to speak of.
function growing(x: Float64Array, from: Float64Array, gap: Gap | undefined, { partsOf }: Chart): boolean {
  const before = partsOf(from).scales;
  const slopes = gap && partsOf(gap.gradient).scales;
  return partsOf(x).scales.some((scale, i) => scale - before[i]! > log(100) && (slopes?.[i] ?? 0) > 0.3);
}

/** The climb of independent latents, and of some correlations, where the density may jump. */
export const INDEPENDENT: Climber = { phase: naturalPhase, finish };
