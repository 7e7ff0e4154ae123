/**
 * Draws of the priors tell, as far as they reach, whether the guides of a fit are all that there is of a posterior. Of a guide that is a hundredth as wide as the
 * prior, 1000 draws of the prior would meet another mode of its size ten times, and weigh far more there than the draws of the guide do.
 */
import { exp, log } from "../../../math/elementary.ts";
import { type Pieces, piecesOf } from "../../../pieces/pieces.ts";
import type { Generator } from "../../../random/index.ts";
import type { Gaussian } from "../gaussian.ts";
import { guideDraws, logMixture } from "../guide-draws.ts";
import { paretoSmoothed } from "../pareto-tail.ts";
import type { Target } from "./target.ts";

/** Draws of the guides; how often a mode as large as theirs is to be met by those of the prior. */
const [OWN, MEETINGS] = [820, 10];
/** Draws of the prior. */
const MOST_SCANNED = 32_768;
/** The share of the guides' draws that has to count. */
const EVEN = 0.75;

/** Whether the weights of draws of the guides, which sum to 1, and of the prior are nearly equal; false where too many draws of the prior were needed. */
export function* everythingPieces(
  target: Target,
  guides: readonly Gaussian[],
  prior: Gaussian,
  generator: Generator,
  stream: number,
): Pieces<boolean> {
  const logVolume = guides[0]!.scales.reduce((sum, row, i) => sum + log(row.get(i)! / prior.scales[i]!.get(i)!), 0);
  const scanned = Math.ceil(MEETINGS * exp(Math.max(0, -logVolume)));
  if (!(scanned <= MOST_SCANNED)) return false;
  const draws = OWN + scanned;
  const parts = [
    ...guides.map((guide) => ({ ...guide, weight: (guide.weight * OWN) / draws })),
    { ...prior, weight: scanned / draws },
  ];
  const kept = guideDraws(parts, draws, generator, stream);
  yield;
  const proposed = logMixture(parts, kept, draws);
  const densities = yield* piecesOf(target, kept, draws);
  yield;
  const logWeights = densities.map((density, d) => density - proposed[d]!);
  if (!logWeights.some(Number.isFinite) || logWeights.includes(Infinity)) return false;
  return paretoSmoothed(logWeights).effectiveDraws > EVEN * OWN;
}
