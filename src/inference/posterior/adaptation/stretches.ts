/**
 * Tails that no draw has reached. Under a prior that has no sd, such as a half-Cauchy, a posterior has none where the data let a latent grow, and draws may not show it:
 * the slope of a line that separates two groups lies about 30 ± 60 by 16,384 draws, and has a tail like 1/x². So draws of the upper quarter are stretched, two times,
 * four times, … as far from the median: what the density loses on the way is what the posterior has out there.
 *
 *     P(x beyond m + t·(q − m)) = E[1(x > q)·p(T z)·|T′|/p(z)], as T, which stretches x about m, takes what is beyond q there
 *
 * The other latents stay, or follow as they do among the draws: the rate of a count that was seldom seen is large where the chance of being seen is small. Each follows
 * what is stretched itself, or its logarithm: where the slope of a line through three points is twice as far off, the scatter is larger by log 2 on the scale of logs.
 */
import { exp, log } from "../../../math/elementary.ts";
import { squared } from "../../../math/squared.ts";
import { type Pieces, piecesOf } from "../../../pieces/pieces.ts";
import type { Latent } from "../../../program/run.ts";
import { systematic } from "../guide-draws.ts";
import { weightedQuantiles } from "../weighted.ts";
import { type LongTail, SMALL, valuesAlone, type WeighedDraws } from "./long-tails.ts";
import type { Target } from "./target.ts";

/** Draws of which those beyond the quartile are stretched, and how often to twice as far. */
const [DRAWS, STRETCHES] = [384, 18];
/** What lies beyond a quartile is stretched. */
const QUARTILE = 0.25;
/** Steps of a factor of two tell a variance within a factor of four: a sum of so many times what draws tell is no error of the steps. */
const MANY_TIMES = 16;
/** Less of the posterior tells nothing that anybody sees. */
const LEAST = 1e-8;

/** Of latents whose priors may have no sd those that have half of their variance, or twice what draws tell of it, in a tail of less than 0.2 %. */
export function* stretchedTails(
  target: Target,
  latents: readonly Latent[],
  hasNoSd: (latent: Latent) => boolean,
  { kept, weights }: WeighedDraws,
): Pieces<LongTail[]> {
  const total = weights.length;
  const found: LongTail[] = [];
  for (const [i, latent] of latents.entries()) {
    const own = hasNoSd(latent) ? valuesAlone(latent, kept.subarray(i * total, (i + 1) * total)) : undefined;
    if (!own) continue;
    const quantile = weightedQuantiles(own, weights);
    const mean = own.reduce((sum, x, d) => sum + weights[d]! * x, 0);
    const variance = own.reduce((sum, x, d) => sum + weights[d]! * (x - mean) * (x - mean), 0);
    const chosen = systematic(weights, DRAWS, 0.5);
    for (const side of [1, -1]) {
      const edge = quantile(side > 0 ? 1 - QUARTILE : QUARTILE);
      const beyond = Array.from(chosen).filter((d) => side * (own[d]! - edge) > 0);
      if (beyond.length < 2) continue;
      const rows = latents.map((_, k) => Float64Array.from(beyond, (d) => kept[k * total + d]!));
      const masses = yield* massesOf(target, latent, i, rows, quantile(0.5));
      const half = halfOf(masses, Math.abs(edge - quantile(0.5)), variance);
      if (half !== undefined) {
        found.push({ name: latent.name, half, error: 0, isEndless: masses[STRETCHES - 1]! > SMALL });
        break;
      }
    }
  }
  return found;
}

// The shares of the posterior beyond 2, 4, 8, … times the distance of the edge, as far as draws beyond it, row by latent, tell.
function* massesOf(
  target: Target,
  { transform }: Latent,
  i: number,
  rows: readonly Float64Array[],
  middle: number,
): Pieces<Float64Array> {
  const count = rows[0]!.length;
  const all = count * STRETCHES;
  const at = Float64Array.from({ length: rows.length * count }, (_, k) => rows[Math.floor(k / count)]![k % count]!);
  const before = yield* piecesOf(target, at, count);
  const jacobian = (u: number): number => (transform ? (transform.logJacobian(u) as number) : 0);
  const masses = new Float64Array(STRETCHES);
  const own = rows[i]!.map((u) => (transform ? (transform.forward(u) as number) : u));
  const distances = own.map((x) => log(Math.abs(x - middle)));
  const ways = rows.map((row) => [slopeOf(rows[i]!, row), slopeOf(distances, row)] as const);
  const followings: Following[][] = [
    rows.map(() => [0, 0]),
    ways.map(([along]) => [along.slope, 0]),
    ways.map(([along, byLog]) => (along.told < byLog.told ? [0, byLog.slope] : [along.slope, 0])),
  ];
  for (const following of rows.length > 1 ? followings : followings.slice(0, 1)) {
    const stretched = new Float64Array(rows.length * all);
    const logs = new Float64Array(all);
    for (let k = 0; k < all; k++) {
      const [d, times] = [k % count, 2 << Math.floor(k / count)];
      const u = rows[i]![d]!;
      const x = middle + times * (own[d]! - middle);
      const v = transform ? (transform.inverse(x) as number) : x;
      const isInside = Number.isFinite(v);
      logs[k] = isInside ? log(times) + jacobian(u) - jacobian(v) : Number.NEGATIVE_INFINITY;
      for (let l = 0; l < rows.length; l++) {
        const [along, byLog] = l === i ? [1, 0] : following[l]!;
        stretched[l * all + k] = rows[l]![d]! + (isInside ? along * (v - u) + byLog * log(times) : 0);
      }
    }
    const after = yield* piecesOf(target, stretched, all);
    for (let s = 0; s < STRETCHES; s++) {
      let sum = 0;
      for (let d = 0; d < count; d++) {
        const gained = after[s * count + d]! - before[d]! + logs[s * count + d]!;
        if (!Number.isNaN(gained)) sum += exp(Math.min(0, gained));
      }
      masses[s] = Math.max(masses[s]!, (QUARTILE * sum) / count);
    }
  }
  return masses;
}

/** By how much a latent moves with one that is stretched, and by how much where that is e times as far from the middle. */
type Following = readonly [along: number, byLog: number];

// By how much y moves with x, and how much of its squares that tells.
function slopeOf(x: Float64Array, y: Float64Array): { readonly slope: number; readonly told: number } {
  const [meanX, meanY] = [x, y].map((row) => row.reduce((sum, value) => sum + value, 0) / row.length) as [
    number,
    number,
  ];
  let [xx, xy] = [0, 0];
  for (let d = 0; d < x.length; d++) {
    xx += (x[d]! - meanX) * (x[d]! - meanX);
    xy += (x[d]! - meanX) * (y[d]! - meanY);
  }
  const slope = xx > 0 ? xy / xx : 0;
  return { slope, told: slope * xy };
}

// The share of the posterior that has half of the variance that draws tell of; undefined if that is more than `SMALL`, unless what lies farther out has many times
// that variance: where an improper posterior goes on for ever. ∫ x² dP = ∫ 2x²·P d(log x).
function halfOf(masses: Float64Array, distance: number, variance: number): number | undefined {
  let sum = 0;
  for (let s = STRETCHES - 1; s >= 0; s--) {
    const mass = masses[s]!;
    if (mass < LEAST) continue;
    sum += 2 * Math.LN2 * mass * squared(distance * (2 << s));
    if (mass > SMALL) return sum > MANY_TIMES * variance ? SMALL : undefined;
    if (sum > variance / 2) return mass;
  }
  return undefined;
}
