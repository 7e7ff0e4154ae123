/** Where a fit starts again: half of the further starts wide, half at draws of the prior. */
import type { GuideSpace } from "../../guides/guide.ts";
import { type Generator, uniformSource } from "../../random/index.ts";
import type { StartReport } from "./report.ts";

export interface Start {
  readonly from: StartReport["from"];
  readonly x: Float64Array;
  /** How many times the entropy counts at first. */
  readonly temperature: number;
}

const TEMPERATURE = 10;

/** Start number k of a fit, 0 the first one at `x`. */
export function startAt(k: number, x: Float64Array, { trace }: GuideSpace, generator: Generator): Start {
  if (k === 0) return { from: "initial", x, temperature: 1 };
  if (k % 2 === 1) return { from: "wide", x, temperature: TEMPERATURE };
  const next = uniformSource(generator, k);
  const drawn = x.slice();
  trace.latents.forEach(({ prior }, i) => {
    if (prior.initial?.()) drawn[i] = prior.draw(next);
  });
  return { from: "prior", x: drawn, temperature: 1 };
}
