/**
 * Draws of a posterior stay draws of it while they move by steps that leave it as it is. Draws that weights call good may lie in a part of it, as weights tell
 * nothing of where no draw is; if they do, some of them move out of it and their means and sds drift:
 *
 *     a walk of thirty days whose steps have an sd of 0.26 before a day and of 1.2 after it: 4096 weighted draws are worth 645, and log s has an sd of 0.23 by
 *     them; after four glides it is 0.33, after twenty-four 0.41
 */
import { log } from "../../../math/elementary.ts";
import type { Pieces } from "../../../pieces/pieces.ts";
import { type Generator, uniformSource } from "../../../random/index.ts";
import { momentsOf } from "../adaptation/agreement.ts";
import type { WeighedDraws } from "../adaptation/long-tails.ts";
import { COUNT, type Particles, particlesOf } from "../adaptation/particles.ts";
import type { Slopes } from "../adaptation/slopes.ts";
import type { Target } from "../adaptation/target.ts";
import type { Gaussian } from "../gaussian.ts";
import { systematic } from "../guide-draws.ts";

/** Steps of each kind that the draws take. */
const STEPS = 8;
/** A mean that moves by so many sds, or an sd by so large a share, has drifted, if that is so many standard errors. */
const FAR = 0.15;
const ERRORS = 4;
const STREAM = 3;

/** Draws, each as often as it weighs, as a population that moves; undefined where no work is left for it. */
export function* populationOf(
  target: Target,
  slopes: Slopes,
  prior: Gaussian,
  generator: Generator,
  { kept, weights }: WeighedDraws,
  population: number,
): Pieces<Particles | undefined> {
  const draws = weights.length;
  const places = systematic(weights, COUNT, uniformSource(generator, STREAM + population)());
  const first = Float64Array.from(
    { length: prior.means.length * COUNT },
    (_, k) => kept[Math.floor(k / COUNT) * draws + places[k % COUNT]!]!,
  );
  return yield* particlesOf(target, prior, generator, { first, population, slopes, hasArrived: true });
}

/** Moves draws that are worth so many; the latent of n whose mean or sd drifts most, by its index, undefined where all stay. */
export function* driftOf(
  { particles, walk }: Particles,
  n: number,
  effectiveDraws: number,
): Pieces<number | undefined> {
  const before = Array.from({ length: n }, (_, i) => momentsOf(particles, i));
  yield* walk(STEPS);
  const error = Math.sqrt(1 / effectiveDraws + 1 / COUNT);
  let [most, latent]: [number, number | undefined] = [Math.max(FAR, ERRORS * error), undefined];
  before.forEach(({ mean, sd }, i) => {
    const now = momentsOf(particles, i);
    const far = Math.max(Math.abs(now.mean - mean) / sd, Math.abs(log(now.sd / sd)));
    if (far > most) [most, latent] = [far, i];
  });
  return latent;
}
