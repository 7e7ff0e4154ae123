/**
 * A climb under a full-rank guide where the density does not jump: natural-gradient steps of the whole covariance, first at fresh points,
 * then on fixed ones, where the ELBO is smooth and a step is taken if it rises.
 *
 * L-BFGS in the entries of C stalls: with 37 latents on chains of products it ends 5 to 12 nats short, these steps within a tenth. On fixed
 * points a whole step, β = 1, converges as Newton's method does.
 */
import type { Chart } from "../../../guides/chart.ts";
import { type Guide, isClosed } from "../../../guides/guide.ts";
import { axpyAt, axpyInto } from "../../../linalg/axpy.ts";
import { choleskyInto } from "../../../linalg/cholesky.ts";
import { dot, dotAt } from "../../../linalg/dot.ts";
import { exp, log } from "../../../math/elementary.ts";
import type { StageReport } from "../report.ts";
import type { Ascent, FitStage, Points, Whiten } from "./ascent.ts";
import { AUTO_GUIDE } from "./auto-guide.ts";
import { type Climbed, type Climber, LAST_POINTS } from "./climb.ts";
import { EXACT } from "./exact.ts";
import { BATCHES, type Gap, gapOf } from "./gap.ts";
import { keepStep, meanOfSteps, type Step } from "./natural/last-steps.ts";
import {
  COOL,
  endOf,
  grown,
  isLevel,
  meanOfLast,
  type NaturalPhase,
  type NaturalPhaseOptions,
} from "./natural/natural-phase.ts";
import { tilted } from "./tilted.ts";
import { factorOf, gainOf, sidesOf, stepped, tempered, whitened } from "./whitened.ts";

/** The means of a profile to fit correlations: their climb, their points, and the guide that has them where they pay. */
export interface Correlations extends Climber {
  /** The climb where nothing is left to fit. */
  readonly exact: Climber;
  readonly whiten: Whiten;
  readonly guide: Guide;
  readonly isClosed: typeof isClosed;
}

const BETA = 0.3;
const LEAST_STEPS = 20;
const WINDOW = 10;
/** Steps between two looks at whether the ELBO is level. */
const LOOK = 5;
const TRIES = 8;
/** A step that loses this many nats, and this many times as many as ten steps usually change, is halved as one that ends where nothing is finite. */
const [LOSS, TIMES] = [10, 10];
/** Steps before a climb may end at a known optimum: it has not begun there by chance. */
const FIRST_KNOWN = 5;
/** Scales of latents that differ by less, as logarithms, may be those of one optimum. */
const ALIKE = 0.5;
const POLISHING = 20;
/** A stage ends where its next step gains less than this share of the tolerance. */
const LEAST = 10;

function* phase(
  ascent: Ascent,
  from: Float64Array,
  { start, samples, mostSteps, temperature, found: known = [] }: NaturalPhaseOptions,
): Generator<FitStage, NaturalPhase, void> {
  const { chart, size } = ascent;
  const count = chart.latents > 8 ? 2 * samples : samples;
  const cool = temperature > 1 ? COOL : 0;
  const elbos: number[] = [];
  const g = new Float64Array(size);
  let x: Float64Array = from.slice();
  let good = x;
  let radius = 1;
  const directions: Float64Array[] = [];
  const last: Step[] = [];
  let failures = 0;
  const found = (ended: NaturalPhase["ended"], cause?: string): NaturalPhase => ({
    ...endOf(good, meanOfLast(elbos), ended, cause),
    last,
    count,
  });
  for (let t = 0; t < mostSteps; t++) {
    if (!ascent.affords(count)) return found("budget");
    const elbo = ascent.gradientInto(g, x, { kind: "search", start, batch: t, count });
    yield "search";
    if (Number.isNaN(elbo)) {
      if (grown(x, from, chart)) return found("unbounded");
      if (++failures > TRIES) return found("not finite", ascent.failure());
      x = x.map((value, p) => (value + good[p]!) / 2);
      radius = Math.max(0.3, radius / 2);
      continue;
    }
    // From a guide that is far too narrow a step may lead thousands of its sds too far, as it did where 3000 rows lie about a line in five predictors.
    if (isFall(elbos, elbo) && ++failures <= TRIES) {
      x = x.map((value, p) => (value + good[p]!) / 2);
      radius = Math.max(0.3, radius / 4);
      continue;
    }
    failures = 0;
    good = x;
    keepStep(last, x, g);
    elbos.push(elbo);
    if (grown(x, from, chart)) return found("unbounded");
    if (elbos.length >= LEAST_STEPS + cool && elbos.length % LOOK === 0 && isLevel(elbos) && !isDrift(directions))
      return found("level");
    // A wide guide between two modes may be known, and is to be left for them: so a start that is wide at first goes on.
    if (elbos.length >= FIRST_KNOWN && cool === 0 && known.some((other) => isAt(x, other.x, chart)))
      return found("known");
    const heat = elbos.length < cool ? exp(log(temperature) * (1 - elbos.length / cool)) : 1;
    const factor = factorOf(x, chart);
    const plain = whitened(g, factor, chart);
    const slopes = heat > 1 ? tempered(plain, heat) : plain;
    x = stepped(x, factor, slopes, BETA, radius, chart);
    const before = directions.at(-1);
    if (before) radius = dot(before, plain.u) > 0 ? Math.min(1.5 * radius, 1e4) : Math.max(radius / 2, 0.3);
    directions.push(plain.u);
  }
  return found("steps");
}

// Whether an ELBO is so far below the last one that its step went wrong: noise of −600,000 ± 300,000 from a wide guide is none.
function isFall(elbos: readonly number[], elbo: number): boolean {
  const changes = elbos.slice(-WINDOW).map((value, t, last) => Math.abs(value - (last[t - 1] ?? Infinity)));
  const usual = changes.sort((p, q) => p - q)[Math.floor((changes.length - 1) / 2)];
  return usual !== undefined && elbos.at(-1)! - elbo > LOSS + TIMES * usual;
}

// Whether a climb from x would end at an optimum: by its means, less than one joint sd away in all, and its scales.
function isAt(x: Float64Array, optimum: Float64Array, { partsOf }: Chart): boolean {
  const [p, q] = [partsOf(x), partsOf(optimum)];
  let sum = 0;
  for (let i = 0; i < p.means.length; i++) {
    if (Math.abs(p.scales[i]! - q.scales[i]!) > ALIKE) return false;
    const apart = p.means[i]! - q.means[i]!;
    sum += (apart * apart) / (exp(2 * p.scales[i]!) + exp(2 * q.scales[i]!));
  }
  return sum < 1;
}

// Whether the last steps went one way, however noisy their ELBOs: of noise the mean of ten is √10 times as short.
function isDrift(directions: readonly Float64Array[]): boolean {
  const last = directions.slice(-WINDOW);
  const mean = new Float64Array(last[0]!.length);
  for (const u of last) axpyInto(mean, 1 / WINDOW, u);
  const together = dot(mean, mean);
  return together > 2 && together > 0.3 * (last.reduce((sum, u) => sum + dot(u, u), 0) / WINDOW);
}

// Steps on fixed points until the next gains less.
function* polish(
  ascent: Ascent,
  from: Float64Array,
  points: Points,
  least: number,
): Generator<FitStage, { x: Float64Array; steps: number; ended: StageReport["ended"] }, void> {
  const { chart, size } = ascent;
  let x = from;
  let g: Float64Array = new Float64Array(size);
  if (ascent.ahead) yield* ascent.ahead(x, [points]);
  let elbo = ascent.gradientInto(g, x, points);
  yield "polish";
  if (Number.isNaN(elbo)) return { x, steps: 0, ended: "not finite" };
  let beta = 1;
  for (let step = 1; step <= POLISHING; step++) {
    const factor = factorOf(x, chart);
    const slopes = whitened(g, factor, chart);
    const gain = gainOf(slopes);
    const tried = stepped(x, factor, slopes, beta, 2, chart);
    if (gain < least) return { x: tried, steps: step, ended: "gain" }; // near an optimum the last step is right, and fresh points follow
    if (!ascent.affords(points.count)) return { x, steps: step, ended: "budget" };
    const gTried = new Float64Array(size);
    if (ascent.ahead) yield* ascent.ahead(tried, [points]);
    const elboTried = ascent.gradientInto(gTried, tried, points);
    yield "polish";
    if (elboTried > elbo - 1e-9 * Math.abs(elbo)) {
      [x, g, elbo] = [tried, gTried, elboTried];
      beta = Math.min(1, 2 * beta);
      continue;
    }
    beta /= 4;
    if (beta < 1e-3) return { x, steps: step, ended: "radius" };
  }
  return { x, steps: POLISHING, ended: "steps" };
}

function* finish(
  ascent: Ascent,
  from: Float64Array,
  { x: first, ended: phaseEnd, cause, last = [], count: samples = 0 }: NaturalPhase,
  start: number,
  tolerance: number,
): Generator<FitStage, Climbed, void> {
  const { chart } = ascent;
  const stages: StageReport[] = [];
  let x = first;
  let gap: Gap | undefined;
  const ended = (status: Climbed["status"], why?: string): Climbed => ({ x, status, gap, stages, cause: why });
  if (phaseEnd === "unbounded") return ended("unbounded");
  if (phaseEnd === "not finite") return ended("diverged", cause);
  // Enough pairs of points for the covariance of the points to be made that of the guide.
  let count = 64;
  while (count < WHITENED * chart.latents) count *= 2;
  for (let batch = 0; count <= LAST_POINTS; batch++, count *= 4) {
    const fresh = Math.max(16, count / 4);
    if (!ascent.affords(count + BATCHES * fresh)) return ended("budget");
    const points = { kind: "stage", start, batch, count } as const;
    const known = batch === 0 ? meanOfSteps(last, chart) : undefined;
    const stage = known
      ? yield* polish(
          tilted(ascent, { ...known, share: shareOf(known.count * samples, count) }),
          known.x,
          points,
          tolerance / LEAST,
        )
      : yield* polish(ascent, x, points, tolerance / LEAST);
    ({ x } = stage);
    if (!ascent.affords(BATCHES * fresh)) return ended("budget");
    const factor = factorOf(x, chart);
    const metric = (g: Float64Array) => sidesOf(whitened(g, factor, chart));
    gap = yield* gapOf(ascent, x, [metric], { kind: "gap", start, batch, count: fresh }, tolerance);
    ascent.gap = gap.gap;
    const { elbo, gap: left, noise } = gap;
    stages.push({ points: count, steps: stage.steps, ended: stage.ended, elbo, gap: left, gapError: noise });
    if (grown(x, from, chart)) return ended("unbounded");
    // The rule is that of fresh points; on its own a stage may still gain what rounding leaves it.
    if (stage.ended !== "not finite" && gap.finite && gap.most < tolerance) {
      const slopes = whitened(gap.gradient, factor, chart);
      x = stepped(x, factor, slopes, gap.share, 1, chart);
      return ended("converged");
    }
    if (stage.ended === "not finite" && !gap.finite) return ended("diverged", ascent.failure());
  }
  return ended("stalled");
}

const shareOf = (points: number, others: number): number => points / (points + others);

/** Fewest points for each dimension of a batch whose covariance is matched. */
const WHITENED = 8;

/** Makes the covariance of a batch the identity, where it has enough points: with S = RRᵀ that of the points, R⁻¹ε. */
function whiten(rows: Float64Array, group: number, n: number): void {
  if (group < WHITENED * n) return;
  const covariance = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) covariance[i * n + j] = dotAt(group, rows, i * group, rows, j * group) / group;
  const root = new Float64Array(n * n);
  choleskyInto(root, covariance, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) axpyAt(group, rows, i * group, -root[i * n + j]!, rows, j * group);
    for (let k = i * group; k < (i + 1) * group; k++) rows[k]! /= root[i * n + i]!;
  }
}

/** The climb of correlated latents. */
export const CORRELATED: Correlations = { phase, finish, whiten, guide: AUTO_GUIDE, exact: EXACT, isClosed };
