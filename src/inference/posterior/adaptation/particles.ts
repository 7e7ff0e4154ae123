/**
 * Particles that follow the posterior from where the priors lie, whatever the guide has found: their density is that of the priors first and
 * turns into the posterior's by stages, p^β·prior^(1 − β), and after each stage they are drawn anew by weight and moved by Metropolis steps.
 * A step goes along the covariance of all particles, along one latent, or along the line through two other particles: the last one carries a
 * particle from one mode to another.
 *
 *     a segment between two change points that lie close together has no data, so its mean has its prior there: 5 % of the posterior, far
 *     from the optimum in three latents at once, and in none of 4096 draws around the optimum
 *
 * Source: P. Del Moral, A. Doucet, A. Jasra, Sequential Monte Carlo samplers, J. R. Stat. Soc. B 68 (2006); the differences are those of
 * C. ter Braak, Stat. Comput. 16 (2006) 239–249.
 */
import { exp, log } from "../../../math/elementary.ts";
import { squared } from "../../../math/squared.ts";
import { type Pieces, piecesOf } from "../../../pieces/pieces.ts";
import { fillNormals, type Generator, noiseRequest, uniformSource } from "../../../random/index.ts";
import { type Gaussian, sdOf } from "../gaussian.ts";
import { guideDraws, jointLogs, systematic } from "../guide-draws.ts";
import { glidesOf } from "./glide.ts";
import { fitted, moved } from "./mixture.ts";
import type { Slopes } from "./slopes.ts";
import type { Effort, Target } from "./target.ts";

export const COUNT = 2048;
/** A prior 10⁴ times as wide as the posterior in ten latents takes about 100. */
const MOST_STAGES = 128;
/** Metropolis steps of each kind in a stage, and at the end. */
const STEPS = 3;
const LAST_STEPS = 6;
/** Particles for a glance, and their steps of each kind in a stage and at the end. */
const GLANCE = 1024;
const GLANCE_STEPS = [1, 2] as const;
/** Glides in a stage: one is worth many steps. */
const GLIDES = 1;
const ACCEPTED = 0.25;
/** The same of glides, and how long a leg is at first, in sds, times the fourth root of the latents. */
const GLIDED = 0.8;
const LEG = 1;
/** Glides are not shortened below this share of their length. */
const SHORTEST_GLIDE = 0.4;
/** By how much steps are shortened at most, log 50: a posterior that is wide here and narrow there needs both. */
const SHORTEST = 4;
const NORMALS = 12;
const EM_STEPS = 12;
/**
 * Densities of a particle that its stages take, which are to be within what work is left: it is not begun for nothing. Those of a glance, at what looks good
 * already, are to be within a quarter of it.
 */
const [FEWEST_LOOKS, FEWEST_GLANCES] = [150, 200];
/** The work of a glide: nine slopes take as much as so many densities, and so many instructions for each pair of latents put their speeds in proportion. */
const [SLOPES, PAIRS] = [30, 2];
const STREAM = 4096;
/** Where cases are tempered β at most doubles, from this on: of a case that no particle is near yet nothing is seen at β = 1. */
const FIRST_POWER = 0.015625;
/** Steps of β that are tried, each so much shorter than the one before. */
const SHORTER = 0.6;
const LEAST_STEP = 1e-12;
/** The share of the particles that can live that is to count after a step; where cases differ in number the first step keeps fewer, at least so many. */
const HALF = 0.5;
const FEWEST_AT_FIRST = 0.05;
/** A shorter step that keeps no more than so many times as many is short enough. */
const NO_BETTER = 1.01;

/**
 * Normals that together have the density of particles of the posterior, with weights that sum to 1; undefined where there are no such particles,
 * as none of the priors, or of `first` if these are given, has a density.
 */
export function* particlePieces(
  target: Target,
  prior: Gaussian,
  generator: Generator,
  first?: Float64Array,
): Pieces<Gaussian[] | undefined> {
  const found = yield* particlesOf(target, prior, generator, first && { first });
  return found && (yield* normalsAmong(found.particles, prior, generator));
}

/** Normals that together have the density of particles. */
export function* normalsAmong(particles: Float64Array, prior: Gaussian, generator: Generator): Pieces<Gaussian[]> {
  const n = prior.means.length;
  const all = fitted(prior, particles, equally(COUNT));
  const narrower = all.scales.map((row) => new Map([...row].map(([j, scale]) => [j, scale / 3])));
  let parts: Gaussian[] = distant(all, particles, uniformSource(generator, STREAM + 1)).map((at) => ({
    weight: 1 / (NORMALS + 1),
    means: Float64Array.from({ length: n }, (_, i) => particles[i * COUNT + at]!),
    scales: narrower,
  }));
  const rest = { ...all, weight: 1 / (NORMALS + 1) };
  for (let step = 0; step < EM_STEPS; step++) {
    yield;
    parts = (yield* moved([...parts, rest], particles, equally(COUNT))).slice(0, -1);
  }
  return parts.map((part) => ({ ...part, weight: part.weight / (1 - rest.weight) }));
}

// Particles to begin with, each drawn by how far it is from those before it, on the scale of all.
function distant(all: Gaussian, particles: Float64Array, uniform: () => number): number[] {
  const apart = new Float64Array(COUNT).fill(Infinity);
  const sds = all.means.map((_, i) => sdOf(all, i));
  const chosen = [Math.floor(uniform() * COUNT)];
  while (chosen.length < NORMALS) {
    const last = chosen[chosen.length - 1]!;
    apart.forEach((least, d) => {
      let sum = 0;
      for (let i = 0; i < sds.length; i++)
        sum += squared((particles[i * COUNT + d]! - particles[i * COUNT + last]!) / sds[i]!);
      apart[d] = Math.min(least, sum);
    });
    const total = apart.reduce((sum, value) => sum + value, 0);
    chosen.push(systematic(apart, 1, uniform(), total)[0]!);
  }
  return chosen;
}

interface Population {
  kept: Float64Array;
  logTarget: Float64Array;
  logPrior: Float64Array;
}

/** A population that has followed the posterior. */
export interface Particles {
  /** Those of latent i from i times their number on. */
  readonly particles: Float64Array;
  /** What work is left to move them, where it is counted. */
  readonly effort?: Effort | undefined;
  /** Moves all of them by so many more steps of each kind, each long or short. */
  readonly walk: (steps: number) => Pieces<void>;
}

/**
 * `COUNT` particles of the posterior; undefined where none of the priors, or of `first` if these are given, has a density, or the stages do not
 * end, or would take more work than is left. A `population` of another number shares no random number with the first, 0. Where `slopes` are given steps along all latents follow them.
 * A glance takes 1024 particles and fewer steps; `first` that have arrived are draws of the posterior already.
 */
export function* particlesOf(
  target: Target,
  prior: Gaussian,
  generator: Generator,
  {
    first,
    population = 0,
    slopes,
    isGlance = false,
    hasArrived = false,
  }: {
    readonly first?: Float64Array;
    readonly hasArrived?: boolean;
    readonly population?: number;
    readonly slopes?: Slopes;
    readonly isGlance?: boolean;
  } = {},
): Pieces<Particles | undefined> {
  const count = isGlance ? GLANCE : COUNT;
  const { effort, work = 0 } = target;
  const isOver = (): boolean => effort !== undefined && effort.left < 0;
  const looks = isGlance ? FEWEST_GLANCES : FEWEST_LOOKS;
  if (effort && effort.left < count * looks * work) return undefined;
  const stream = STREAM * (1 + population);
  const uniform = uniformSource(generator, stream);
  const kept = first ?? guideDraws([{ ...prior, weight: 1 }], count, generator, stream); // alone, whatever its share was
  let all: Population = {
    kept,
    logTarget: yield* piecesOf(target, kept, count),
    logPrior: jointLogs(prior, kept, count),
  };
  const kinds = slopes ? GLIDING : KINDS;
  const tempered = yield* target.tempered?.pieces() ?? [];
  const at = (power: number): Target => (power < 1 && tempered?.(power)) || target;
  const walk = walkOf({ target, at, prior, generator, uniform, stream, slopes, count });
  const [each, last] = isGlance ? GLANCE_STEPS : [slopes ? GLIDES : STEPS, LAST_STEPS];
  let power = Number(hasArrived);
  for (let stage = 0; power < 1; stage++) {
    const next: Stage | undefined =
      stage < MOST_STAGES && !isOver() ? yield* tempered ? cases(all, power, at) : together(all, power) : undefined;
    if (!next) return undefined;
    all = drawnAnew({ ...all, logTarget: next.logTarget }, next.slope, next.step, uniform());
    power = next.power;
    for (let m = 0; m < (power === 1 ? last : each); m++) for (const kind of kinds) yield* walk(all, power, kind);
  }
  return {
    particles: all.kept,
    effort,
    *walk(steps) {
      const spread = fitted(prior, all.kept, equally(count));
      for (let step = 0; step < steps && !isOver(); step++)
        for (const kind of kinds) yield* walk(all, 1, kind, { spread, shortest: SHORTEST });
    },
  };
}

const equally = (count: number): Float64Array => new Float64Array(count).fill(1 / count);

const weightsOf = (slope: Float64Array, step: number): number[] => {
  const most = slope.reduce((a, b) => Math.max(a, b), -Infinity);
  return Array.from(slope, (value) => exp(step * (value - most)));
};

/** How far a stage goes: particles are drawn anew by weights exp(step · slope). */
interface Stage {
  readonly power: number;
  readonly slope: Float64Array;
  readonly step: number;
  /** Log densities at the power that it leads to. */
  readonly logTarget: Float64Array;
}

// A stage of p^β·prior^(1 − β): the log of that is linear in β.
function* together({ logTarget, logPrior }: Population, power: number): Pieces<Stage | undefined> {
  const slope = logTarget.map((value, d) => value - logPrior[d]!);
  if (!slope.some(Number.isFinite)) return undefined;
  const step = stepOf(slope, 1 - power);
  return step > 0 ? { power: step === 1 - power ? 1 : power + step, slope, step, logTarget } : undefined;
}

// A stage where cases are tempered by themselves: shorter ones are tried until half of the particles count.
function* cases(
  { kept, logTarget, logPrior }: Population,
  power: number,
  at: (power: number) => Target,
): Pieces<Stage | undefined> {
  const before = logTarget.map((value, d) => (power > 0 ? power * value : 0) + (1 - power) * logPrior[d]!);
  let longer = Infinity; // the share that counts after the step before
  for (let step = Math.min(1 - power, Math.max(power, FIRST_POWER)); step > LEAST_STEP; step *= SHORTER) {
    const next = step === 1 - power ? 1 : power + step;
    const reached = yield* piecesOf(at(next), kept, logTarget.length);
    const slope = reached.map((value, d) => next * value + (1 - next) * logPrior[d]! - before[d]!);
    if (!slope.some(Number.isFinite)) return undefined;
    const share = countingShare(slope, 1);
    // At β = 0 each case that is possible has 1, however unlikely: where some particles have one and others 256, no step is short enough for half.
    const isShortest = power === 0 && share > FEWEST_AT_FIRST && share < NO_BETTER * longer;
    if (share >= HALF || isShortest) return { power: next, slope, step: 1, logTarget: reached };
    longer = share;
  }
  return undefined;
}

// The share of the particles that can live that count after a step of β.
function countingShare(slope: Float64Array, step: number): number {
  const alive = slope.reduce((sum, value) => sum + (value > -Infinity ? 1 : 0), 0);
  const weights = weightsOf(slope, step);
  const sum = weights.reduce((a, b) => a + b, 0);
  return (sum * sum) / weights.reduce((a, b) => a + b * b, 0) / alive;
}

// The largest step of β after which half of the particles that can live still count.
function stepOf(slope: Float64Array, most: number): number {
  const counts = (step: number): boolean => countingShare(slope, step) >= HALF;
  if (counts(most)) return most;
  let [low, high] = [0, most];
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (counts(middle)) low = middle;
    else high = middle;
    if (high < 1.1 * low) break;
  }
  return low;
}

// Systematic resampling by the weights of a step.
function drawnAnew(
  { kept, logTarget, logPrior }: Population,
  slope: Float64Array,
  step: number,
  start: number,
): Population {
  const count = slope.length;
  const weights = weightsOf(slope, step);
  const sum = weights.reduce((a, b) => a + b, 0);
  const chosen = systematic(weights, count, start, sum);
  const next = kept.map((_, k) => kept[k - (k % count) + chosen[k % count]!]!);
  return {
    kept: next,
    logTarget: logTarget.map((_, d) => logTarget[chosen[d]!]!),
    logPrior: logPrior.map((_, d) => logPrior[chosen[d]!]!),
  };
}

// The numbers that stay as they are once the posterior is reached: the spread of all particles, and the shortest of lengths that vary and adapt no more.
interface Settled {
  readonly spread?: Gaussian;
  readonly shortest?: number;
}

type Kind = "together" | "single" | "difference";
const KINDS: readonly Kind[] = ["together", "single", "difference"];
/** In many latents differences of particles are too long in some direction. */
const GLIDING: readonly Kind[] = ["together", "single"];

/** What steps are made of. */
interface Walking {
  /** The posterior, whose work is counted. */
  readonly target: Target;
  /** What is followed at a power of the posterior. */
  readonly at: (power: number) => Target;
  readonly prior: Gaussian;
  readonly generator: Generator;
  readonly uniform: () => number;
  /** The stream before those of the steps. */
  readonly stream: number;
  /** Where they are known, steps along all latents follow them. */
  readonly slopes: Slopes | undefined;
  readonly count: number;
}

// Moves all particles by one Metropolis step of a kind, whose length adapts to how many are accepted.
function walkOf({ target, at, prior, generator, uniform, stream: first, slopes, count }: Walking) {
  const { effort, work = 0 } = target;
  const n = prior.means.length;
  const lengths: Record<Kind, number> = {
    together: slopes ? LEG / Math.sqrt(Math.sqrt(n)) : 2.38 / Math.sqrt(n),
    single: 1,
    difference: 2.38 / Math.sqrt(2 * n),
  };
  const noise = new Float64Array(n * count);
  const proposed = new Float64Array(n * count);
  const long = new Float64Array(count); // how far each particle goes
  const pick = (): number => Math.floor(uniform() * count);
  let stream = first + 1;
  // Plain functions: engines run long loops in the body of a generator at half their speed.
  const propose = (kept: Float64Array, around: Gaussian, kind: Kind, shortest: number | undefined): void => {
    const { scales } = around;
    const sds = kind === "single" ? around.means.map((_, i) => sdOf(around, i)) : around.means;
    proposed.set(kept);
    for (let d = 0; d < count; d++) {
      const length = lengths[kind] * (shortest ? exp(-shortest * uniform()) : 1);
      if (kind === "difference") {
        const [a, b] = [pick(), pick()];
        const gamma = uniform() < 0.2 ? 1 : length;
        for (let i = 0; i < n; i++) {
          const own = 0.01 * (scales[i]!.get(i) ?? 0) * noise[i * count + d]!;
          proposed[i * count + d]! += gamma * (kept[i * count + a]! - kept[i * count + b]!) + own;
        }
      } else if (kind === "single") {
        const i = Math.floor(uniform() * n);
        // Two other particles tell how far apart the modes of this latent lie.
        const [a, b] = shortest && uniform() < 0.5 ? [pick(), pick()] : [0, 0];
        const step = a === b ? length * sds[i]! : 0.1 * length * sds[i]!;
        proposed[i * count + d]! += step * noise[i * count + d]! + kept[i * count + a]! - kept[i * count + b]!;
      } else long[d] = length;
    }
    // Row by row of the root, all particles at once: particle by particle these n²/2 products were half of all time in 24 latents.
    if (kind === "together")
      for (let i = 0; i < n; i++)
        for (const [j, scale] of scales[i]!) addProducts(proposed, i * count, long, scale, noise, j * count);
  };
  const accept = (
    all: Population,
    nextTarget: Float64Array,
    nextPrior: Float64Array,
    power: number,
    energy?: Float64Array,
  ): number => {
    const { kept, logTarget, logPrior } = all;
    let accepted = 0;
    for (let d = 0; d < count; d++) {
      const gain = power * (nextTarget[d]! - logTarget[d]!) + (1 - power) * (nextPrior[d]! - logPrior[d]!);
      if (!(log(uniform()) < gain - (energy?.[d] ?? 0))) continue;
      accepted++;
      for (let i = 0; i < n; i++) kept[i * count + d] = proposed[i * count + d]!;
      logTarget[d] = nextTarget[d]!;
      logPrior[d] = nextPrior[d]!;
    }
    return accepted;
  };
  return function* (all: Population, power: number, kind: Kind, { spread, shortest }: Settled = {}): Pieces<void> {
    fillNormals(noiseRequest({ out: noise, generator, stream: ++stream, lanes: count, dimensions: n }));
    const around = spread ?? fitted(prior, all.kept, equally(count));
    const glides = kind === "together" && slopes;
    let energy: Float64Array | undefined;
    if (glides) {
      for (let d = 0; d < count; d++) long[d] = lengths[kind] * (1 - (1 - SHORTEST_GLIDE) * uniform());
      const found = yield* glidesOf(glides, prior, around, all.kept, noise, long, power);
      proposed.set(found.reached);
      ({ energy } = found);
    } else propose(all.kept, around, kind, shortest);
    if (glides && effort) effort.left -= count * (SLOPES * work + PAIRS * n * n);
    const nextTarget = yield* piecesOf(at(power), proposed, count);
    // Once the posterior is reached the priors' density counts no more.
    const nextPrior = power < 1 ? jointLogs(prior, proposed, count) : all.logPrior;
    const accepted = accept(all, nextTarget, nextPrior, power, energy);
    if (!shortest) lengths[kind] *= exp(accepted / count - (energy ? GLIDED : ACCEPTED));
  };
}

// Adds length·scale·noise of each particle to its number of one latent.
function addProducts(
  out: Float64Array,
  to: number,
  lengths: Float64Array,
  scale: number,
  noise: Float64Array,
  from: number,
): void {
  for (let d = 0; d < lengths.length; d++) out[to + d]! += lengths[d]! * scale * noise[from + d]!;
}
