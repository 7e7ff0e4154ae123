/**
 * The slope of the log joint density at draws, compiled when it is first asked for: of z ~ N(0, 1) at z = 2 it is −2. Jumps of the density have no
 * part in it, and where it is no number it counts as 0: who steps along it takes a step or leaves it by the density itself.
 */

import { gradient } from "../../../autodiff/graph/gradient.ts";
import { evaluationPieces } from "../../../autodiff/tape/evaluation.ts";
import { later, type Piecewise, piecewise } from "../../../pieces/pieces.ts";
import type { Source } from "../source.ts";

/** ∂ log p(x, z)/∂z at draws z; both lie by latent, those of latent i from i · draws on. */
export type Slopes = Piecewise<[kept: Float64Array, draws: number], Float64Array>;

/** Points of one run of the tape. */
const POINTS = 512;

/** The slopes of a program's density. */
export function slopesOf({ trace: { graph, latents, terms }, engine }: Source): Slopes {
  const laneInputs = latents.map(({ node }) => node);
  const n = latents.length;
  const compiled = later(() => {
    const sum = graph.sum(terms.map(({ node }) => node));
    return evaluationPieces(graph, gradient(graph, sum, laneInputs), { engine, laneInputs, points: POINTS });
  });
  const lanes = new Float64Array(n * POINTS);
  return piecewise(function* (kept: Float64Array, draws: number) {
    const { run, value } = yield* compiled.pieces();
    const found = new Float64Array(n * draws);
    for (let first = 0; first < draws; first += POINTS) {
      yield;
      const count = Math.min(POINTS, draws - first);
      for (let i = 0; i < n; i++)
        for (let p = 0; p < POINTS; p++) lanes[i * POINTS + p] = kept[i * draws + first + Math.min(p, count - 1)]!;
      run([], lanes);
      for (let i = 0; i < n; i++)
        for (let p = 0; p < count; p++) {
          const slope = value(i, p);
          found[i * draws + first + p] = Number.isFinite(slope) ? slope : 0;
        }
    }
    return found;
  });
}
