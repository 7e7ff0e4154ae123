/**
 * A proposal for weighted draws that follows the posterior. The normals of a guide may be too narrow, uncorrelated, or in one of several
 * places; weights of its draws then rest on few of them. So some rounds of draws are taken, each from normals that were
 * moved to where the draws so far weigh: a step of EM for a mixture, by weights, every draw weighed against all proposals
 * that might have made it.
 *
 *     two breakpoints under mean field: of 2048 draws worth 36 before, 900 after
 *
 * Source: Cappé et al., "Adaptive importance sampling in general mixture classes", 2008; Cornuet et al., "Adaptive multiple importance
 * sampling", 2012.
 */
import { exp, log } from "../../../math/elementary.ts";
import { logSumExp, logSumExpOfRows } from "../../../math/log-sum-exp.ts";
import { type Pieces, piecesOf } from "../../../pieces/pieces.ts";
import type { Generator } from "../../../random/index.ts";
import { type Gaussian, scaled } from "../gaussian.ts";
import { guideDraws, mixturePieces } from "../guide-draws.ts";
import { averagingWeights, paretoSmoothed, TRUSTED } from "../pareto-tail.ts";
import { ANSWERING, type WeighedDraws } from "./long-tails.ts";
import { moved, wider } from "./mixture.ts";
import { noiseByComponent } from "./noise-by-component.ts";
import { normalsAmong, type Particles, particlesOf } from "./particles.ts";
import { isShort } from "./shortfall.ts";
import type { Target } from "./target.ts";

/** How well draws of a proposal stand for the posterior. */
export interface Weighed {
  readonly proposal: readonly Gaussian[];
  /** Shape of the tail of their weights. */
  readonly kHat: number;
  /** As many draws of the posterior are worth as much. */
  readonly effectiveDraws: number;
  readonly draws: number;
  readonly logEvidence: number;
  /** Half of the sum of |p − q| over the draws: the share of the posterior that the guide has elsewhere, 0 where it is the posterior. */
  readonly distance: number;
  /** The draws. */
  readonly drawn: WeighedDraws;
  /** Whether particles are where draws of the proposal are too rare to tell of it. */
  readonly isShort?: boolean;
  /** Particles that the proposal has followed, if it has. */
  readonly particles?: Particles;
  /** Draws of the posterior, each as often as it weighs, that no proposal of normals has made. */
  readonly unweighted?: Float64Array;
}

interface WeighingOptions {
  /** Whether draws of the priors have told that the guides are everything. */
  readonly isEverything?: boolean | undefined;
  /** Whether they have met some of the posterior where no guide is: weights that look good are not believed. */
  readonly isElsewhere?: boolean | undefined;
  /** Whether a density takes as long as a thousand others: no particles are asked then. */
  readonly isDear?: boolean;
  /** Weighs draws another way, which answer where half of those of the guides do not count. */
  readonly inParts?: () => Pieces<Weighed | undefined>;
}

const DRAWS = 4096;
/** Draws at first, after which nothing more is weighed if so large a share of them counts. */
const GLANCE = 1024;
const EVEN = 0.6;
const ROUNDS = 6;
/** Rounds of the final proposal, until the tail of their weights is light enough. */
const LAST_ROUNDS = 4;
/** Rounds end where so large a share of the draws counts. */
const ENOUGH = 0.5;
/** Above 16 latents rounds end too once so many have not brought this much more than the best before: forty are too many for 4096 draws. */
const MISSES = 2;
const GAIN = 1.2;
/** The share of the adapted normals in the final proposal. */
const ADAPTED = 0.8;
/** Of normals with sds twice as large, and of all normals that have one latent at its prior. */
const WIDE_SHARE = 0.1;
const LOOSE_SHARE = 0.2;
/** Of the normals that particles have found. */
const PARTICLE_SHARE = 0.5;
const MOST_LOOSE = 16;
/** A draw with so small a share of the largest weight does not count. */
const NOTHING = 1e-6;
const STREAM = 64;
/** In so few latents what draws of the priors have not met is small, if they have told that the guides are everything. */
const FEW = 3;
/** So few of the particles may be far out in a tail by chance. */
const STRAY = 0.002;
/** The error of a mean or sd that may be left where the posterior was met far from its guides. */
const LITTLE = 0.03;
/** The number of the population that is looked at. */
const OTHERS = 2;

/**
 * Weighs draws of a proposal, the prior its last part, and of an adapted one where that is better; undefined where no draw has a density. Where latents
 * were summed out, weights that look good are believed only if particles find nothing else, unless draws of the priors have told that the guides are everything.
 */
export function* weighedProposal(
  target: Target,
  guides: readonly Gaussian[],
  first: readonly Gaussian[],
  generator: Generator,
  { isEverything = false, isElsewhere = false, isDear = false, inParts }: WeighingOptions = {},
): Pieces<Weighed | undefined> {
  const n = first[0]!.means.length;
  const prior = first[first.length - 1]!;
  const glance = yield* roundOf(target, first, generator, STREAM - 1, GLANCE);
  const seen = glance && (yield* judged(glance, guides));
  let others: Particles | undefined;
  const stands = function* (found: Weighed): Pieces<boolean> {
    if (isElsewhere && errorOf(found.drawn) > LITTLE) return false;
    if ((isEverything && n <= FEW) || n > MOST_LOOSE) return true;
    if (!(yield* target.tempered?.pieces() ?? [])) return true;
    others ??= yield* particlesOf(target, prior, generator, { isGlance: true, population: OTHERS });
    return !others || !(yield* isShort(target, others.particles, found));
  };
  if (seen && isEven(seen) && (yield* stands(seen))) return seen;
  const parted = seen && seen.effectiveDraws > ENOUGH * seen.draws ? undefined : yield* inParts?.() ?? [];
  if (parted) return parted;
  const before = yield* roundOf(target, first, generator, STREAM);
  if (!before) return undefined;
  yield;
  const start = yield* judged(before, guides);
  if ((start.distance < NEAR || isGood(start)) && (yield* stands(start))) return start;
  const adapt = (particles?: Particles): Pieces<Weighed> =>
    adapted(target, guides, first, generator, before, start, particles);
  // In few latents rounds follow the posterior by themselves; a glance at particles, a fifth of the work of all, says whether something else is there.
  if (n <= FEW && (yield* target.tempered?.pieces() ?? [])) {
    const found = yield* adapt();
    if (isGood(found) && (yield* stands(found))) return found;
  }
  const particles = n <= MOST_LOOSE && !isDear ? yield* particlesOf(target, prior, generator) : undefined;
  const end = yield* adapt(particles);
  return particles ? { ...end, particles, isShort: yield* isShort(target, particles.particles, end, STRAY) } : end;
}

// The best of some proposals that follow the draws of those before, and particles if there are some.
function* adapted(
  target: Target,
  guides: readonly Gaussian[],
  first: readonly Gaussian[],
  generator: Generator,
  before: Round,
  start: Weighed,
  particles?: Particles,
): Pieces<Weighed> {
  const n = first[0]!.means.length;
  const made: Round[] = [before];
  let parts = loosened(first);
  const follow = function* (): Pieces<void> {
    const { kept, weights } = yield* counted(made, n);
    parts = yield* moved(parts, kept, weights);
  };
  if (particles) {
    const found = yield* normalsAmong(particles.particles, first[first.length - 1]!, generator);
    parts = [...scaled(found, PARTICLE_SHARE), ...scaled(parts, 1 - PARTICLE_SHARE)];
  }
  let [best, misses] = [start.effectiveDraws, 0];
  for (let r = 1; r <= ROUNDS && (misses < MISSES || n <= MOST_LOOSE); r++) {
    const round = yield* roundOf(target, parts, generator, STREAM + r);
    if (!round) break;
    made.push(round);
    yield;
    const found = yield* judged(round, guides);
    if (r > 1 && isGood(found)) break;
    if (found.effectiveDraws > GAIN * best) best = found.effectiveDraws;
    else misses++;
    yield;
    yield* follow();
  }
  let end = start;
  for (let last = 1; last <= LAST_ROUNDS && !(end !== start && end.kHat < TRUSTED); last++) {
    if (last > 1) yield* follow();
    const adapted = [...scaled(parts, 1 - WIDE_SHARE), ...scaled(parts.map(wider), WIDE_SHARE)];
    const mixed = [...scaled(adapted, ADAPTED), ...scaled(first, 1 - ADAPTED)];
    const round = yield* roundOf(target, mixed, generator, STREAM + ROUNDS + last);
    if (!round) break;
    yield;
    const found = yield* judged(round, guides);
    if (isGood(found) || isBetter(found, end)) end = found;
    made.push(round);
    yield;
  }
  return end;
}

/** A guide with less of the posterior elsewhere is as good as the posterior. */
export const NEAR = 0.001;

// The shape of a tail tells nothing of weights that are nearly equal: of 3840 draws' worth in 4096 it may be 0.99.
const isEven = ({ effectiveDraws, draws }: Weighed): boolean => effectiveDraws > EVEN * draws;
const isGood = (found: Weighed): boolean =>
  isEven(found) || (found.kHat < TRUSTED && found.effectiveDraws > ENOUGH * found.draws);

// The largest standard error that means of latents have by the draws that answer, in sds, and that sds have, as a share of them.
function errorOf({ kept, weights }: WeighedDraws): number {
  const draws = weights.length;
  const [noise] = noiseByComponent(kept, weights, undefined, [draws]);
  return Math.sqrt(noise! * Math.min(1, draws / ANSWERING));
}

// More draws count, and of two tails at most the lighter one is beyond trust.
const isBetter = (found: Weighed, other: Weighed): boolean =>
  found.kHat < TRUSTED === other.kHat < TRUSTED
    ? found.effectiveDraws > other.effectiveDraws
    : found.kHat < TRUSTED && found.effectiveDraws > 0.5 * other.effectiveDraws;

interface Round {
  readonly proposal: readonly Gaussian[];
  readonly kept: Float64Array;
  readonly logTarget: Float64Array;
  /** The log density of the proposal at its own draws, and by round at those of all rounds as far as it was asked for. */
  readonly own: Float64Array;
  readonly proposed: (Float64Array | undefined)[];
}

function* roundOf(
  target: Target,
  proposal: readonly Gaussian[],
  generator: Generator,
  stream: number,
  draws: number = DRAWS,
): Pieces<Round | undefined> {
  const kept = guideDraws(proposal, draws, generator, stream);
  const logTarget = yield* piecesOf(target, kept, draws);
  if (!logTarget.some(Number.isFinite) || logTarget.includes(Infinity)) return undefined;
  yield;
  return { proposal, kept, logTarget, own: yield* mixturePieces(proposal, kept, draws), proposed: [] };
}

/** So many draws of a proposal with their weights, others than it was judged by; undefined where the density is 0 at all of them, or ∞ at one. */
export function* weighedDraws(
  target: Target,
  proposal: readonly Gaussian[],
  generator: Generator,
  draws: number,
): Pieces<WeighedDraws | undefined> {
  const round = yield* roundOf(target, proposal, generator, STREAM - 2, draws);
  if (!round) return undefined;
  const { weights } = averagingWeights(round.logTarget.map((density, d) => density - round.own[d]!));
  return { kept: round.kept, weights };
}

// The log density of the proposal of a round at the draws of round r, once it is asked for.
function* proposedAt(of: Round, rounds: readonly Round[], r: number): Pieces<Float64Array> {
  const round = rounds[r]!;
  const known = of.proposed[r] ?? (of === round ? of.own : yield* mixturePieces(of.proposal, round.kept, DRAWS));
  of.proposed[r] = known;
  return known;
}

function* judged({ proposal, kept, logTarget, own: proposed }: Round, guides: readonly Gaussian[]): Pieces<Weighed> {
  const draws = logTarget.length;
  const logWeights = logTarget.map((density, d) => density - proposed[d]!);
  const logEvidence = logSumExp(logWeights) - log(draws);
  const { kHat, effectiveDraws, weights } = averagingWeights(logWeights);
  const guide = (yield* mixturePieces(guides, kept, draws)).map((density, d) => exp(density - proposed[d]!));
  const mass = guide.reduce((sum, share) => sum + share, 0);
  let distance = 0;
  for (let d = 0; d < draws; d++)
    distance += Math.abs(exp(logWeights[d]! - logEvidence) / draws - guide[d]! / mass) / 2;
  return {
    proposal,
    kHat,
    effectiveDraws,
    draws,
    logEvidence,
    distance,
    drawn: { kept, weights, densities: logTarget },
  };
}

// The first round beside the guides: the best one wider, and with each latent in turn where its prior lies.
function loosened(first: readonly Gaussian[]): Gaussian[] {
  const [best, prior] = [first[0]!, first[first.length - 1]!];
  const n = best.means.length;
  const wide = { ...wider(best), weight: WIDE_SHARE };
  const loose =
    n > MOST_LOOSE
      ? []
      : best.scales.map((_, i) => ({
          weight: LOOSE_SHARE / n,
          means: best.means.map((mean, k) => (k === i ? prior.means[i]! : mean)),
          scales: best.scales.map((row, k) => (k === i ? prior.scales[i]! : row)),
        }));
  const rest = 1 - WIDE_SHARE - (loose.length > 0 ? LOOSE_SHARE : 0);
  return [...scaled(first.slice(0, -1), rest), wide, ...loose, ...scaled([prior], rest)];
}

// Draws of all rounds that weigh something: most weigh nothing where a proposal is far from the posterior, and move nothing.
function* counted(
  rounds: readonly Round[],
  n: number,
): Pieces<{ readonly kept: Float64Array; readonly weights: Float64Array }> {
  const weights = yield* weightsOf(rounds);
  const least = NOTHING * weights.reduce((most, weight) => Math.max(most, weight), 0);
  const places = Array.from(weights.keys()).filter((d) => weights[d]! > least);
  const count = places.length;
  const kept = new Float64Array(n * count);
  places.forEach((at, d) => {
    const { kept: own } = rounds[Math.floor(at / DRAWS)]!;
    for (let i = 0; i < n; i++) kept[i * count + d] = own[i * DRAWS + (at % DRAWS)]!;
  });
  return { kept, weights: Float64Array.from(places, (at) => weights[at]!) };
}

// The weights of the draws of all rounds, one round after the other, each draw against all proposals together.
function* weightsOf(rounds: readonly Round[]): Pieces<Float64Array> {
  const logWeights = new Float64Array(rounds.length * DRAWS);
  for (const [r, { logTarget }] of rounds.entries()) {
    const proposed: Float64Array[] = [];
    for (const round of rounds) proposed.push(yield* proposedAt(round, rounds, r));
    const all = logSumExpOfRows(proposed, DRAWS);
    for (let d = 0; d < DRAWS; d++) logWeights[r * DRAWS + d] = logTarget[d]! - all[d]!;
  }
  return paretoSmoothed(logWeights).weights;
}
