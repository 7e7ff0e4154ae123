/**
 * Moves that leave a posterior as it is tell whether draws are draws of it: as many of them must come back as go away. Draws that weights call good lack a part
 * of the posterior that no draw of their proposal has met, and then some of them jump into it and none comes back:
 *
 *     a rate before a year and one after it, both under gamma(0.001, 0.001): if the year is the last one the later rate has no data, and lies anywhere
 *     down to e^−1000. No draw of a normal is there; 4096 weighted draws are worth 3200, and seven tenths of the posterior are missing
 *
 * Jumps go along one latent, any order of magnitude as likely as another: a place that is a thousand times as wide may be a thousand times as far away.
 */
import { exp } from "../../../math/elementary.ts";
import { squared } from "../../../math/squared.ts";
import { type Pieces, piecesOf } from "../../../pieces/pieces.ts";
import { type Generator, uniformSource } from "../../../random/index.ts";
import type { WeighedDraws } from "../adaptation/long-tails.ts";
import { fitted } from "../adaptation/mixture.ts";
import type { Target } from "../adaptation/target.ts";
import type { Gaussian } from "../gaussian.ts";
import { systematic } from "../guide-draws.ts";
import { weightedMarginal } from "../weighted.ts";

/** Jumps of all latents together, and of each at least. */
const JUMPS = 512;
const LEAST_JUMPS = 96;
const MOST_JUMPING = 128;
const STREAM = 16_384;
/** Up to e^12 sds far. */
const MAGNITUDES = 12;
/** Farther than so many sds is away. */
const AWAY = 4;
/** So large a share of the draws that goes away and does not come back is a part that is missing, if it is so many standard errors. */
const MISSING = 0.03;
const ERRORS = 3;

/** A part of the posterior that draws have not met. */
export interface Unmet {
  /** A normal where it was found. */
  readonly normal: Gaussian;
  /** The latent along which it lies, by its index. */
  readonly latent: number;
}

/** The part that most draws jump into, along each of the latents of `guide` by itself; undefined where as many come back. */
export function* unmetPart(
  target: Target,
  guide: Gaussian,
  generator: Generator,
  drawn: WeighedDraws,
): Pieces<Unmet | undefined> {
  const n = guide.means.length;
  if (n > MOST_JUMPING) return undefined;
  const { each, from, before, after, was, is } = jumpsOf(n, uniformSource(generator, STREAM), drawn);
  const count = n * each;
  const { densities } = drawn;
  const here = densities ? Float64Array.from(from, (d) => densities[d]!) : yield* piecesOf(target, before, count);
  const there = yield* piecesOf(target, after, count);
  let [most, latent] = [MISSING, -1];
  const gone = new Float64Array(count);
  for (let i = 0; i < n; i++) {
    let [net, squares] = [0, 0];
    for (let k = i * each; k < (i + 1) * each; k++) {
      if (was[k]! > AWAY === is[k]! > AWAY) continue;
      // Metropolis–Hastings: within an sd jumps are as likely everywhere, beyond as 1 over the distance.
      const accepted = Math.min(1, (exp(there[k]! - here[k]!) * Math.max(1, is[k]!)) / Math.max(1, was[k]!));
      // No part lies where rounding makes a density infinite, as of 3 under a hurdle, −log(1 − e^−λ) with λ = e^c, where c is below −745.
      if (!(accepted > 0) || there[k] === Infinity) continue;
      if (is[k]! > AWAY) gone[k] = accepted;
      net += is[k]! > AWAY ? accepted : -accepted;
      squares += squared(accepted);
    }
    if (!(net > most * each && net > ERRORS * Math.sqrt(squares))) continue;
    [most, latent] = [net / each, i];
  }
  if (latent < 0) return undefined;
  const own = gone.map((share, k) => (Math.floor(k / each) === latent ? share : 0));
  const sum = own.reduce((all, share) => all + share, 0);
  const weights = own.map((share) => share / sum);
  return { normal: fitted(guide, after, weights), latent };
}

/** Draws before and after a jump each, those along latent i from i · `each` on. */
interface Jumps {
  readonly each: number;
  /** Which draw jumps. */
  readonly from: Uint32Array;
  readonly before: Float64Array;
  readonly after: Float64Array;
  /** How far from the mean, in sds, it was along its latent, and is. */
  readonly was: Float64Array;
  readonly is: Float64Array;
}

function jumpsOf(n: number, uniform: () => number, { kept, weights }: WeighedDraws): Jumps {
  const draws = weights.length;
  const each = Math.max(LEAST_JUMPS, Math.floor(JUMPS / n));
  const count = n * each;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const chosen = systematic(weights, count, uniform(), total);
  // Draws in their order are those of one component of the proposal after the other: each latent has some of all.
  const from = chosen.map((_, k) => chosen[(k % each) * n + Math.floor(k / each)]!);
  const before = Float64Array.from(
    { length: n * count },
    (_, k) => kept[Math.floor(k / count) * draws + from[k % count]!]!,
  );
  const after = before.slice();
  const [was, is] = [new Float64Array(count), new Float64Array(count)];
  for (let i = 0; i < n; i++) {
    const { mean, sd } = weightedMarginal(kept.subarray(i * draws, (i + 1) * draws), weights);
    for (let k = i * each; k < (i + 1) * each; k++) {
      const at = uniform() * (1 + MAGNITUDES);
      is[k] = at < 1 ? at : exp(at - 1);
      was[k] = Math.abs(before[i * count + k]! - mean) / sd;
      after[i * count + k] = mean + (uniform() < 0.5 ? -sd : sd) * is[k]!;
    }
  }
  return { each, from, before, after, was, is };
}
