/**
 * Weighted draws of a posterior in two parts: a few outer latents are weighed by themselves, and given them the inner ones are drawn from normals of their
 * own. Weights of a normal of all latents look good where none of its draws comes near a scale of 0, where the others lie close together; here each number
 * of the scale has a normal that is as narrow as it says.
 *
 *     level and noise of ten days, sds 0.49 and 0.57: 4096 draws are worth 1400 with a k-hat of 0.5 and have sds of 0.42 and 0.48; in two parts they are worth 3900
 */
import { exp, log } from "../../../math/elementary.ts";
import { logSumExp } from "../../../math/log-sum-exp.ts";
import { type Pieces, piecesOf, piecewise } from "../../../pieces/pieces.ts";
import { fillNormals, type Generator, noiseRequest, uniformSource } from "../../../random/index.ts";
import { moved, rootOf, wider } from "../adaptation/mixture.ts";
import { COUNT, normalsAmong } from "../adaptation/particles.ts";
import { type Weighed, weighedProposal } from "../adaptation/population.ts";
import type { Target } from "../adaptation/target.ts";
import { covarianceOf, type Gaussian, scaled } from "../gaussian.ts";
import { guideDraws, mixturePieces, systematic } from "../guide-draws.ts";
import { paretoSmoothed, TRUSTED } from "../pareto-tail.ts";
import type { Source } from "../source.ts";
import { type Finder, finderOf } from "./modes.ts";
import { LOOKS, type Split, splitPieces } from "./split.ts";

/** So few latents are weighed well together. */
const FEW = 3;
const DRAWS = 8192;
/** Draws that are kept, twice as many as particles are. */
const KEPT = 4096;
/** So many more latents are weighed by themselves where draws are worth too little. */
const FURTHER = 1;
/**
 * In more latents than this so many are enough: sixty rates, each a bit skew given the two numbers of their prior, leave 730 of 8192, and a normal of all
 * leaves 400 of 4096 that are all near it.
 */
const [FEW_SKEW, ENOUGH] = [16, 512];
/** Rounds end where one brings no more than this. */
const GAIN = 1.2;
/** The share of the draws that has to count, and rounds in which the outer normals follow them until it does. */
const MANY = 0.5;
const ROUNDS = 4;
/** The share of a wider guide among the first draws of outer latents. */
const WIDE = 0.2;
const STREAM = 8192;
/** The share of normals among the draws in the proposal for others. */
const FOUND = 0.8;

/** Draws of the posterior by two parts; undefined where the latents have none, or where these draws are worth too little. */
export function* weighedInParts(
  source: Source,
  target: Target,
  guides: readonly Gaussian[],
  first: readonly Gaussian[],
  generator: Generator,
): Pieces<Weighed | undefined> {
  if (source.trace.latents.length <= FEW) return undefined;
  const splits = yield* splitPieces(source, guideDraws(guides, LOOKS, generator, STREAM));
  let best: Drawn | undefined;
  for (let further = 0; splits && further <= FURTHER && !isGood(best); further++) {
    const split = splits(further);
    if (!split) break;
    const found = yield* drawnBy(split, source, target, guides, first, generator);
    if (found && found.effectiveDraws > (best?.effectiveDraws ?? 0)) best = found;
  }
  const isEnough = best && (isGood(best) || (source.trace.latents.length > FEW_SKEW && best.effectiveDraws > ENOUGH));
  return isEnough ? yield* weighed(best!, guides, first, generator) : undefined;
}

const isGood = (draws: Drawn | undefined): boolean => draws !== undefined && draws.effectiveDraws > MANY * DRAWS;

// The draws by one split that are worth most, among those whose weights have a tail to be trusted.
function* drawnBy(
  split: Split,
  source: Source,
  target: Target,
  guides: readonly Gaussian[],
  first: readonly Gaussian[],
  generator: Generator,
): Pieces<Drawn | undefined> {
  const find = yield* finderOf(source, split, guides[0]!.means);
  const outer = (part: Gaussian): Gaussian => marginalOf(part, split.outer);
  const alone = piecewise(function* (given: Float64Array, draws: number): Pieces<Float64Array> {
    return (yield* find(given, draws)).outside;
  });
  // Scales have longer tails to the right than a normal of their logarithm, and so the guide is there twice as wide, too.
  const proposal = [...scaled(guides.map(outer).map(wider), WIDE), ...scaled(first.map(outer), 1 - WIDE)];
  const outside = yield* weighedProposal(alone, guides.map(outer), proposal, generator, { isDear: true });
  let parts = outside?.proposal;
  let best: Drawn | undefined;
  for (let round = 0; parts && round < ROUNDS; round++) {
    const draws: Drawn | undefined = yield* drawn(find, parts, split.inner.length, target, generator, round);
    if (!draws) return best;
    const before: number = best?.effectiveDraws ?? 0;
    if (draws.kHat < TRUSTED && draws.effectiveDraws > before) best = draws;
    if (isGood(best) || (before > 0 && draws.effectiveDraws < GAIN * before)) return best;
    parts = yield* followed(parts, draws);
  }
  return best;
}

// Outer normals that have moved to where draws weigh, most of them as they are and some wider; the prior stays the last.
function* followed(parts: readonly Gaussian[], { outside, weights }: Drawn): Pieces<Gaussian[]> {
  const next = yield* moved(parts, outside, weights);
  return [...scaled(next.map(wider), WIDE), ...scaled(next, 1 - WIDE)];
}

/** Draws of all latents with their weights. */
interface Drawn {
  readonly outside: Float64Array;
  readonly kept: Float64Array;
  readonly proposed: Float64Array;
  readonly weights: Float64Array;
  readonly kHat: number;
  readonly effectiveDraws: number;
  readonly logEvidence: number;
}

function* drawn(
  find: Finder,
  proposal: readonly Gaussian[],
  inner: number,
  target: Target,
  generator: Generator,
  round: number,
): Pieces<Drawn | undefined> {
  const stream = STREAM + 1 + 2 * round;
  const outside = guideDraws(proposal, DRAWS, generator, stream);
  const noise = new Float64Array(inner * DRAWS);
  fillNormals(noiseRequest({ out: noise, generator, stream: stream + 1, lanes: DRAWS, dimensions: inner }));
  const { kept, inside } = yield* find(outside, DRAWS, noise);
  const logTarget = yield* piecesOf(target, kept, DRAWS);
  const proposed = (yield* mixturePieces(proposal, outside, DRAWS)).map((density, d) => density + inside[d]!);
  const logWeights = logTarget.map((density, d) => density - proposed[d]!);
  if (!logWeights.some(Number.isFinite) || logWeights.includes(Infinity)) return undefined;
  const { kHat, effectiveDraws, weights } = paretoSmoothed(logWeights);
  const logEvidence = logSumExp(logWeights) - log(DRAWS);
  return { outside, kept, proposed, weights, kHat, effectiveDraws, logEvidence };
}

function* weighed(
  { kept, proposed, weights, kHat, effectiveDraws, logEvidence }: Drawn,
  guides: readonly Gaussian[],
  first: readonly Gaussian[],
  generator: Generator,
): Pieces<Weighed> {
  const guide = (yield* mixturePieces(guides, kept, DRAWS)).map((density, d) => exp(density - proposed[d]!));
  // A guide that is at none of the draws has none of the posterior.
  const mass = guide.reduce((sum, share) => sum + share, 0) || 1;
  const distance = weights.reduce((sum, weight, d) => sum + Math.abs(weight - guide[d]! / mass) / 2, 0);
  const chosen = systematic(weights, KEPT, uniformSource(generator, STREAM)());
  const n = kept.length / DRAWS;
  const particles = Float64Array.from(
    { length: n * KEPT },
    (_, k) => kept[Math.floor(k / KEPT) * DRAWS + chosen[k % KEPT]!]!,
  );
  const half = Float64Array.from({ length: n * COUNT }, (_, k) => particles[(KEPT / COUNT) * k]!);
  const normals = yield* normalsAmong(half, first[first.length - 1]!, generator);
  return {
    proposal: [...scaled(normals, FOUND), ...scaled(first, 1 - FOUND)],
    kHat,
    effectiveDraws,
    draws: DRAWS,
    logEvidence,
    distance,
    drawn: { kept, weights },
    unweighted: particles,
  };
}

// The normal of some latents alone.
function marginalOf(part: Gaussian, latents: readonly number[]): Gaussian {
  const n = latents.length;
  const covariance = Float64Array.from({ length: n * n }, (_, k) =>
    covarianceOf(part, latents[Math.floor(k / n)]!, latents[k % n]!),
  );
  return {
    weight: part.weight,
    means: Float64Array.from(latents, (i) => part.means[i]!),
    scales: rootOf(covariance, n)!,
  };
}
