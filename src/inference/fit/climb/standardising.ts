/**
 * Which latents a fit has by their noise: of those whose scale depends on other latents first all. Where the data say much of one, so that its noise e is
 * known better than e ~ N(0, 1) says, it is better as the program has it: of effect = mu + tau·e under 1000 readings of the effect, e is sharp
 * and depends on tau. So those whose noise the guide finds less than half as wide as N(0, 1), by its variance given earlier latents, are tried as they
 * are, and what has the higher ELBO is fitted.
 */
import { exp } from "../../../math/elementary.ts";
import type { Pieces } from "../../../pieces/pieces.ts";
import type { Model } from "../../../program/model.ts";
import { standardisable } from "../../../program/standardised.ts";
import type { Trace } from "../../../program/trace.ts";
import { type FitOptions, warn } from "../options.ts";
import type { FitWarning } from "../report.ts";
import type { Ascent } from "./ascent.ts";
import type { Climber } from "./climb.ts";

/** A search that is set up and not begun, as climbs need it. */
export interface Pilot {
  readonly sampler: { readonly objective: { readonly trace: Trace } };
  readonly options: FitOptions;
  readonly ascent: Ascent;
  readonly climber: Climber;
  readonly from: Float64Array;
  readonly samples: number;
  readonly tolerance: number;
  /** Whether its time is over. */
  readonly isLate: (() => boolean) | undefined;
  /** Warnings of the estimator's bias. */
  readonly warnings: readonly FitWarning[];
}

/** The search that there would be without a choice. */
interface Written<P> {
  readonly profile: P;
  readonly model: Model;
  readonly nodes: { readonly smooth?: boolean | undefined };
  readonly objective: { readonly trace: Trace };
}

/** Streams of points that no start of a fit has. */
const PILOT = 1_000_000;
const STEPS = 150;
/** Of all samples a climb may take this share. */
const SHARE = 0.125;
/** Of the variance of a noise, 1 under its prior: what the data say is then as much as what the prior says. */
const HALF = 0.5;
/** Nats that are to be gained by latents as they are: what they do to scales that are near 0, a funnel, a guide and its ELBO hardly see. */
const GAIN = 0.5;

/**
 * The search that goes on instead of one with all latents as they are written, its samples counted; undefined where there is no choice, as where the
 * user gives a guide or a start, which are meant for latents as they are written. `again` sets up a search with other options.
 */
export function* standardising<S extends Pilot, P>(
  { nodes, objective, model, profile }: Written<P>,
  options: FitOptions,
  again: (profile: P, model: Model, options: FitOptions) => Pieces<S | undefined>,
): Pieces<S | undefined> {
  const { guide = "auto", standardise = "auto", init = model.init } = options;
  if (guide !== "auto" || standardise !== "auto" || init || !nodes.smooth) return undefined;
  const names = standardisable(objective.trace);
  if (names.length === 0) return undefined;
  const setUp = (some: readonly string[]): Pieces<S | undefined> =>
    again(profile, model, { ...options, standardise: some, onWarning: () => undefined });
  let spent = 0;
  const chosen = (run: S): S => {
    run.ascent.samples = spent;
    run.ascent.allowance = run.ascent.maxSamples;
    for (const { message } of run.warnings) warn(options, message);
    return { ...run, options };
  };
  const climbed = function* (run: S, k: number): Pieces<{ x: Float64Array; elbo: number }> {
    const { ascent, climber, from, samples, tolerance } = run;
    ascent.allowance = SHARE * ascent.maxSamples;
    const start = PILOT + k;
    const phase = yield* inTime(run, climber.phase(ascent, from, { start, samples, mostSteps: STEPS, temperature: 1 }));
    const { x, gap, status } = yield* inTime(run, climber.finish(ascent, from, phase, start, tolerance));
    spent += ascent.samples;
    const isLost = status === "unbounded" || status === "diverged";
    return { x, elbo: isLost ? Number.NEGATIVE_INFINITY : (gap?.elbo ?? phase.elbo) };
  };
  const all = (yield* setUp(names))!;
  const found = yield* climbed(all, 0);
  const { scales } = all.ascent.chart.partsOf(found.x);
  const { latents } = all.sampler.objective.trace;
  const wide = latents.flatMap(({ name, drawn }, i) =>
    drawn !== undefined && exp(2 * scales[i]!) > HALF ? [name] : [],
  );
  if (wide.length === names.length) return chosen(all);
  const other = (yield* setUp(wide))!;
  const second = yield* climbed(other, 1);
  return chosen(second.elbo > found.elbo + GAIN ? other : all);
}

// A turn of others after each gradient, and no more of them when time is over.
function* inTime<T>({ ascent, isLate }: Pilot, climb: Generator<unknown, T, void>): Pieces<T> {
  for (;;) {
    const next = climb.next();
    if (next.done) return next.value;
    if (isLate?.()) ascent.stopped = true;
    yield;
  }
}
