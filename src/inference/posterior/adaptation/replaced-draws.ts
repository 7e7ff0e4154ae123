/**
 * Draws of a guide may have density 0: a Gaussian guide of the ends of a uniform puts some draws where an observation lies beyond them. No value of a
 * latent that was summed out is possible there, and nothing can be computed. Other draws stand in for these, which are none of the posterior.
 */

import { priorLike } from "../proposal.ts";
import type { Source } from "../source.ts";
import { targetOf } from "./target.ts";

/**
 * Replaces, where latents were summed out, draws of the kept ones at which the density is 0 by possible ones in turn. Nothing is replaced if all are
 * impossible, or if the density is random.
 */
export function keepPossible(source: Source, kept: Float64Array, draws: number): void {
  if (!source.drawing || source.trace.frozen.length > 0) return;
  const density = targetOf(source, priorLike(source))(kept, draws);
  replaceImpossible(kept, draws, (d) => density[d] !== Number.NEGATIVE_INFINITY);
}

/** The same of draws of which it is known which are possible. */
export function replaceImpossible(kept: Float64Array, draws: number, isPossible: (d: number) => boolean): void {
  const places = Array.from({ length: draws }, (_, d) => d);
  const possible = places.filter(isPossible);
  if (possible.length === 0 || possible.length === draws) return;
  let next = 0;
  for (const d of places) {
    if (isPossible(d)) continue;
    const from = possible[next++ % possible.length]!;
    for (let row = 0; row < kept.length; row += draws) kept[row + d] = kept[row + from]!;
  }
}
