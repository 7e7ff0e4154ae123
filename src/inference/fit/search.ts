/**
 * The fit that decides by itself where it steps and when it ends: a climb from each start (`climb/climb.ts`), optima that differ, the best of
 * them the result, and a report on what is known of it.
 *
 *     fit(textmsg).report.samples; // a few thousand, of which the first start took half
 */
import { corrected } from "../../estimators/corrected.ts";
import { softplusChart } from "../../guides/chart.ts";
import { packParameters, unpackParameters } from "../../guides/guide.ts";
import type { Model } from "../../program/model.ts";
import { makeGenerator, type Generator as Noise } from "../../random/index.ts";
import { makeProbe } from "../diagnosis.ts";
import { estimatorOf } from "../estimate-gradient.ts";
import { count } from "../options.ts";
import { Posterior } from "../posterior.ts";
import type { Profile } from "../profile.ts";
import { pilot } from "../sampler/means.ts";
import { type GradientSampler, makeSampler, startOf } from "../sampler/sampler.ts";
import { biasWarnings } from "./bias.ts";
import { type Ascent, makeAscent, withMatchedPoints } from "./climb/ascent.ts";
import { finish } from "./climb/climb.ts";
import { naturalPhase } from "./climb/natural-phase.ts";
import { type Found, same, weightsOf } from "./optima.ts";
import { DivergenceError, type FitOptions, type FitStage, type FitStep, throwIfAborted, warn } from "./options.ts";
import type { FitReport, FitWarning, StartReport } from "./report.ts";
import { startAt } from "./starts.ts";
import { warningsOf } from "./warnings.ts";

/** A search that has been set up. */
export interface Search {
  readonly options: FitOptions;
  readonly sampler: GradientSampler;
  readonly ascent: Ascent;
  readonly generator: Noise;
  readonly from: Float64Array;
  readonly tolerance: number;
  readonly restarts: number;
  readonly samples: number;
  /** Of the estimator's bias. */
  readonly warnings: readonly FitWarning[];
}

// What a back end is told of the length of a fit.
const EXPECTED_SAMPLES = 10_000;
const SEARCH_STEPS = 300;
const RESTART_STEPS = 150;
/** An optimum this much below the best, in nats, weighs 1/1000. */
const WORSE = 7;

/**
 * Checks the options, traces the model and builds its gradient; undefined where the options, the estimator (one with a schedule) or the
 * guide (one of another layout) ask for the loop.
 */
export function startSearch(profile: Profile, model: Model, options: FitOptions): Search | undefined {
  if (options.optimizer !== undefined || options.steps !== undefined) return undefined;
  const {
    estimator = corrected(),
    seed = 0,
    tolerance = 0.05,
    maxSamples = 200_000,
    restarts = 4,
    samples = 32,
  } = options;
  count("fit", "samples", samples);
  count("fit", "maxSamples", maxSamples);
  count("fit", "restarts", restarts, 0);
  if (!(tolerance > 0 && tolerance < Infinity))
    throw new RangeError(
      `fit: tolerance is out of range; got ${String(tolerance)}, expected nats, a finite number > 0`,
    );
  estimatorOf("fit", estimator);
  const generator = makeGenerator(seed);
  const { backend, guide, collapse } = options;
  const sampler = makeSampler(profile, model, withMatchedPoints(estimator), {
    backend,
    guide,
    collapse,
    expectedSamples: EXPECTED_SAMPLES,
  });
  const { space } = sampler.objective.guide;
  if (!space.pairs || sampler.nodes.scheduled) return undefined;
  sampler.nodes.reduction?.require("fit", samples);
  const theta = packParameters("fit", space, startOf(sampler, options.init));
  const warnings = biasWarnings(sampler).map(
    (message): FitWarning => ({ code: "biased-estimator", message, latents: [] }),
  );
  for (const { message } of warnings) warn(options, message);
  const chart = softplusChart(space.latents.length, space.pairs);
  const ascent = makeAscent(sampler, chart, generator, maxSamples);
  pilot(sampler, theta, generator, 0);
  return {
    options,
    sampler,
    ascent,
    generator,
    from: chart.coordinatesOf(theta),
    tolerance,
    restarts,
    samples,
    warnings,
  };
}

/** Runs a search gradient by gradient. */
export function* search(run: Search): Generator<FitStep, Posterior, void> {
  const { ascent, options } = run;
  const course = climbs(run);
  let gap: number | undefined;
  for (;;) {
    throwIfAborted(options);
    const next = course.next();
    if (next.done) return next.value;
    const { elbo, gradient, theta, steps: step, samples } = ascent;
    const told: FitStep = {
      step,
      steps: Infinity,
      elbo,
      gradient,
      theta,
      stage: next.value,
      samples,
      ...(gap !== undefined && { gap }),
    };
    options.onProgress?.(told);
    yield told;
  }
}

function* climbs(run: Search): Generator<FitStage, Posterior, void> {
  const { ascent, sampler, from, generator, tolerance, restarts, samples } = run;
  const { space } = sampler.objective.guide;
  const found: Found[] = [];
  const starts: StartReport[] = [];
  for (let k = 0; k <= restarts; k++) {
    const { from: kind, x, temperature } = startAt(k, from, space, generator);
    const before = ascent.samples;
    const mostSteps = k === 0 ? SEARCH_STEPS : RESTART_STEPS;
    if (k > 0 && !ascent.affords(mostSteps * samples)) break;
    const phase = yield* naturalPhase(ascent, x, { start: k, samples, mostSteps, temperature });
    if (k === 0 && ascent.steps > 0 && ascent.elbos.every(Number.isNaN)) throw atTheStart(run, phase.cause);
    const close = found.findIndex((other) => same(other.x, phase.x, ascent.chart));
    const best = Math.max(...found.map(({ elbo }) => elbo));
    const report = (ended: StartReport["ended"], elbo: number, optimum?: number): void =>
      void starts.push({ from: kind, samples: ascent.samples - before, ended, elbo, optimum });
    if (close >= 0) report("same", phase.elbo, close);
    else if (k > 0 && !(phase.elbo > best - WORSE)) report("worse", phase.elbo);
    else {
      const climbed = yield* finish(ascent, x, phase, k, tolerance);
      const elbo = climbed.gap?.finite ? climbed.gap.elbo : phase.elbo;
      const known = found.findIndex((other) => same(other.x, climbed.x, ascent.chart));
      report(known >= 0 ? "same" : climbed.status, elbo, known >= 0 ? known : found.length);
      if (known < 0) found.push({ ...climbed, elbo });
      else if (found[known]!.status !== "converged" && climbed.status === "converged")
        found[known] = { ...climbed, elbo };
      if (k === 0 && climbed.status === "unbounded") break;
    }
  }
  return resultOf(run, found, starts);
}

// Nothing was finite at the first points.
function atTheStart({ sampler, ascent, from }: Search, cause = "ELBO or gradient is not finite"): Error {
  const { guide, normals } = sampler.objective;
  const theta = new Float64Array(from.length);
  ascent.chart.thetaInto(theta, from);
  const fault = makeProbe(sampler.objective)(theta, new Float64Array(normals.length));
  if (fault) return new RangeError(`${fault} (at the initial point, every latent at its guide's mean)`);
  return new DivergenceError(
    `fit: not finite at the start: ${cause}`,
    1,
    unpackParameters(guide.space, theta),
    new Float64Array(0),
  );
}

function resultOf(run: Search, found: readonly Found[], starts: readonly StartReport[]): Posterior {
  const { ascent, sampler, from, tolerance, options } = run;
  const { space } = sampler.objective.guide;
  const order = found.map((_, k) => k).sort((p, q) => found[q]!.elbo - found[p]!.elbo);
  const optima = order.map((k) => found[k]!);
  const [best] = optima as [Found];
  const weights = weightsOf(optima.map(({ elbo }) => elbo));
  const judged = warningsOf({ ascent, from, best, found: optima, weights, tolerance });
  for (const { message } of judged) warn(options, message);
  const warnings = [...run.warnings, ...judged];
  const thetaOf = (x: Float64Array): Float64Array => {
    const theta = new Float64Array(x.length);
    ascent.chart.thetaInto(theta, x);
    return theta;
  };
  const report: FitReport = {
    elbo: best.elbo,
    elboError: best.gap?.error ?? NaN,
    gap: best.gap?.gap ?? NaN,
    gapError: best.gap?.noise ?? NaN,
    tolerance,
    samples: ascent.samples,
    gradients: ascent.steps,
    stages: best.stages,
    starts: starts.map((start) => ({
      ...start,
      optimum: start.optimum === undefined ? undefined : order.indexOf(start.optimum),
    })),
    optima: optima.map(({ elbo, gap, status, x }, k) => ({
      elbo,
      elboError: gap?.error ?? NaN,
      weight: weights[k]!,
      status,
      params: unpackParameters(space, thetaOf(x)),
    })),
    guide: space.name,
    warnings,
  };
  const texts = warnings.map(({ message }) => message);
  return new Posterior(space, thetaOf(best.x), Float64Array.from(ascent.elbos), texts, { status: best.status, report });
}
