/**
 * The slope of the log joint density at draws, compiled when it is first asked for: of z ~ N(0, 1) at z = 2 it is −2. Jumps of the density have no
 * part in it, and where it is no number it counts as 0: who steps along it takes a step or leaves it by the density itself.
 */

import { gradient } from "../../../autodiff/graph/gradient.ts";
import { evaluationPieces, pointsAtOnce } from "../../../autodiff/tape/evaluation.ts";
import { later, type Piecewise, piecewise } from "../../../pieces/pieces.ts";
import type { Source } from "../source.ts";

/** ∂ log p(x, z)/∂z at draws z; both lie by latent, those of latent i from i · draws on. */
export type Slopes = Piecewise<[kept: Float64Array, draws: number], Float64Array>;

/** Points of one run of the tape, or fewer where there are many nodes. */
const POINTS = 512;

/** The slopes of a program's density. */
export function slopesOf({ trace: { graph, latents, terms }, engine }: Source): Slopes {
  const laneInputs = latents.map(({ node }) => node);
  const n = latents.length;
  const compiled = later(function* () {
    const slopes = gradient(graph, graph.sum(terms.map(({ node }) => node)), laneInputs);
    const points = pointsAtOnce(graph, slopes, POINTS);
    const evaluated = yield* evaluationPieces(graph, slopes, { engine, laneInputs, points });
    return { ...evaluated, points, lanes: new Float64Array(n * points) };
  });
  return piecewise(function* (kept: Float64Array, draws: number) {
    const { run, value, points, lanes } = yield* compiled.pieces();
    const found = new Float64Array(n * draws);
    for (let first = 0; first < draws; first += points) {
      yield;
      const count = Math.min(points, draws - first);
      for (let i = 0; i < n; i++)
        for (let p = 0; p < points; p++) lanes[i * points + p] = kept[i * draws + first + Math.min(p, count - 1)]!;
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
