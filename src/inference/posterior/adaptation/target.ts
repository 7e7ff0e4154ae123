/** The log joint density of a model at draws of the latents that its guide is over, compiled once for as many draws as wanted. */
import { outOfRange } from "../../../autodiff/session.ts";
import { evaluationPieces } from "../../../autodiff/tape/evaluation.ts";
import { finished, type Pieces, type Piecewise, piecewise } from "../../../pieces/pieces.ts";
import type { Gaussian } from "../gaussian.ts";
import { ownLog } from "../guide-draws.ts";
import type { Source } from "../source.ts";

/** log p(x, z) at draws z, those of latent i from i · draws on; −∞ where it is not a number or a stated range is left. */
export type Target = Piecewise<[kept: Float64Array, draws: number], Float64Array>;

/** Points of one run of the tape. */
const POINTS = 512;

/**
 * A latent in an arm that is not taken has no density there: that of `prior` stands for it, which integrates to 1.
 */
export function targetOf(source: Source, prior: Gaussian): Target {
  return finished(targetPieces(source, prior));
}

/** The same in pieces. */
export function* targetPieces(
  { trace: { graph, latents, terms, checks, points }, engine, components }: Source,
  prior: Gaussian,
): Pieces<Target> {
  const sum = graph.sum(terms.map(({ node }) => node));
  const density = graph.algebra.where(outOfRange(graph, checks), graph.constant(Number.NEGATIVE_INFINITY), sum);
  const { run, value } = yield* evaluationPieces(graph, [density, ...latents.map(({ live }) => live)], {
    engine,
    inputs: points.map(({ node }) => node),
    laneInputs: latents.map(({ node }) => node),
    points: POINTS,
  });
  const lanes = new Float64Array(latents.length * POINTS);
  return piecewise(function* (kept: Float64Array, draws: number) {
    const total = new Float64Array(draws);
    for (let first = 0; first < draws; first += POINTS) {
      yield;
      const count = Math.min(POINTS, draws - first);
      for (let i = 0; i < latents.length; i++)
        for (let p = 0; p < POINTS; p++) lanes[i * POINTS + p] = kept[i * draws + first + Math.min(p, count - 1)]!;
      run(components[0]!.points ?? [], lanes);
      for (let p = 0; p < count; p++) {
        let sum = value(0, p);
        for (let i = 0; i < latents.length; i++)
          if (value(1 + i, p) === 0) sum += ownLog(prior, i, lanes[i * POINTS + p]!);
        total[first + p] = Number.isNaN(sum) ? Number.NEGATIVE_INFINITY : sum;
      }
    }
    return total;
  });
}
