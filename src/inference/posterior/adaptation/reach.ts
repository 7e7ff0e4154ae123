/**
 * Draws of the priors tell, as far as they reach, whether the guides of a fit are all that there is of a posterior. Of a guide that is a hundredth as wide as the
 * prior, 1000 draws of the prior would meet another mode of its size ten times, and weigh far more there than the draws of the guide do.
 */
import { exp, log } from "../../../math/elementary.ts";
import { logSumExp } from "../../../math/log-sum-exp.ts";
import { type Pieces, piecesOf } from "../../../pieces/pieces.ts";
import type { Generator } from "../../../random/index.ts";
import { type Gaussian, sdOf, widened } from "../gaussian.ts";
import { countsOf, guideDraws, independent, mixturePieces } from "../guide-draws.ts";
import { paretoSmoothed } from "../pareto-tail.ts";
import { fitted } from "./mixture.ts";
import type { Target } from "./target.ts";

/** Draws of the guides; how often a mode as large as theirs is to be met by those of the prior. */
const [OWN, MEETINGS] = [820, 10];
/** Draws of the prior. */
const LEAST_SCANNED = 1024;
const MOST_SCANNED = 32_768;
/** The share of the guides' draws that has to count. */
const EVEN = 0.75;
/** A draw where the posterior has so many times the density of the guides and of wider ones, by which factors, is elsewhere: skew tails are not. */
const FAR = 10;
const WIDER = [1, 2, 4];
/**
 * So much of the posterior elsewhere is another mode. Weights do not show it: of two exponential decays that may change places the second mode has 2 %, and 820
 * draws of the guide beside 20 there, each of the weight of one, are worth 800.
 */
const ELSEWHERE = 0.005;

/** Draws of each guide with two latents in each other's place, or with others' signs; of one that has further latents where the prior has them fewer lie well. */
const EXCHANGED = 64;
const LOOSE = 128;

/** What draws of the guides and of the prior have told. */
export interface Reach {
  /** Whether the guides are all that there is: weights are nearly equal, and nothing is elsewhere; false where too many draws of the prior were needed. */
  readonly isEverything: boolean;
  /** Normals where the posterior is, and neither the guides nor wider ones are, with weights that sum to 1; undefined where there are none. */
  readonly elsewhere?: readonly Gaussian[];
}

/** Of guides whose weights sum to 1. Latents of one kind, the name of their transform, may change places. */
export function* reachPieces(
  target: Target,
  guides: readonly Gaussian[],
  prior: Gaussian,
  generator: Generator,
  stream: number,
  kinds: readonly (string | undefined)[] = [],
): Pieces<Reach> {
  const best = guides[0]!;
  const logVolume = best.scales.reduce((sum, row, i) => sum + log(row.get(i)! / prior.scales[i]!.get(i)!), 0);
  const needed = Math.ceil(MEETINGS * exp(Math.max(0, -logVolume)));
  const reaches = needed <= MOST_SCANNED;
  const exchanged = exchanges(best, prior, kinds);
  if (!reaches && exchanged.length === 0) return { isEverything: false };
  const scanned = reaches ? Math.max(needed, LEAST_SCANNED) : LEAST_SCANNED;
  const draws = exchanged.flat().reduce((sum, { weight }) => sum + weight, OWN + scanned);
  const groups = [
    [...guides.map((guide) => ({ ...guide, weight: guide.weight * OWN })), { ...prior, weight: scanned }],
    ...exchanged,
  ];
  const parts = groups.flat().map((part) => ({ ...part, weight: part.weight / draws }));
  const kept = guideDraws(parts, draws, generator, stream);
  yield;
  const proposed = yield* mixturePieces(parts, kept, draws);
  const densities = yield* piecesOf(target, kept, draws);
  yield;
  const logWeights = densities.map((density, d) => density - proposed[d]!);
  if (!logWeights.some(Number.isFinite) || logWeights.includes(Infinity)) return { isEverything: false };
  const counts = countsOf(parts, draws);
  let part = 0;
  const sizes = groups.map((group) => group.reduce((sum) => sum + counts[part++]!, 0));
  const elsewhere = yield* farFrom(guides, kept, densities, logWeights, sizes);
  yield;
  const { effectiveDraws } = paretoSmoothed(logWeights);
  return {
    isEverything: reaches && elsewhere.length === 0 && effectiveDraws > EVEN * (OWN + EXCHANGED),
    ...(elsewhere.length > 0 && { elsewhere }),
  };
}

/**
 * Where a posterior often has another mode, normals for one together, each with its number of draws as its weight: two latents of one kind in each other's place, and one or two latents on the real
 * line with the other sign, as the factors of a product. The others are as they are, or, beside two that change places, one or all of them where the prior has
 * them: the volume changes with the two rates of a drug, and the noise does not. Of 64 draws with both where their priors are half are no meeting.
 */
function exchanges(guide: Gaussian, prior: Gaussian, kinds: readonly (string | undefined)[]): Gaussian[][] {
  const sds = guide.means.map((_, i) => sdOf(guide, i));
  const placed = (at: (i: number) => readonly [mean: number, sd: number], weight: number): Gaussian => {
    const numbers = kinds.map((_, i) => at(i));
    return independent(
      numbers.map(([mean]) => mean),
      numbers.map(([, sd]) => sd),
      weight,
    );
  };
  const here = (i: number) => [guide.means[i]!, sds[i]!] as const;
  const there = (i: number) => [prior.means[i]!, sdOf(prior, i)] as const;
  const mirrored = (some: readonly number[]): Gaussian =>
    placed((i) => [some.includes(i) ? -guide.means[i]! : guide.means[i]!, sds[i]!], EXCHANGED);
  return kinds.flatMap((kind, i) => [
    ...(kind === undefined ? [[mirrored([i])]] : []),
    ...kinds.slice(0, i).flatMap((other, k) => {
      if (kind !== other) return [];
      const swapped = (rest: (l: number) => readonly [mean: number, sd: number], weight: number): Gaussian =>
        placed((l) => (l === i ? here(k) : l === k ? here(i) : rest(l)), weight);
      const others = kinds.flatMap((_, l) => (l === i || l === k ? [] : [l]));
      const loose = others.map((free) => swapped((l) => (l === free ? there(l) : here(l)), LOOSE));
      const free = loose.length > 1 ? [swapped(there, EXCHANGED)] : [];
      return [[swapped(here, EXCHANGED), ...loose, ...free], ...(kind === undefined ? [[mirrored([i, k])]] : [])];
    }),
  ]);
}

// A normal of those draws far from the guides that were made together, of each of the groups whose sizes are given, if the posterior has enough of itself there. One
// of all would be where most of that is: the flank of a skew posterior has more than a second mode of 3 %.
function* farFrom(
  guides: readonly Gaussian[],
  kept: Float64Array,
  densities: Float64Array,
  logWeights: Float64Array,
  sizes: readonly number[],
): Pieces<Gaussian[]> {
  const draws = densities.length;
  const wide = yield* mixturePieces(
    guides.flatMap((guide) =>
      WIDER.map((factor) => ({ ...widened(guide, factor), weight: guide.weight / WIDER.length })),
    ),
    kept,
    draws,
  );
  yield;
  const all = logSumExp(logWeights);
  const least = all - log(draws) + log(FAR);
  const weights = logWeights.map((weight, d) => (densities[d]! - wide[d]! > least ? exp(weight - all) : 0));
  const found: Gaussian[] = [];
  let first = 0;
  for (const size of sizes) {
    const own = weights.map((weight, d) => (d >= first && d < first + size ? weight : 0));
    first += size;
    if (!(own.reduce((sum, weight) => sum + weight, 0) > ELSEWHERE)) continue;
    // As wide as the guide is, where few draws tell.
    const most = own.reduce((best, weight, d) => (weight > own[best]! ? d : best), 0);
    const means = guides[0]!.means.map((_, i) => kept[i * draws + most]!);
    found.push(fitted({ ...guides[0]!, means }, kept, own));
  }
  return found.map((part) => ({ ...part, weight: 1 / found.length }));
}
