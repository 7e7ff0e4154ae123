/**
 * A fit may go by values of the density alone. Where it cannot climb, particles are led from the priors to the posterior, and normals are fitted to
 * them: where the density is 0 at the start, as of six cut points that all start at 0, and where a gradient would take longer than a
 * posterior, as of three breakpoints in a product of powers among 128 observations, or cannot be made, as of an epidemic whose own size decides
 * each day how fast it grows. And where it has climbed, draws of the priors tell whether
 * further starts are worth it.
 */
import type { Engine } from "../../../autodiff/tape/engine.ts";
import { UndecidedPlaces } from "../../../boundaries/lines/line-sum.ts";
import type { Chart } from "../../../guides/chart.ts";
import { choleskyInto } from "../../../linalg/cholesky.ts";
import { exp, log } from "../../../math/elementary.ts";
import { normalQuantile } from "../../../math/normal.ts";
import type { Objective } from "../../../objective/objective.ts";
import type { Pieces } from "../../../pieces/pieces.ts";
import { type Generator as Noise, uniformSource } from "../../../random/index.ts";
import { particlePieces } from "../../posterior/adaptation/particles.ts";
import { possibleDraws } from "../../posterior/adaptation/possible.ts";
import { reachPieces } from "../../posterior/adaptation/reach.ts";
import { type Target, targetPieces } from "../../posterior/adaptation/target.ts";
import { covarianceOf, type Gaussian, gaussianOf } from "../../posterior/gaussian.ts";
import { ofStarts } from "../../posterior/guide-draws.ts";
import type { Posterior } from "../../posterior.ts";
import type { Found } from "../optima.ts";
import type { StartReport } from "../report.ts";
import type { Start } from "../starts.ts";
import type { Ascent, FitStage, Points, Stop } from "./ascent.ts";

/** The parts of a search that are needed here. */
interface Run {
  readonly ascent: Ascent;
  readonly from: Float64Array;
  readonly generator: Noise;
  readonly samples: number;
  readonly flips: boolean;
  readonly options: { readonly init?: unknown };
  readonly sampler: {
    readonly objective: Objective;
    readonly nodes: { readonly lined?: number | undefined };
    readonly profile: { readonly engine: Engine };
  };
}

/** Climbs from a start, number k, by at most so many steps first. */
type Climb<R> = (
  run: R,
  found: Found[],
  starts: StartReport[],
  start: Start,
  k: number,
  mostSteps: number,
) => Generator<FitStage, void, void>;

/** Makes a posterior of what was found, nothing unvisited, with normals that are known to look like it. */
type End<R> = (
  run: R,
  found: readonly Found[],
  starts: readonly StartReport[],
  unvisited: readonly never[],
  known: readonly Gaussian[],
) => Pieces<Posterior>;

/** The questions that a course asks. */
export interface ByValues {
  /** Has a gradient of an ascent that cannot be made at its samples be one that is not finite; returns that ascent. */
  readonly withoutRefusals: (ascent: Ascent) => Ascent;
  /** A posterior instead of one that is climbed to, where a gradient takes too long; else undefined. */
  readonly instead: <R extends Run>(run: R, starts: StartReport[], end: End<R>) => Pieces<Posterior | undefined>;
  /** A posterior where the ELBO is not finite at the start: climbed to from where the density is not 0, if that works. */
  readonly mended: <R extends Run>(
    run: R,
    starts: StartReport[],
    climb: Climb<R>,
    end: End<R>,
  ) => Generator<Stop, Posterior | undefined, void>;
  /** Whether the first optimum is all that there is, as far as draws of the priors tell; it keeps the answer. */
  readonly isEverything: (run: Run, found: Found[]) => Pieces<boolean>;
}

/** Decisions along lines, which are sought sample by sample: with more of them values of the density find the posterior sooner. */
const MOST_LINED = 40;
/** Gradients that are refused at their samples before none is asked for any more. */
const MOST_REFUSED = 8;
/** Of so few latents draws of the priors may reach everything. */
const FEW = 4;
/** Steps at most from where the density is not 0, and how often scales are halved to find a finite ELBO. */
const [STEPS, HALVINGS] = [300, 5];
const STREAM = 3072;
/** How wide a guide is at first about the best of the draws, in spreads of the priors. */
const NARROW = 0.02;
/** Draws that are raised side by side, and steps of each for each latent. */
const [RAISED, ROUNDS] = [128, 60];

export const BY_VALUES: ByValues = {
  withoutRefusals,
  *instead(run, starts, end) {
    const { known } = (run.sampler.nodes.lined ?? 0) > MOST_LINED ? yield* lookedAt(run) : {};
    return known && (yield* end(run, [resting(run, known, starts)], starts, [], known));
  },
  *mended(run, starts, climb, end) {
    const { ascent, options, sampler } = run;
    // A start that its user gives, and a range that a program states, are to be right.
    const isGiven = options.init || sampler.objective.trace.checks.length > 0;
    const { known, best } = isGiven ? {} : yield* lookedAt(run);
    if (!known && best && !ascent.refusal) return yield* climbedFrom(run, best(), starts, climb, end);
    if (!known) {
      if (ascent.refusal) throw ascent.refusal;
      return undefined;
    }
    const found: Found[] = [];
    const rest = resting(run, known, starts);
    ascent.elbos.length = 0;
    ascent.allowance = ascent.maxSamples;
    const x = ascent.refusal ? undefined : yield* narrowed(run, rest.x);
    if (x) yield* climb(run, found, starts, { from: "values", x, temperature: 1 }, 1, STEPS);
    return yield* end(run, found[0]?.status === "converged" ? found : [rest], starts, [], known);
  },
  *isEverything({ ascent: { chart, smooth }, flips, generator, sampler }, found) {
    const { trace, guide } = sampler.objective;
    const isFew = chart.latents > 0 && chart.latents <= FEW && trace.frozen.length === 0 && trace.points.length === 0;
    if (!isFew || !smooth || found.length !== 1 || found[0]!.status !== "converged") return false;
    const theta = new Float64Array(found[0]!.x.length);
    chart.thetaInto(theta, found[0]!.x);
    const optimum = gaussianOf(guide.space, theta);
    const starts = trace.latents.flatMap(({ start }) => start?.() ?? []);
    if (starts.length < trace.latents.length) return false;
    const prior = ofStarts(starts, 1);
    const source = { trace, engine: sampler.profile.engine, components: [optimum], drawing: undefined };
    const target = yield* targetPieces(source, prior);
    const reach = yield* reachPieces(
      target,
      [optimum],
      prior,
      generator,
      STREAM - 1,
      trace.latents.map(({ transform }) => transform?.name),
    );
    found[0] = { ...found[0]!, ...reach, isEverything: reach.isEverything && !flips };
    return found[0].isEverything!;
  },
};

// A gradient that is refused takes long, and the next one is likely to be refused too: so many are tried.
function withoutRefusals(ascent: Ascent): Ascent {
  const { gradientInto, failure } = ascent;
  let refused = 0;
  return Object.assign(ascent, {
    gradientInto(g: Float64Array, x: Float64Array, points: Points): number {
      try {
        if (refused < MOST_REFUSED && (refused === 0 || ascent.elbos.some(Number.isFinite))) {
          const elbo = gradientInto(g, x, points);
          ascent.refusal = undefined;
          return elbo;
        }
      } catch (error) {
        if (!(error instanceof UndecidedPlaces)) throw error;
        ascent.refusal = error;
        refused++;
      }
      ascent.steps++;
      ascent.samples += points.count;
      ascent.elbo = Number.NaN;
      ascent.elbos.push(ascent.elbo);
      g.fill(ascent.elbo);
      return ascent.elbo;
    },
    failure: () => ascent.refusal?.message ?? failure(),
  });
}

/** What draws of the priors have led to. */
interface LookedAt {
  /** Normals for the posterior, where particles get there. */
  readonly known?: readonly Gaussian[] | undefined;
  /** Where not, what finds the highest place of the density that steps from these draws lead to, with spreads of the priors; few who look ask for it. */
  readonly best?: (() => Place) | undefined;
}

interface Place {
  readonly means: readonly number[];
  readonly sds: readonly number[];
}

// Leads particles from where the priors lie; nothing is found where the density is 0 at all draws, and where it has none by itself.
function* lookedAt({ ascent, from, generator, sampler }: Run): Pieces<LookedAt> {
  const { trace } = sampler.objective;
  const { latents, frozen, points } = trace;
  if (latents.length === 0 || frozen.length > 0 || points.length > 0) return {};
  const { means, scales } = ascent.chart.partsOf(from);
  const starts = latents.map(({ start }, i) => start?.() ?? { mean: means[i]!, sd: exp(scales[i]!) });
  const prior = ofStarts(starts, 1);
  const source = { trace, engine: sampler.profile.engine, components: [prior], drawing: undefined };
  const target = yield* targetPieces(source, prior);
  const first = possibleDraws(source, target, prior, generator, STREAM);
  if (!first) return {};
  const known = yield* particlePieces(target, prior, generator, first);
  const sds = starts.map(({ sd }) => sd);
  return {
    known,
    best: known ? undefined : () => ({ means: raised(target, first, sds, uniformSource(generator, STREAM)), sds }),
  };
}

// The highest place of the density that steps of single latents, as wide as the priors or up to a thousand times narrower, lead to from the highest of some draws.
function raised(target: Target, draws: Float64Array, sds: readonly number[], next: () => number): number[] {
  const n = sds.length;
  const all = draws.length / n;
  const densities = target(draws, all);
  const heightOf = (density: number): number => (Number.isNaN(density) ? -Infinity : density);
  const order = Array.from({ length: all }, (_, d) => d).sort(
    (p, q) => heightOf(densities[q]!) - heightOf(densities[p]!) || p - q,
  );
  const kept = new Float64Array(n * RAISED);
  for (let c = 0; c < RAISED; c++) for (let i = 0; i < n; i++) kept[i * RAISED + c] = draws[i * all + order[c]!]!;
  const heights = Float64Array.from({ length: RAISED }, (_, c) => heightOf(densities[order[c]!]!));
  for (let round = 0; round < n * ROUNDS; round++) {
    const trial = kept.slice();
    for (let c = 0; c < RAISED; c++) {
      const i = Math.floor(n * next());
      trial[i * RAISED + c]! += normalQuantile(next()) * sds[i]! * exp(-log(1000) * next());
    }
    target(trial, RAISED).forEach((density, c) => {
      if (!(density > heights[c]!)) return;
      heights[c] = density;
      for (let i = 0; i < n; i++) kept[i * RAISED + c] = trial[i * RAISED + c]!;
    });
  }
  const best = heights.indexOf(Math.max(...heights));
  return sds.map((_, i) => kept[i * RAISED + best]!);
}

/**
 * Climbs from a high place of the density near draws of the priors. Particles come to nothing where it spans hundreds of powers of ten among those
 * draws: a Weibull shape under exponential(0.001) starts at 693, where 40⁶⁹³ overflows, and at most other draws the log density is −10²⁰⁰.
 */
function* climbedFrom<R extends Run>(
  run: R,
  { means, sds }: Place,
  starts: StartReport[],
  climb: Climb<R>,
  end: End<R>,
): Generator<Stop, Posterior | undefined, void> {
  const { ascent } = run;
  const found: Found[] = [];
  const from = new Float64Array(ascent.size);
  const { means: at, scales } = ascent.chart.partsOf(from);
  at.set(means);
  sds.forEach((sd, i) => {
    scales[i] = log(NARROW * sd);
  });
  ascent.elbos.length = 0;
  ascent.allowance = ascent.maxSamples;
  const x = yield* narrowed(run, from);
  if (x) yield* climb(run, found, starts, { from: "values", x, temperature: 1 }, 1, STEPS);
  return found.length > 0 ? yield* end(run, found, starts, [], []) : undefined;
}

// The optimum of normals that values of the density have led to: it is not one of the ELBO, which the weights are to tell, and they are to answer.
function resting({ ascent }: Run, known: readonly Gaussian[], starts: StartReport[]): Found {
  starts.push({ from: "values", samples: 0, ended: "stalled", elbo: NaN, optimum: 0 });
  return {
    x: coordinatesOf(known, ascent.chart, ascent.size),
    elbo: 0,
    status: "stalled",
    gap: undefined,
    stages: [],
  };
}

// The point with scales so small that the ELBO is finite at some draws; undefined where it is at none.
function* narrowed({ ascent, samples }: Run, from: Float64Array): Generator<FitStage, Float64Array | undefined, void> {
  const x = from.slice();
  const { scales } = ascent.chart.partsOf(x);
  const g = new Float64Array(x.length);
  for (let halving = 0; halving < HALVINGS; halving++) {
    const elbo = ascent.gradientInto(g, x, { kind: "screen", start: 0, batch: halving, count: samples });
    yield "search";
    if (!Number.isNaN(elbo)) return x;
    for (let i = 0; i < scales.length; i++) scales[i]! -= Math.LN2;
  }
  return undefined;
}

// The coordinates of the one normal with the mean and the covariance of all of them together, as far as the guide can have it.
function coordinatesOf(parts: readonly Gaussian[], { latents: n, pairs, partsOf }: Chart, size: number): Float64Array {
  const x = new Float64Array(size);
  const { means, scales, shares } = partsOf(x);
  for (const part of parts) for (let i = 0; i < n; i++) means[i]! += part.weight * part.means[i]!;
  const covariance = new Float64Array(n * n);
  for (const part of parts)
    for (let i = 0; i < n; i++)
      for (let k = 0; k <= i; k++)
        covariance[i * n + k]! +=
          part.weight * (covarianceOf(part, i, k) + (part.means[i]! - means[i]!) * (part.means[k]! - means[k]!));
  const root = new Float64Array(n * n);
  if (pairs.length > 0) choleskyInto(root, covariance, n);
  for (let i = 0; i < n; i++) scales[i] = pairs.length > 0 ? log(root[i * n + i]!) : 0.5 * log(covariance[i * n + i]!);
  pairs.forEach(({ row, column }, k) => {
    shares[k] = root[row * n + column]! / root[column * n + column]!;
  });
  return x;
}
