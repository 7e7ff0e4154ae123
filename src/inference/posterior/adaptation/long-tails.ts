/**
 * Latents whose sd rests on a few of the draws that answer for them. A tail that falls like 1/x² has no variance, and draws of it say how far they
 * themselves reach: of k under `halfCauchy(20)` that hardly any data bound, sds are 52, 3700 and 18,000 by three seeds. Quantiles are right all the same.
 */
import { squared } from "../../../math/squared.ts";
import type { Latent } from "../../../program/run.ts";
import { ascending } from "../../order.ts";

/** Draws by latent with their weights, which sum to 1; there are so many more where a posterior answers. */
export interface WeighedDraws {
  readonly kept: Float64Array;
  readonly weights: Float64Array;
  /** Their log densities, where these are known. */
  readonly densities?: Float64Array;
}

/** A latent, the share of the posterior that half of its variance comes from, and the standard error of its sd, as a share of that. */
export interface LongTail {
  readonly name: string;
  readonly half: number;
  readonly error: number;
  /** Whether more than 0.2 % of the posterior lies as far out as anybody looks, 2¹⁸ times as far as the quartile: then nothing may bound the latent. */
  readonly isEndless?: boolean;
}

/** Draws that a posterior answers by where fewer leave noise. */
export const ANSWERING = 16_384;
/** Half of the variance of a normal comes from 12 % of it, of an exponential from 5 %, of a lognormal with sds of 1 and 2 on the scale of logs from 2 % and 0.003 %. */
export const SMALL = 0.002;
/** Fourth moments over squared variances below which it comes from more than that: of a share m they are 1/(4m) at least. */
const FOURTH = 125;
/** The standard error of an sd from which on it is told. */
const LARGE = 0.2;

/** Those latents whose sd cannot be told, on their own scale. */
export function longTails(latents: readonly Latent[], { kept, weights }: WeighedDraws): LongTail[] {
  const draws = weights.length;
  return latents.flatMap((latent, i): LongTail[] => {
    const own = valuesAlone(latent, kept.subarray(i * draws, (i + 1) * draws));
    if (!own) return [];
    const { half, error } = tailOf(own, weights);
    return half < SMALL || error > LARGE ? [{ name: latent.name, half, error }] : [];
  });
}

/** Numbers of a latent on its own scale; undefined of one by its noise, between ends that are traced, or of an entry of a vector with a transform of its own, as these depend on others. */
export function valuesAlone({ node, value, transform, drawn }: Latent, kept: Float64Array): Float64Array | undefined {
  if (drawn !== undefined || (transform ? typeof transform.forward(0) !== "number" : value !== node)) return undefined;
  return transform ? kept.map((u) => transform.forward(u) as number) : kept;
}

/** The standard error of an sd by weighted draws, as a share of it: half that of the variance. */
export function sdError(values: Float64Array, weights: Float64Array): number {
  let [mean, variance, noise] = [0, 0, 0];
  for (let d = 0; d < values.length; d++) mean += weights[d]! * values[d]!;
  for (let d = 0; d < values.length; d++) variance += weights[d]! * squared(values[d]! - mean);
  for (let d = 0; d < values.length; d++) noise += squared(weights[d]! * (squared(values[d]! - mean) - variance));
  return (0.5 * Math.sqrt(noise)) / variance;
}

function tailOf(values: Float64Array, weights: Float64Array): Omit<LongTail, "name"> {
  const mean = values.reduce((sum, x, d) => sum + weights[d]! * x, 0);
  const squares = values.map((x) => squared(x - mean));
  const variance = squares.reduce((sum, square, d) => sum + weights[d]! * square, 0);
  // More draws answer than were looked at.
  const error = sdError(values, weights) * Math.sqrt(Math.min(1, values.length / ANSWERING));
  const fourth = squares.reduce((sum, square, d) => sum + weights[d]! * squared(square), 0);
  return { half: fourth < FOURTH * squared(variance) ? 1 : shareOf(squares, weights, variance / 2), error };
}

/** The share of the draws that has so much of the variance, the largest squares first. */
export function shareOf(squares: Float64Array, weights: Float64Array, variance: number): number {
  let [share, left] = [0, variance];
  for (const d of ascending(squares, Uint32Array.from(squares.keys())).reverse()) {
    if (left <= 0) break;
    share += weights[d]!;
    left -= weights[d]! * squares[d]!;
  }
  return share;
}
