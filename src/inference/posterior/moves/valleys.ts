/**
 * Draws that answer tell whether two places where normals lie are two modes of a posterior or one. Climbs end at several places of one mode too, as a guide without correlations
 * does along a ridge, and draws meet modes where no climb has ended; so the draws are looked at along the line from one place to the other:
 *
 *     a dose from which on a drug has an effect is 2.2 ± 0.2 by one guide and 2.9 ± 0.2 by another, 49 % each: the posterior between them is as high as at either.
 *     z² = 4 ± 0.4 says 2 or −2, and between them it is almost nowhere
 */
import { exp } from "../../../math/elementary.ts";
import { squared } from "../../../math/squared.ts";
import type { WeighedDraws } from "../adaptation/long-tails.ts";
import { type Gaussian, sdOf } from "../gaussian.ts";

/** Where the density of the draws is less than this share of the lower one of two peaks there is a valley. */
const DEEP = 0.5;
/** Points of the line at which it is looked at, from as far before the first place as beyond the second, and bins in which the draws lie for that. */
const [POINTS, BINS] = [65, 520];
const BEYOND = 0.5;
/** The width of the kernel, in sds of the normal that is near. */
const KERNEL = 0.3;
/** A mode has so many effective draws at least. */
const FEWEST = 20;
/** Two places nearer than this, Σ (μ − μ′)²/(σ² + σ′²), are one: 2.5 joint sds. */
const NEAR = 6;

/** The share of the posterior that is on the other side of the valley between two places; 0 where there is none. */
export function shareBeyond(from: Gaussian, to: Gaussian, drawn: WeighedDraws): number {
  const { along, widths } = projected(from, to, drawn.kept, drawn.weights.length);
  const valley = along && valleyOf(smoothed(along, drawn.weights, widths));
  return valley === undefined ? 0 : shareFrom(placeOf(valley), along!, drawn.weights);
}

/** Draws along the line from one place, 0, to another, 1, and the kernel's widths at both; no draws where the two are one. */
interface Projected {
  readonly along?: Float64Array;
  readonly widths: readonly [atFirst: number, atSecond: number];
}

function projected(from: Gaussian, to: Gaussian, kept: Float64Array, draws: number): Projected {
  const n = from.means.length;
  const along = new Float64Array(draws);
  let [whole, first, second] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const apart = to.means[i]! - from.means[i]!;
    const [narrow, wide] = [squared(sdOf(from, i)), squared(sdOf(to, i))];
    const slope = apart / (narrow + wide);
    whole += slope * apart;
    first += squared(slope) * narrow;
    second += squared(slope) * wide;
    for (let d = 0; d < draws; d++) along[d]! += slope * (kept[i * draws + d]! - from.means[i]!);
  }
  const widths = [(KERNEL * Math.sqrt(first)) / whole, (KERNEL * Math.sqrt(second)) / whole] as const;
  return { widths, ...(whole > NEAR && { along: along.map((distance) => distance / whole) }) };
}

/** Where on the line a share of what is looked at lies. */
const placeAt = (share: number): number => -BEYOND + (1 + 2 * BEYOND) * share;
const placeOf = (point: number): number => placeAt(point / (POINTS - 1));

// The density of weighted draws at the points of the line, by a normal kernel whose width goes from that of the first place to that of the second.
function smoothed(along: Float64Array, weights: Float64Array, [first, second]: Projected["widths"]): Float64Array {
  const bins = new Float64Array(BINS);
  along.forEach((place, d) => {
    const bin = Math.floor((BINS * (place + BEYOND)) / (1 + 2 * BEYOND));
    if (bin >= 0 && bin < BINS) bins[bin]! += weights[d]!;
  });
  return Float64Array.from({ length: POINTS }, (_, p) => {
    const t = placeOf(p);
    const width = first + Math.min(1, Math.max(0, t)) * (second - first);
    const share = (weight: number, b: number): number =>
      weight * exp(-0.5 * squared((t - placeAt((b + 0.5) / BINS)) / width));
    return bins.reduce((sum, weight, b) => sum + share(weight, b), 0) / width;
  });
}

// The lowest point between the highest ones of both halves, where it is deep.
function valleyOf(density: Float64Array): number | undefined {
  const best = (first: number, last: number, sign: number): number => {
    let found = first;
    for (let p = first; p <= last; p++) if (sign * density[p]! > sign * density[found]!) found = p;
    return found;
  };
  const middle = (POINTS - 1) / 2;
  const [left, right] = [best(0, middle, 1), best(middle, POINTS - 1, 1)];
  const lowest = best(left, right, -1);
  return density[lowest]! < DEEP * Math.min(density[left]!, density[right]!) ? lowest : undefined;
}

// The share of the weight beyond a place. A few draws of a tail lie in heaps by chance, and a proposal that follows draws has normals there: they have none.
function shareFrom(place: number, along: Float64Array, weights: Float64Array): number {
  let [sum, squares] = [0, 0];
  weights.forEach((weight, d) => {
    if (!(along[d]! > place)) return;
    sum += weight;
    squares += squared(weight);
  });
  return squared(sum) < FEWEST * squares ? 0 : sum;
}

/** A mode beside that of the best optimum, and its share of the posterior. */
export interface Mode {
  readonly place: Gaussian;
  readonly share: number;
}

/** The modes at some places beside `here`, each once. */
export function modesAt(here: Gaussian, places: readonly Gaussian[], drawn: WeighedDraws): Mode[] {
  const modes: Mode[] = [];
  for (const place of places) {
    const share = shareBeyond(here, place, drawn);
    if (share > 0 && modes.every((other) => shareBeyond(other.place, place, drawn) > 0)) modes.push({ place, share });
  }
  return modes;
}
