/**
 * Weights tell nothing of where no draw of their proposal is: they look as good without it. Particles that come from the priors share nothing with the
 * proposal, and tell how far its draws may be off: a mean over N draws with weights w = p/q has a variance of E_p[w·f²]/N, f the distance from the mean.
 *
 *     a polynomial whose order is a latent, with orders 2 and 3 of probabilities 0.94 and 0.06: order 3 is long and thin, of 4096 draws few meet it, and
 *     their weights look good, with 3300 draws' worth; the slope has an sd of 0.036 by them, and of 0.057
 */
import { exp } from "../../../math/elementary.ts";
import { squared } from "../../../math/squared.ts";
import { type Pieces, piecesOf } from "../../../pieces/pieces.ts";
import type { Gaussian } from "../gaussian.ts";
import { mixturePieces } from "../guide-draws.ts";
import type { Target } from "./target.ts";

/** How large the standard error of a mean may be, in sds, and that of an sd, as a share of it. */
const LARGEST_ERROR = 0.1;

/** Draws that were weighed. */
interface Drawn {
  readonly proposal: readonly Gaussian[];
  readonly draws: number;
  readonly logEvidence: number;
}

/** Whether a mean or sd by weighted draws may be off by more than it should, as far as particles tell; a share so small as `few` of them is not listened to. */
export function* isShort(
  target: Target,
  particles: Float64Array,
  { proposal, draws, logEvidence }: Drawn,
  few = 0,
): Pieces<boolean> {
  const n = proposal[0]!.means.length;
  const count = particles.length / n;
  const logTarget = yield* piecesOf(target, particles, count);
  const proposed = yield* mixturePieces(proposal, particles, count);
  const weights = logTarget.map((density, d) => exp(density - proposed[d]! - logEvidence));
  for (let i = 0; i < n; i++) {
    const own = particles.subarray(i * count, (i + 1) * count);
    const mean = own.reduce((sum, x) => sum + x, 0) / count;
    const squares = own.map((x) => squared(x - mean));
    const variance = squares.reduce((sum, x) => sum + x, 0) / count;
    const ofMean = mostlyOf(
      squares.map((square, d) => weights[d]! * (square / variance)),
      few,
    );
    const ofVariance = mostlyOf(
      squares.map((square, d) => weights[d]! * squared(square / variance - 1)),
      few,
    );
    // The error of an sd is half that of the variance, as a share.
    const most = Math.max(ofMean, ofVariance / 4);
    if (!(Math.sqrt(most / draws) < LARGEST_ERROR)) return true;
  }
  return false;
}

// Their mean without the largest ones.
function mostlyOf(values: Float64Array, few: number): number {
  const sorted = values.sort();
  const used = sorted.subarray(0, Math.ceil((1 - few) * sorted.length));
  return used.reduce((sum, x) => sum + x, 0) / sorted.length;
}
