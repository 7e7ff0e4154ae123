/**
 * Particles answer for a posterior where weights cannot. They are draws of it only as far as their steps have mixed; two populations that
 * share nothing but the priors tell: where their means and sds are the same, both have arrived; until then they go on. Two that are off the same
 * way by chance agree as well, so they go on too until their particles have forgotten where they were: what a mean was off is forgotten with it.
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
import type { Slopes } from "./slopes.ts";
import type { Target } from "./target.ts";

/** Steps along all latents at once become too short beyond so many, unless they follow slopes. */
const MOST_LATENTS = 32;
export const MOST_GLIDING = 128;
/** Steps of each kind after which they are compared again, and at most: 256 in 16 latents. */
const STEPS = 16;
const MOST_MOVED = 4096;
/** The same of glides, each worth many steps, and how many there are before the first comparison. */
const [GLIDES, MOST_GLIDES, FIRST_GLIDES] = [4, 64, 20];
/** Twice as far apart as allowed, they are to be this much nearer to each other after so many comparisons, or they go no further. */
const FAR = 2;
const PATIENCE = 3;
const NEARER = 0.8;
/** Particles have forgotten where they were once no latent correlates more with its values then. */
const FORGOTTEN = 0.25;
/** Particles that would not have forgotten by the end if they forgot so many times as fast as at first go no further. */
const FASTER = 2;
/** How far means may lie apart, in sds, and the sds themselves: 600 independent particles of each are within half of that. */
const APART = 0.15;
const WIDER = 1.15;

/**
 * Every second particle of both populations, laid out as draws are; undefined where they do not agree, or where there are more than 32 latents,
 * 128 if slopes are known. The first population may be known.
 */
export function* agreedParticles(
  target: Target,
  prior: Gaussian,
  generator: Generator,
  known?: Particles,
  slopes?: Slopes,
): Pieces<Float64Array | undefined> {
  const n = prior.means.length;
  if (n > (slopes ? MOST_GLIDING : MOST_LATENTS)) return undefined;
  // Few latents need no glides, which take ten times as long as a step.
  const along = n > MOST_LATENTS ? slopes && { slopes } : {};
  const first = known ?? (yield* particlesOf(target, prior, generator, along));
  const second = first && (yield* particlesOf(target, prior, generator, { ...along, population: 1 }));
  if (!second) return undefined;
  return (yield* haveAgreed([first, second], n)) ? together(first, second) : undefined;
}

/**
 * The same of populations that follow slopes and were draws of one proposal: what it has left out both have left out, and so they are to have forgotten where
 * they were.
 */
export function* settledParticles(first: Particles, second: Particles, n: number): Pieces<Float64Array | undefined> {
  return (yield* haveAgreed([first, second], n, { glide: true, areIndependent: false }))
    ? together(first, second)
    : undefined;
}

function together(first: Particles, second: Particles): Float64Array {
  const n = first.particles.length / COUNT;
  const half = COUNT / 2;
  return Float64Array.from({ length: n * COUNT }, (_, k) => {
    const [i, d] = [Math.floor(k / COUNT), k % COUNT];
    return d < half ? first.particles[i * COUNT + 2 * d]! : second.particles[i * COUNT + 2 * (d - half)]!;
  });
}

/** Whether two populations of n latents agree, which go on until they do and have forgotten where they were, or are not to be expected to. */
export function* haveAgreed(
  populations: readonly [Particles, Particles],
  n: number,
  {
    glide = n > MOST_LATENTS,
    areIndependent = true,
  }: { readonly glide?: boolean; readonly areIndependent?: boolean } = {},
): Pieces<boolean> {
  const [first, second] = populations;
  const begun = populations.map(({ particles }) => particles.slice());
  if (glide) {
    const before = first.effort?.left ?? Infinity;
    yield* first.walk(FIRST_GLIDES);
    const { taken, further } = glidesLeft(first, before);
    if (!areIndependent && remembers(first.particles, begun[0]!, n, further)) {
      // They are taken off the work as if they had been made, so that what is tried next is told by the population alone.
      if (first.effort) first.effort.left -= taken * (1 + 2 * further);
      return false;
    }
    yield* second.walk(FIRST_GLIDES);
  }
  const [each, atMost] = glide ? [GLIDES, MOST_GLIDES] : [STEPS, MOST_MOVED / n];
  const apart: number[] = [];
  const memories: number[] = [];
  for (let steps = 0; ; steps += each) {
    let [most, memory] = [0, 0];
    for (let i = 0; i < n; i++) {
      most = Math.max(most, distance(momentsOf(first.particles, i), momentsOf(second.particles, i)));
      populations.forEach(({ particles }, k) => {
        memory = Math.max(memory, correlation(begun[k]!, particles, i));
      });
    }
    const isLast = steps >= atMost || populations.some(({ effort }) => effort && effort.left < 0);
    // Particles that stay in their modes forget no more than which place of it they had.
    const forgets = memory <= NEARER * (memories[memories.length - PATIENCE] ?? Infinity);
    if (most <= 1 && (memory <= FORGOTTEN || (areIndependent && (!forgets || isLast)))) return true;
    const before = apart[apart.length - PATIENCE] ?? Infinity;
    apart.push(most);
    memories.push(memory);
    if (isLast || (most > FAR && most > NEARER * before)) return false;
    for (const population of populations) yield* population.walk(each);
  }
}

// What the first glides of one of two populations have taken of the work that was left before, and how many times as many each can make once the other has made its own.
function glidesLeft({ effort }: Particles, before: number): { readonly taken: number; readonly further: number } {
  const most = MOST_GLIDES / FIRST_GLIDES;
  if (!effort) return { taken: 0, further: most };
  const taken = before - effort.left;
  return { taken, further: Math.max(0, Math.min(most, (effort.left - taken) / (2 * taken))) };
}

/**
 * Whether a population that has made its first glides will not have forgotten where it was after so many times as many more. What it forgets, it forgets by
 * the same share each time, and what is slow is so from the start: after 20 glides the correlation is 0.84, the work that is left is enough for 16
 * more, and twice as fast leaves 0.84·0.84^(2·16/20) = 0.64.
 */
function remembers(particles: Float64Array, begun: Float64Array, n: number, further: number): boolean {
  let memory = 0;
  for (let i = 0; i < n; i++) memory = Math.max(memory, correlation(begun, particles, i));
  return (1 + FASTER * further) * log(memory) > log(FORGOTTEN);
}

/** The mean and sd of a latent among particles. */
interface Moments {
  readonly mean: number;
  readonly sd: number;
}

/** Those of latent i. */
export function momentsOf(particles: Float64Array, i: number): Moments {
  const own = particles.subarray(i * COUNT, (i + 1) * COUNT);
  const mean = own.reduce((sum, x) => sum + x, 0) / COUNT;
  return { mean, sd: Math.sqrt(own.reduce((sum, x) => sum + squared(x - mean), 0) / COUNT) };
}

// How far apart two populations are in a latent, as a share of what is allowed.
function distance(a: Moments, b: Moments): number {
  const [less, more] = a.sd < b.sd ? [a.sd, b.sd] : [b.sd, a.sd];
  return Math.max(Math.abs(a.mean - b.mean) / (APART * less), log(more / less) / log(WIDER));
}

// How far values of a latent still tell where they were, particle by particle; 1 where they have not moved.
function correlation(before: Float64Array, now: Float64Array, i: number): number {
  const [then, last] = [momentsOf(before, i), momentsOf(now, i)];
  let sum = 0;
  for (let k = i * COUNT; k < (i + 1) * COUNT; k++) sum += (before[k]! - then.mean) * (now[k]! - last.mean);
  return sum / (COUNT * then.sd * last.sd);
}
