/**
 * Draws of guides and their densities, in numbers: of a mixture of guides, as of the optima of a fit, component by component.
 * Numbers of latent i at draw d lie at i · draws + d.
 */

import { log } from "../../math/elementary.ts";
import { logSumExpOfRows } from "../../math/log-sum-exp.ts";
import { HALF_LOG_2PI } from "../../math/normal.ts";
import { finished, type Pieces } from "../../pieces/pieces.ts";
import { fillNormals, fillSobolNormals, type Generator, noiseRequest } from "../../random/index.ts";
import type { Start } from "../../transforms/transform.ts";
import type { Gaussian } from "./gaussian.ts";

/** Independent normals where guides start. */
export function ofStarts(starts: readonly Start[], weight: number): Gaussian {
  return independent(
    starts.map(({ mean }) => mean),
    starts.map(({ sd }) => sd),
    weight,
  );
}

/** Independent normals as a guide. */
export function independent(means: readonly number[], sds: readonly number[], weight: number): Gaussian {
  return { weight, means: Float64Array.from(means), scales: sds.map((sd, i) => new Map([[i, sd]])) };
}

/** How many of so many draws fall to each component: its share of them, to a draw. */
export function countsOf(components: readonly Gaussian[], draws: number): number[] {
  let [sum, before] = [0, 0];
  return components.map(({ weight }) => {
    sum += weight;
    const upTo = Math.round(sum * draws);
    const count = upTo - before;
    before = upTo;
    return count;
  });
}

/** Draws of a mixture whose weights sum to 1, those of one component after the other. */
export function guideDraws(
  components: readonly Gaussian[],
  draws: number,
  generator: Generator,
  stream = 0,
): Float64Array {
  const n = components[0]!.means.length;
  const noise = new Float64Array(n * draws);
  if (n > 0) fillNormals(noiseRequest({ out: noise, generator, stream, lanes: draws, dimensions: n }));
  return drawsOfNoise(components, noise, draws);
}

/** The same that lie evenly: those of each component are points of a scrambled Sobol set. */
export function evenDraws(components: readonly Gaussian[], draws: number, generator: Generator): Float64Array {
  const dimensions = components[0]!.means.length;
  const out = new Float64Array(dimensions * draws);
  let at = 0;
  countsOf(components, draws).forEach((lanes, stream) => {
    if (dimensions > 0 && lanes > 0)
      fillSobolNormals(noiseRequest({ out, at, stride: draws, generator, stream, lanes, dimensions }));
    at += lanes;
  });
  return drawsOfNoise(components, out, draws);
}

/** The same of standard normals that are given, row by latent: of points that lie evenly, for instance. */
export function drawsOfNoise(components: readonly Gaussian[], noise: Float64Array, draws: number): Float64Array {
  const n = components[0]!.means.length;
  const found = new Float64Array(n * draws);
  let from = 0;
  countsOf(components, draws).forEach((count, c) => {
    const { means, scales } = components[c]!;
    for (let i = 0; i < n; i++) {
      found.fill(means[i]!, i * draws + from, i * draws + from + count);
      for (const [j, scale] of scales[i]!)
        for (let d = from; d < from + count; d++) found[i * draws + d]! += scale * noise[j * draws + d]!;
    }
    from += count;
  });
  return found;
}

/** Draws of which the noise is known at once: that of 16 latents stays in a processor's first cache. */
const BLOCK = 256;

// The loops over draws are functions of their own: an engine that finds one hot optimises all of the function that it is in, and does so again and
// again while the outer loops run. In one function that took longer than the loops themselves.

/** The log density of all latents at each draw. */
export function jointLogs({ means, scales }: Gaussian, at: Float64Array, draws: number): Float64Array {
  const n = means.length;
  const total = new Float64Array(draws);
  const noise = new Float64Array(n * BLOCK);
  const rows = scales.map(rowOf);
  for (let first = 0; first < draws; first += BLOCK) {
    const count = Math.min(BLOCK, draws - first);
    for (let i = 0; i < n; i++) {
      const { own, constant, from, by } = rows[i]!;
      const to = i * BLOCK;
      subtractMean(noise, to, count, at, i * draws + first, means[i]!);
      for (let k = 0; k < by.length; k += 4) subtractFour(noise, to, count, from, by, k);
      addLogs(total, first, count, noise, to, own, constant);
    }
  }
  return total;
}

/** How noise makes one latent: its own, and multiples of that of others. */
function rowOf(row: ReadonlyMap<number, number>, i: number) {
  const others = [...row].filter(([j]) => j !== i);
  // In fours: a multiple of 0 fills up the last four.
  while (others.length % 4 !== 0) others.push([i, 0]);
  return {
    own: row.get(i)!,
    constant: log(row.get(i)!) + HALF_LOG_2PI,
    from: Uint32Array.from(others, ([j]) => j * BLOCK),
    by: Float64Array.from(others, ([, scale]) => scale),
  };
}

function subtractMean(
  noise: Float64Array,
  to: number,
  count: number,
  at: Float64Array,
  start: number,
  mean: number,
): void {
  for (let d = 0; d < count; d++) noise[to + d] = at[start + d]! - mean;
}

function subtractFour(
  noise: Float64Array,
  to: number,
  count: number,
  from: Uint32Array,
  by: Float64Array,
  k: number,
): void {
  const p = from[k]!;
  const q = from[k + 1]!;
  const r = from[k + 2]!;
  const s = from[k + 3]!;
  const w = by[k]!;
  const x = by[k + 1]!;
  const y = by[k + 2]!;
  const z = by[k + 3]!;
  for (let d = 0; d < count; d++)
    noise[to + d]! -= w * noise[p + d]! + x * noise[q + d]! + (y * noise[r + d]! + z * noise[s + d]!);
}

// Where the rest is a latent's own noise: that over its scale, and its log density.
function addLogs(
  total: Float64Array,
  first: number,
  count: number,
  noise: Float64Array,
  from: number,
  own: number,
  constant: number,
): void {
  for (let d = 0; d < count; d++) {
    const epsilon = noise[from + d]! / own;
    noise[from + d] = epsilon;
    total[first + d]! += -0.5 * epsilon * epsilon - constant;
  }
}

/** The log density of one latent of independent normals, at one number. */
export function ownLog({ means, scales }: Gaussian, i: number, at: number): number {
  const own = scales[i]!.get(i)!;
  const epsilon = (at - means[i]!) / own;
  return -0.5 * epsilon * epsilon - (log(own) + HALF_LOG_2PI);
}

/** The log density of a mixture at each draw. */
export function logMixture(components: readonly Gaussian[], at: Float64Array, draws: number): Float64Array {
  return finished(mixturePieces(components, at, draws));
}

/** The same, a component at a time: 25 normals of 40 latents take 4096 draws half a second. */
export function* mixturePieces(components: readonly Gaussian[], at: Float64Array, draws: number): Pieces<Float64Array> {
  return logSumExpOfRows(yield* weightedLogs(components, at, draws), draws);
}

/** That of each component at each draw, with the log of its weight. */
export function* weightedLogs(
  components: readonly Gaussian[],
  at: Float64Array,
  draws: number,
): Pieces<Float64Array[]> {
  const all: Float64Array[] = [];
  for (const component of components) {
    const logs = jointLogs(component, at, draws);
    addToAll(logs, log(component.weight));
    all.push(logs);
    yield;
  }
  return all;
}

function addToAll(values: Float64Array, added: number): void {
  for (let d = 0; d < values.length; d++) values[d]! += added;
}

/**
 * So many indices in proportion to weights that sum to 1: of weight 0.25 among 8 draws two, give or take one. They come in random order, so
 * that the first thousand are as good as the last.
 */
export function inProportion(weights: Float64Array, count: number, next: () => number): Uint32Array {
  const chosen = systematic(weights, count, next());
  for (let k = count - 1; k > 0; k--) {
    const other = Math.floor(next() * (k + 1));
    [chosen[k], chosen[other]] = [chosen[other]!, chosen[k]!];
  }
  return chosen;
}

/** The same in order, of weights that sum to `total`, by places that lie evenly: `shift` in [0, 1) says where the first one is. */
export function systematic(weights: ArrayLike<number>, count: number, shift: number, total: number = 1): Uint32Array {
  const chosen = new Uint32Array(count);
  let [d, below] = [0, weights[0]!];
  for (let k = 0; k < count; k++) {
    const place = ((k + shift) / count) * total;
    while (below < place && d < weights.length - 1) below += weights[++d]!;
    chosen[k] = d;
  }
  return chosen;
}
