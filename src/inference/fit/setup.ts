/** A search begins with options that have been checked, a traced model and its compiled gradient; this file makes them. */
import type { Tape } from "../../autodiff/tape/tape.ts";
import { corrected } from "../../estimators/corrected.ts";
import { softplusChart } from "../../guides/chart.ts";
import { packParameters } from "../../guides/guide.ts";
import type { InTime } from "../../pieces/in-time.ts";
import type { Pieces } from "../../pieces/pieces.ts";
import type { Model } from "../../program/model.ts";
import { makeGenerator, type Generator as Noise } from "../../random/index.ts";
import { deadlineOf } from "../deadline.ts";
import { estimatorOf } from "../estimate-gradient.ts";
import { count } from "../options.ts";
import type { Profile } from "../profile.ts";
import { compiling, type GradientSampler, making, preparing, startOf } from "../sampler/sampler.ts";
import { startWarnings } from "./bias.ts";
import type { FitStage } from "./climb/ascent.ts";
import { INDEPENDENT } from "./climb/climb.ts";
import type { Place } from "./climb/placing.ts";
import { makeAscent, withMatchedPoints } from "./climb/sampled-ascent.ts";
import type { Pilot } from "./climb/standardising.ts";
import type { FitOptions } from "./options.ts";

/** A search that has been set up. */
export interface Search extends Pilot {
  readonly sampler: GradientSampler;
  /** Instructions of a gradient. */
  readonly size: Tape["size"];
  readonly generator: Noise;
  readonly place: Place | undefined;
  /** Where others climb the further starts too: waits for the gradients of the first phase of one. */
  awaited?: (k: number) => Generator<FitStage, void, void>;
  readonly restarts: number;
  readonly flips: boolean;
}

// How many samples a back end is told that a fit takes.
const EXPECTED_SAMPLES = 10_000;

const [MOST_SAMPLES, FEWEST_SAMPLES, MOST_WORK] = [200_000, 8_000, 1e10];
/**
 * Samples that a fit takes at most unless it is told: fewer where each takes more than 50,000 instructions, so that they take some minutes. Thirty latents
 * that are read through `round`, with 200 conditions each, take a million, and never came to an end.
 */
export const mostSamples = ({ lane }: Pick<Tape["size"], "lane">): number =>
  Math.min(MOST_SAMPLES, Math.max(FEWEST_SAMPLES, Math.ceil(MOST_WORK / Math.max(1, lane))));

/** The size of a gradient for which there was no time. */
const NOTHING: Pick<Tape, "size"> = { size: { uniform: 0, lane: 0, laneSlots: 0 } };

// Work where nobody asks for the time.
function* untimed<T>(work: Pieces<T> | undefined): Pieces<T | undefined> {
  return work && (yield* work);
}

/**
 * Checks the options, traces the model and builds its gradient; undefined where the options, the estimator (one with a schedule) or the
 * guide (one of another layout) ask for the loop.
 */
export function* startSearch(profile: Profile, model: Model, options: FitOptions): Pieces<Search | undefined> {
  if (options.optimizer !== undefined || options.steps !== undefined || options.resume !== undefined) return undefined;
  const {
    estimator = corrected(),
    seed = 0,
    tolerance = 0.05,
    maxSamples,
    restarts = 4,
    flips = "auto",
    samples = 32,
  } = options;
  count("fit", "samples", samples);
  if (maxSamples !== undefined) count("fit", "maxSamples", maxSamples);
  count("fit", "restarts", restarts, 0);
  if (!(tolerance > 0 && tolerance < Infinity))
    throw new RangeError(`fit: tolerance is out of range; got ${String(tolerance)}, expected a finite number > 0`);
  if (flips !== "auto" && flips !== false)
    throw new RangeError(`fit: flips is no choice; got ${String(flips)}, expected "auto" or false`);
  estimatorOf("fit", estimator);
  const isLate = deadlineOf(profile, options);
  const inTime: InTime = profile.watched?.(isLate) ?? untimed;
  const generator = makeGenerator(seed);
  const { guide = "auto" } = options;
  const { correlations } = profile;
  const matched = withMatchedPoints(estimator, correlations?.whiten, inTime);
  const asked = {
    ...options,
    guide: guide === "auto" ? correlations?.guide : guide,
    collapse:
      options.collapse !== undefined
        ? options.collapse
        : profile.collapse && estimator.name === "corrected"
          ? ("auto" as const)
          : false,
    expectedSamples: EXPECTED_SAMPLES,
  };
  const own = profile.sampler?.(matched, asked, inTime) as Pieces<GradientSampler> | undefined;
  const sampler = yield* own ?? making(profile, model, matched, asked);
  const { space } = sampler.objective.guide;
  if (!space.pairs || sampler.nodes.scheduled) return undefined;
  yield* inTime(profile.checkTrace?.(sampler.objective.trace));
  const instead = inTime.isOver ? undefined : yield* profile.standardising?.(sampler, options, startSearch) ?? [];
  if (instead) return instead;
  sampler.nodes.reduction?.require("fit", samples);
  const theta = packParameters("fit", space, startOf(sampler, options.init));
  const chart = softplusChart(space.latents.length, space.pairs);
  // A step of the whole covariance stays within the pairs, and no jump is left.
  const correlated = sampler.nodes.smooth && correlations?.isClosed(space) && correlations;
  const exact = theta.length === 0 ? correlations?.exact : undefined;
  const from = chart.coordinatesOf(theta);
  const { size } = (yield* inTime(compiling(sampler))) ?? NOTHING;
  const ascent = makeAscent(sampler, chart, generator, maxSamples ?? mostSamples(size));
  profile.byValues?.withoutRefusals(ascent);
  const place = profile.places?.(sampler.objective.trace, from, ascent, generator, !options.init && !model.init);
  if (place) chart.thetaInto(theta, from);
  if (!inTime.isOver) sampler.profile.pilot?.(sampler, theta, generator, 0);
  yield* inTime(preparing(sampler, theta));
  const warnings = (yield* inTime(startWarnings(sampler, theta, options))) ?? [];
  ascent.stopped = inTime.isOver === true;
  return {
    size,
    options,
    sampler,
    ascent,
    climber: correlated || (exact ?? profile.racing ?? INDEPENDENT),
    generator,
    from,
    place,
    tolerance,
    restarts: exact ? 0 : restarts,
    flips: flips === "auto" && space.pairs.length === 0,
    samples,
    isLate,
    warnings,
  };
}
