/**
 * Steps that follow the slope of the density: each particle is given a random speed and glides, as a ball in a bowl. In 43 latents, the days of
 * a stochastic volatility and its three parameters, a random step along all of them is a fifth of an sd long if it is to be accepted one time
 * in four; a glide of eight legs goes about an sd and is accepted four times in five.
 *
 * Source: R. Neal, MCMC using Hamiltonian dynamics, Handbook of Markov Chain Monte Carlo (2011), section 3.
 */
import { type Pieces, piecesOf } from "../../../pieces/pieces.ts";
import type { Gaussian } from "../gaussian.ts";
import type { Slopes } from "./slopes.ts";

/** Legs of a glide. */
const LEGS = 8;

/** Where glides go to, and by how much kinetic energy rises on the way. */
export interface Glides {
  readonly reached: Float64Array;
  readonly energy: Float64Array;
}

/**
 * Glides of all particles under the density p^power · prior^(1 − power), each leg `lengths[d]` long in sds of `spread`. The speeds are the noise, which is
 * overwritten; numbers of latent i lie from i · count on.
 */
export function* glidesOf(
  slopes: Slopes,
  prior: Gaussian,
  spread: Gaussian,
  kept: Float64Array,
  noise: Float64Array,
  lengths: Float64Array,
  power: number,
): Pieces<Glides> {
  const count = lengths.length;
  const reached = kept.slice();
  const energy = new Float64Array(count);
  const [root, transposed] = productsOf(spread, count);
  addSquares(energy, noise, -0.5);
  for (let leg = 0; leg <= LEGS; leg++) {
    const slope = yield* piecesOf(slopes, reached, count);
    if (power < 1) tempered(slope, prior, reached, power, count);
    // Half a push at both ends.
    const share = leg === 0 || leg === LEGS ? 0.5 : 1;
    addSums(noise, transposed, slope, lengths, share);
    if (leg < LEGS) addSums(reached, root, noise, lengths, 1);
    yield;
  }
  addSquares(energy, noise, 0.5);
  return { reached, energy };
}

function addSquares(to: Float64Array, rows: Float64Array, share: number): void {
  const count = to.length;
  for (let first = 0; first < rows.length; first += count)
    for (let d = 0; d < count; d++) to[d]! += share * rows[first + d]! * rows[first + d]!;
}

// The slope of p^power · prior^(1 − power), where the priors are independent.
function tempered(slope: Float64Array, prior: Gaussian, at: Float64Array, power: number, count: number): void {
  prior.means.forEach((mean, i) => {
    const sd = prior.scales[i]!.get(i)!;
    const stiffness = (1 - power) / (sd * sd);
    for (let k = i * count; k < (i + 1) * count; k++) slope[k] = power * slope[k]! - stiffness * (at[k]! - mean);
  });
}

/** Sums of rows, for each row those that are added to it and by which multiples, in fours. */
interface RowSums {
  readonly from: Uint32Array;
  readonly by: Float64Array;
}

function rowSums(
  n: number,
  count: number,
  entries: Iterable<readonly [to: number, from: number, by: number]>,
): RowSums[] {
  const all = Array.from({ length: n }, (): [number, number][] => []);
  for (const [to, from, by] of entries) all[to]!.push([from, by]);
  return all.map((own, i) => {
    // A multiple of 0 fills up the last four.
    while (own.length % 4 !== 0) own.push([i, 0]);
    return { from: Uint32Array.from(own, ([from]) => from * count), by: Float64Array.from(own, ([, by]) => by) };
  });
}

// The products of a root L with rows, and of its transpose.
function productsOf({ scales }: Gaussian, count: number): readonly [root: RowSums[], transposed: RowSums[]] {
  const entries = scales.flatMap((row, i) => [...row].map(([j, scale]) => [i, j, scale] as const));
  const n = scales.length;
  return [
    rowSums(n, count, entries),
    rowSums(
      n,
      count,
      entries.map(([i, j, scale]) => [j, i, scale] as const),
    ),
  ];
}

// Adds share·length·(sums of the rows of `values`) to the rows of `out`.
function addSums(
  out: Float64Array,
  sums: readonly RowSums[],
  values: Float64Array,
  lengths: Float64Array,
  share: number,
): void {
  const count = lengths.length;
  for (let i = 0; i < sums.length; i++) {
    const { from, by } = sums[i]!;
    const to = i * count;
    for (let k = 0; k < by.length; k += 4) {
      const [p, q, r, s] = [from[k]!, from[k + 1]!, from[k + 2]!, from[k + 3]!];
      const [w, x, y, z] = [share * by[k]!, share * by[k + 1]!, share * by[k + 2]!, share * by[k + 3]!];
      for (let d = 0; d < count; d++)
        out[to + d]! +=
          lengths[d]! * (w * values[p + d]! + x * values[q + d]! + (y * values[r + d]! + z * values[s + d]!));
    }
  }
}
