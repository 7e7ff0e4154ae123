/**
 * Particles answer for a posterior where weights cannot. They are draws of it only as far as their steps have mixed; two populations that
 * share nothing but the priors tell: where their means and sds are the same, both have arrived; until then they go on.
 *
 *     fourteen losses, each below a deductible or above it: 4096 weighted draws are worth 95, and the deductible is 0.61 ± 0.07 by the guide,
 *     0.70 ± 0.16 by the particles, for an exact 0.72 ± 0.15
 */
import { log } from "../../../math/elementary.ts";
import { squared } from "../../../math/squared.ts";
import type { Pieces } from "../../../pieces/pieces.ts";
import type { Generator } from "../../../random/index.ts";
import type { Gaussian } from "../gaussian.ts";
import { COUNT, type Particles, particlesOf } from "./particles.ts";
import type { Target } from "./target.ts";

/** Steps along all latents at once become too short beyond so many. */
const MOST_LATENTS = 32;
/** Steps of each kind after which they are compared again, and at most: 256 in 16 latents. */
const STEPS = 16;
const MOST_MOVED = 4096;
/** Twice as far apart as allowed, they are to be this much nearer to each other after so many comparisons, or they go no further. */
const FAR = 2;
const PATIENCE = 3;
const NEARER = 0.8;
/** How far means may lie apart, in sds, and the sds themselves: 600 independent particles of each are within half of that. */
const APART = 0.15;
const WIDER = 1.15;

/**
 * Every second particle of both populations, laid out as draws are; undefined where they do not agree, or where there are more than 32 latents.
 * The first one may be known.
 */
export function* agreedParticles(
  target: Target,
  prior: Gaussian,
  generator: Generator,
  known?: Particles,
): Pieces<Float64Array | undefined> {
  const n = prior.means.length;
  if (n > MOST_LATENTS) return undefined;
  const first = known ?? (yield* particlesOf(target, prior, generator));
  const second = first && (yield* particlesOf(target, prior, generator, { population: 1 }));
  if (!second) return undefined;
  const apart: number[] = [];
  for (let steps = 0; ; steps += STEPS) {
    const most = prior.means.reduce(
      (all, _, i) => Math.max(all, distance(momentsOf(first.particles, i), momentsOf(second.particles, i))),
      0,
    );
    if (most <= 1) break;
    const before = apart[apart.length - PATIENCE] ?? Infinity;
    apart.push(most);
    if (steps * n >= MOST_MOVED || (most > FAR && most > NEARER * before)) return undefined;
    for (const population of [first, second]) yield* population.walk(STEPS);
  }
  const half = COUNT / 2;
  return Float64Array.from({ length: n * COUNT }, (_, k) => {
    const [i, d] = [Math.floor(k / COUNT), k % COUNT];
    return d < half ? first.particles[i * COUNT + 2 * d]! : second.particles[i * COUNT + 2 * (d - half)]!;
  });
}

interface Moments {
  readonly mean: number;
  readonly sd: number;
}

function momentsOf(particles: Float64Array, i: number): Moments {
  const own = particles.subarray(i * COUNT, (i + 1) * COUNT);
  const mean = own.reduce((sum, x) => sum + x, 0) / COUNT;
  return { mean, sd: Math.sqrt(own.reduce((sum, x) => sum + squared(x - mean), 0) / COUNT) };
}

// How far apart two populations are in a latent, as a share of what is allowed.
function distance(a: Moments, b: Moments): number {
  const [less, more] = a.sd < b.sd ? [a.sd, b.sd] : [b.sd, a.sd];
  return Math.max(Math.abs(a.mean - b.mean) / (APART * less), log(more / less) / log(WIDER));
}
