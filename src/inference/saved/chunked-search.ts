/**
 * Gradients at many points in chunks, with a turn of the event loop in between: of 20,000 points where 500 take some milliseconds. They are
 * computed before the search asks for them, and kept, as those that others have computed are; the bits are the same.
 */
import type { Pieces } from "../../pieces/pieces.ts";
import type { Turns } from "../../pieces/turns.ts";
import type { Generator as Noise } from "../../random/index.ts";
import { type Ascent, type FitStage, type Points, streamOf } from "../fit/climb/ascent.ts";
import { CHUNK } from "../sampler/averaging.ts";
import type { Draw } from "../sampler/draw.ts";

/** The parts of a search that compute its gradients. */
interface Gradients {
  readonly ascent: Ascent;
  readonly generator: Noise;
  readonly sampler: {
    /** Computes a gradient to be kept, so many chunks of its points at a time. */
    readonly memory?: { readonly inChunks: (theta: Float64Array, draw: Draw, chunks: number) => Pieces<void> };
  };
}

/**
 * Has a search compute its large gradients ahead, as many chunks of points at a time as a turn has time for; what is to be awaited after each of
 * its steps. `turnsFor` tells how many turns so many points take.
 */
export function inChunks(
  { ascent, sampler, generator }: Gradients,
  turns: Turns,
  turnsFor: (samples: number) => number,
): () => Promise<void> | undefined {
  const chunks = Math.max(1, Math.floor(1 / turnsFor(CHUNK)));
  let isUnderWay = false;
  function* pieces(x: Float64Array, points: Points): Pieces<void> {
    const theta = new Float64Array(x.length);
    ascent.chart.thetaInto(theta, x);
    const { batch, count } = points;
    const draw = { generator, stream: streamOf(points), firstSample: batch * count, samples: count, group: count };
    yield* sampler.memory?.inChunks(theta, draw, chunks) ?? [];
  }
  ascent.ahead = function* (x, points): Generator<FitStage, void, void> {
    for (const one of points)
      for (const _ of pieces(x, one)) {
        isUnderWay = true;
        yield "polish";
      }
  };
  return () => {
    const next = isUnderWay ? turns.next() : undefined;
    isUnderWay = false;
    return next;
  };
}
