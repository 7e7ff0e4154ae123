/**
 * Draws of the priors tell, as far as they reach, whether the guides of a fit are all that there is of a posterior. Of a guide that is a hundredth as wide as the
 * prior, 1000 draws of the prior would meet another mode of its size ten times, and weigh far more there than the draws of the guide do.
 */
import { exp, log } from "../../../math/elementary.ts";
import { logSumExp } from "../../../math/log-sum-exp.ts";
import { type Pieces, piecesOf } from "../../../pieces/pieces.ts";
import type { Generator } from "../../../random/index.ts";
import { type Gaussian, sdOf, widened } from "../gaussian.ts";
import { guideDraws, independent, mixturePieces } from "../guide-draws.ts";
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

/** Draws of each guide with two latents in each other's place, or with others' signs. */
const EXCHANGED = 64;

/** What draws of the guides and of the prior have told. */
export interface Reach {
  /** Whether the guides are all that there is: weights are nearly equal, and nothing is elsewhere; false where too many draws of the prior were needed. */
  readonly isEverything: boolean;
  /** A normal where the posterior is, and neither the guides nor wider ones are. */
  readonly elsewhere?: Gaussian;
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
  const draws = OWN + scanned + EXCHANGED * exchanged.length;
  const parts = [
    ...guides.map((guide) => ({ ...guide, weight: (guide.weight * OWN) / draws })),
    ...exchanged.map((guide) => ({ ...guide, weight: EXCHANGED / draws })),
    { ...prior, weight: scanned / draws },
  ];
  const kept = guideDraws(parts, draws, generator, stream);
  yield;
  const proposed = yield* mixturePieces(parts, kept, draws);
  const densities = yield* piecesOf(target, kept, draws);
  yield;
  const logWeights = densities.map((density, d) => density - proposed[d]!);
  if (!logWeights.some(Number.isFinite) || logWeights.includes(Infinity)) return { isEverything: false };
  const elsewhere = yield* farFrom(guides, kept, densities, logWeights);
  const { effectiveDraws } = paretoSmoothed(logWeights);
  return {
    isEverything: reaches && !elsewhere && effectiveDraws > EVEN * (OWN + EXCHANGED),
    ...(elsewhere && { elsewhere }),
  };
}

/**
 * Where a posterior often has another mode: two latents of one kind in each other's place, the others as they are, or where the prior has them (the volume changes with the
 * two rates of a drug), and one or two latents on the real line with the other sign, as the factors of a product.
 */
function exchanges(guide: Gaussian, prior: Gaussian, kinds: readonly (string | undefined)[]): Gaussian[] {
  const sds = guide.means.map((_, i) => sdOf(guide, i));
  const placed = (at: (i: number) => readonly [mean: number, sd: number]): Gaussian => {
    const numbers = kinds.map((_, i) => at(i));
    return independent(
      numbers.map(([mean]) => mean),
      numbers.map(([, sd]) => sd),
      1,
    );
  };
  const here = (i: number) => [guide.means[i]!, sds[i]!] as const;
  const mirrored = (some: readonly number[]): Gaussian =>
    placed((i) => [some.includes(i) ? -guide.means[i]! : guide.means[i]!, sds[i]!]);
  return kinds.flatMap((kind, i) => [
    ...(kind === undefined ? [mirrored([i])] : []),
    ...kinds.slice(0, i).flatMap((other, k) => {
      if (kind !== other) return [];
      const swapped = (rest: (l: number) => readonly [mean: number, sd: number]): Gaussian =>
        placed((l) => (l === i ? here(k) : l === k ? here(i) : rest(l)));
      const loose = kinds.length > 2 ? [swapped((l) => [prior.means[l]!, sdOf(prior, l)])] : [];
      return [swapped(here), ...loose, ...(kind === undefined ? [mirrored([i, k])] : [])];
    }),
  ]);
}

// The normal of draws far from the guides, if the posterior has enough of itself there.
function* farFrom(
  guides: readonly Gaussian[],
  kept: Float64Array,
  densities: Float64Array,
  logWeights: Float64Array,
): Pieces<Gaussian | undefined> {
  const draws = densities.length;
  const wide = yield* mixturePieces(
    guides.flatMap((guide) =>
      WIDER.map((factor) => ({ ...widened(guide, factor), weight: guide.weight / WIDER.length })),
    ),
    kept,
    draws,
  );
  const all = logSumExp(Array.from(logWeights));
  const least = all - log(draws) + log(FAR);
  const weights = logWeights.map((weight, d) => (densities[d]! - wide[d]! > least ? exp(weight - all) : 0));
  const elsewhere = weights.reduce((sum, weight) => sum + weight, 0);
  if (!(elsewhere > ELSEWHERE)) return undefined;
  // As wide as the guide is, where few draws tell.
  const most = weights.reduce((best, weight, d) => (weight > weights[best]! ? d : best), 0);
  const means = guides[0]!.means.map((_, i) => kept[i * draws + most]!);
  return fitted({ ...guides[0]!, means }, kept, weights);
}
