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
export function shareBeyond(from: Gaussian, to: Gaussian, { kept, weights }: WeighedDraws): number {
  const draws = weights.length;
  const n = from.means.length;
  const along = new Float64Array(draws);
  const variances = [0, 0];
  let whole = 0;
  for (let i = 0; i < n; i++) {
    const apart = to.means[i]! - from.means[i]!;
    const [narrow, wide] = [squared(sdOf(from, i)), squared(sdOf(to, i))];
    const slope = apart / (narrow + wide);
    whole += slope * apart;
    variances[0]! += squared(slope) * narrow;
    variances[1]! += squared(slope) * wide;
    for (let d = 0; d < draws; d++) along[d]! += slope * (kept[i * draws + d]! - from.means[i]!);
  }
  if (!(whole > NEAR)) return 0;
  const bins = new Float64Array(BINS);
  for (let d = 0; d < draws; d++) {
    const bin = Math.floor((BINS * (along[d]! / whole + BEYOND)) / (1 + 2 * BEYOND));
    if (bin >= 0 && bin < BINS) bins[bin]! += weights[d]!;
  }
  const at = (share: number): number => -BEYOND + (1 + 2 * BEYOND) * share;
  const [first, second] = variances.map((variance) => (KERNEL * Math.sqrt(variance)) / whole);
  const density = Float64Array.from({ length: POINTS }, (_, p) => {
    const t = at(p / (POINTS - 1));
    const width = first! + Math.min(1, Math.max(0, t)) * (second! - first!);
    return (
      bins.reduce((sum, weight, b) => sum + weight * exp(-0.5 * squared((t - at((b + 0.5) / BINS)) / width)), 0) / width
    );
  });
  const highest = (first: number, last: number): number => {
    let best = first;
    for (let p = first; p <= last; p++) if (density[p]! > density[best]!) best = p;
    return best;
  };
  const middle = (POINTS - 1) / 2;
  const [left, right] = [highest(0, middle), highest(middle, POINTS - 1)];
  let lowest = left;
  for (let p = left; p <= right; p++) if (density[p]! < density[lowest]!) lowest = p;
  if (!(density[lowest]! < DEEP * Math.min(density[left]!, density[right]!))) return 0;
  let [sum, squares, total] = [0, 0, 0];
  for (let d = 0; d < draws; d++) {
    total += weights[d]!;
    if (!(along[d]! > at(lowest / (POINTS - 1)) * whole)) continue;
    sum += weights[d]!;
    squares += squared(weights[d]!);
  }
  // A few draws of a tail lie in heaps by chance, and a proposal that follows draws has normals there.
  return squared(sum) < FEWEST * squares ? 0 : sum / total;
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
