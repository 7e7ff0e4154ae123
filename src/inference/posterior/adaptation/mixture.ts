/** A mixture of normals that follows weighted draws: a step of EM, in which each normal moves to the draws that it accounts for. */
import { choleskyInto } from "../../../linalg/cholesky.ts";
import { exp } from "../../../math/elementary.ts";
import { logSumExpOfRows } from "../../../math/log-sum-exp.ts";
import type { Pieces } from "../../../pieces/pieces.ts";
import { covarianceOf, type Gaussian, widened } from "../gaussian.ts";
import { weightedLogs } from "../guide-draws.ts";

/** Least share of a normal. */
const LEAST = 0.005;
/** Variances are those of the draws times this: a tail that is too long costs less than one that is too short. */
const LONGER = 1.2;
/** The log of a share of a draw that does not count. */
const NOTHING = -40;
const WIDER = 2;

/** All parts but the last, the prior, moved, if they count. Draws lie by latent, draw d of latent i at i · count + d, and weigh `weights`. */
export function* moved(parts: readonly Gaussian[], kept: Float64Array, weights: Float64Array): Pieces<Gaussian[]> {
  const draws = weights.length;
  const logs = yield* weightedLogs(parts, kept, draws);
  const all = logSumExpOfRows(logs, draws);
  const last = parts.length - 1;
  const shares = new Float64Array(draws);
  const next: Gaussian[] = [];
  for (let k = 0; k < last; k++) {
    const own = logs[k]!;
    for (let d = 0; d < draws; d++) {
      const below = own[d]! - all[d]!;
      shares[d] = below < NOTHING ? 0 : weights[d]! * exp(below);
    }
    next.push(fitted(parts[k]!, kept, shares));
    yield;
  }
  // A normal that accounts for less than the least share is left out, as every part is weighed at all draws: of 25 about half stay.
  const counting = next.filter(({ weight }) => weight > LEAST);
  const staying = counting.length > 0 ? counting : next;
  const sum = staying.reduce((share, { weight }) => share + weight, 0);
  const prior = parts[last]!;
  return [...staying.map((part) => ({ ...part, weight: (part.weight * (1 - prior.weight)) / sum })), prior];
}

/** The normal with the moments of weighted draws, as far as there are enough of them: of fewer than n much of what `part` was stays. */
export function fitted(part: Gaussian, kept: Float64Array, weights: Float64Array): Gaussian {
  const n = part.means.length;
  const total = weights.length;
  let [mass, squares] = [0, 0];
  for (const weight of weights) {
    mass += weight;
    squares += weight * weight;
  }
  const weight = Math.max(mass, LEAST);
  if (!(squares > 0)) return { ...part, weight };
  const count = (mass * mass) / squares;
  const means = new Float64Array(n);
  // Only draws that count, about their mean: of twelve normals each has a part of them.
  const places = new Uint32Array(total);
  let used = 0;
  for (let d = 0; d < total; d++) if (weights[d]! > 0) places[used++] = d;
  const apart = new Float64Array(n * used);
  const weighed = new Float64Array(used);
  const products = new Float64Array(n);
  const covariance = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const [from, to] = [i * total, i * used];
    let sum = 0;
    for (let d = 0; d < used; d++) sum += weights[places[d]!]! * kept[from + places[d]!]!;
    const mean = sum / mass;
    means[i] = (count * mean + part.means[i]!) / (count + 1);
    for (let d = 0; d < used; d++) {
      apart[to + d] = kept[from + places[d]!]! - mean;
      weighed[d] = weights[places[d]!]! * apart[to + d]!;
    }
    sumProducts(products, weighed, apart, i + 1);
    for (let k = 0; k <= i; k++)
      covariance[i * n + k] =
        (LONGER * count * (products[k]! / mass) + (n + 2) * covarianceOf(part, i, k)) / (count + n + 2);
  }
  const scales = rootOf(covariance, n);
  return scales ? { ...part, weight, means, scales } : { ...part, weight };
}

// The sums of the products of `row` with each of so many of `rows`. Four sums at once do not wait for one another's additions: in 32 latents that takes half the time.
function sumProducts(out: Float64Array, row: Float64Array, rows: Float64Array, many: number): void {
  const length = row.length;
  let k = 0;
  for (; k + 4 <= many; k += 4) sumFour(out, row, rows, k);
  for (; k < many; k++) {
    let sum = 0;
    for (let d = 0, at = k * length; d < length; d++) sum += row[d]! * rows[at + d]!;
    out[k] = sum;
  }
}

function sumFour(out: Float64Array, row: Float64Array, rows: Float64Array, k: number): void {
  const length = row.length;
  const p = k * length;
  const q = p + length;
  const r = q + length;
  const s = r + length;
  let [w, x, y, z] = [0, 0, 0, 0];
  for (let d = 0; d < length; d++) {
    const own = row[d]!;
    w += own * rows[p + d]!;
    x += own * rows[q + d]!;
    y += own * rows[r + d]!;
    z += own * rows[s + d]!;
  }
  out[k] = w;
  out[k + 1] = x;
  out[k + 2] = y;
  out[k + 3] = z;
}

/** The rows of a lower triangular root; undefined where the matrix has none. */
export function rootOf(covariance: Float64Array, n: number): Map<number, number>[] | undefined {
  const root = new Float64Array(n * n);
  try {
    choleskyInto(root, covariance, n);
  } catch {
    return undefined;
  }
  return Array.from({ length: n }, (_, i) => {
    const row = new Map<number, number>();
    for (let k = 0; k <= i; k++) row.set(k, root[i * n + k]!);
    return row;
  });
}

/** The same about the same means, with sds twice as large. */
export function wider(part: Gaussian): Gaussian {
  return widened(part, WIDER);
}
