/**
 * For numbers of the outer latents the normal that the inner ones nearly have: its mean is where the density is highest, by Newton steps, its covariance
 * the inverse curvature there. Where the inner ones are normal given the outer ones that is exact, and the density of the outer ones alone is
 * p(θ, m)·√det(2πC).
 *
 * Source: L. Tierney and J. Kadane, J. Am. Stat. Assoc. 81 (1986) 82–86; H. Rue, S. Martino, N. Chopin, J. R. Stat. Soc. B 71 (2009) 319–392.
 */

import { evaluationPieces } from "../../../autodiff/tape/evaluation.ts";
import { EnvelopeFactor } from "../../../linalg/envelope-cholesky.ts";
import { HALF_LOG_2PI } from "../../../math/normal.ts";
import type { Pieces } from "../../../pieces/pieces.ts";
import type { Source } from "../source.ts";
import type { Split } from "./split.ts";

/** Points of one run of the tape. */
const POINTS = 256;
/** Runs in which a mode is found, or else is where they have come. */
const MOST_STEPS = 40;
/** Half the gain that a step promises, in nats, where no more is taken. */
const ENOUGH = 1e-4;

/** Of normals of the inner latents at draws of the outer ones. */
export interface Modes {
  /** The log density of the outer latents, as far as the inner ones are normal. */
  readonly outside: Float64Array;
  /** Draws of all latents, by latent, for the noise that was given, and the log densities of their inner ones. */
  readonly kept: Float64Array;
  readonly inside: Float64Array;
}

/** What finds them: outer draws and noise by latent. Without noise there are no draws. */
export type Finder = (outer: Float64Array, draws: number, noise?: Float64Array) => Pieces<Modes>;

/** It searches from the inner latents' numbers among `start`, numbers of all latents. */
export function* finderOf(
  { trace: { graph, latents }, engine }: Source,
  { inner, outer, density, slopes, entries }: Split,
  start: Float64Array,
): Pieces<Finder> {
  const { run, value } = yield* evaluationPieces(graph, [density, ...slopes, ...entries.map(({ node }) => node)], {
    engine,
    laneInputs: latents.map(({ node }) => node),
    points: POINTS,
  });
  const [n, m] = [latents.length, inner.length];
  const factor = new EnvelopeFactor(m, entries);
  const lanes = new Float64Array(n * POINTS);
  const [at, step] = [new Float64Array(m * POINTS), new Float64Array(m * POINTS)];
  const best = new Float64Array(POINTS);
  const share = new Float64Array(POINTS);
  const direction = new Float64Array(m);
  const owner = new Int32Array(POINTS);
  const runs = new Int32Array(POINTS);
  return function* (given, draws, noise) {
    const [outside, inside] = [new Float64Array(draws), new Float64Array(draws)];
    const kept = new Float64Array(noise ? n * draws : 0);
    let next = 0;
    // A point that is free takes the next draw, if there is one: of some the mode is found in two runs, of others in thirty.
    const begin = (p: number): void => {
      const d = next < draws ? next++ : -1;
      owner[p] = d;
      runs[p] = 0;
      best[p] = -Infinity;
      inner.forEach((i) => {
        lanes[i * POINTS + p] = start[i]!;
      });
      outer.forEach((i, o) => {
        lanes[i * POINTS + p] = given[o * draws + Math.max(d, 0)]!;
      });
    };
    const end = (p: number): void => {
      const d = owner[p]!;
      const logs = factor.logDiagonal();
      const whole = best[p]! - logs + m * HALF_LOG_2PI;
      const isNormal = Number.isFinite(whole);
      outside[d] = isNormal ? whole : Number.NEGATIVE_INFINITY;
      if (!noise) return;
      let squares = 0;
      for (let a = 0; a < m; a++) {
        direction[a] = isNormal ? noise[a * draws + d]! : 0;
        squares += direction[a]! * direction[a]!;
      }
      // A draw without a normal weighs nothing.
      inside[d] = isNormal ? logs - m * HALF_LOG_2PI - 0.5 * squares : Infinity;
      if (isNormal) factor.backward(direction);
      for (let a = 0; a < m; a++) kept[inner[a]! * draws + d] = at[a * POINTS + p]! + direction[a]!;
      outer.forEach((i) => {
        kept[i * draws + d] = lanes[i * POINTS + p]!;
      });
    };
    // A point to which a step has led: the next one from there, or a shorter one from before. Whether it has come to its end.
    const look = (p: number): boolean => {
      const isLast = ++runs[p]! === MOST_STEPS;
      const found = value(0, p);
      const isHigher = found >= best[p]! - ENOUGH;
      if (!isHigher && !isLast && best[p]! > -Infinity) {
        share[p]! *= 0.5;
        for (let a = 0; a < m; a++)
          lanes[inner[a]! * POINTS + p] = at[a * POINTS + p]! + share[p]! * step[a * POINTS + p]!;
        return false;
      }
      if (isHigher || best[p] === -Infinity) {
        best[p] = Number.isNaN(found) ? -Infinity : found;
        for (let a = 0; a < m; a++) at[a * POINTS + p] = lanes[inner[a]! * POINTS + p]!;
      }
      factor.fill((k) => value(1 + m + k, p));
      for (let a = 0; a < m; a++) direction[a] = value(1 + a, p);
      factor.forward(direction);
      let gain = 0;
      for (let a = 0; a < m; a++) gain += direction[a]! * direction[a]!;
      if (!(gain > ENOUGH && gain < Infinity) || isLast) return true;
      factor.backward(direction);
      share[p] = 1;
      for (let a = 0; a < m; a++) {
        step[a * POINTS + p] = direction[a]!;
        lanes[inner[a]! * POINTS + p] = at[a * POINTS + p]! + direction[a]!;
      }
      return false;
    };
    for (let p = 0; p < POINTS; p++) begin(p);
    for (let left = draws; left > 0; ) {
      yield;
      run([], lanes);
      for (let p = 0; p < POINTS; p++) {
        if (owner[p]! < 0 || !look(p)) continue;
        end(p);
        begin(p);
        left--;
      }
    }
    return { outside, kept, inside };
  };
}
