/**
 * The first start of a fit is where it is told to start, or where the priors are. Of the further ones half are wide, and half are draws
 * from the priors.
 */
import type { Chart } from "../../guides/chart.ts";
import { log } from "../../math/elementary.ts";
import { normalQuantile } from "../../math/normal.ts";
import type { Latent } from "../../program/trace.ts";
import { type Generator, uniformSource } from "../../random/index.ts";
import type { StartReport } from "./report.ts";

export interface Start {
  readonly from: StartReport["from"];
  readonly x: Float64Array;
  /** How many times the entropy counts at first. */
  readonly temperature: number;
}

const TEMPERATURE = 10;

/** Start number k of a fit whose first one is at `from`. */
export function startAt(
  k: number,
  from: Float64Array,
  latents: readonly Latent[],
  { partsOf }: Chart,
  generator: Generator,
): Start {
  if (k === 0) return { from: "initial", x: from, temperature: 1 };
  const isWide = k % 2 === 1;
  const next = uniformSource(generator, k);
  const x = new Float64Array(from.length);
  const { means, scales } = partsOf(x);
  latents.forEach(({ start }, i) => {
    const { mean, sd } = start?.() ?? { mean: 0, sd: 1 };
    means[i] = isWide ? mean : mean + sd * normalQuantile(next());
    scales[i] = log(sd);
  });
  return isWide ? { from: "wide", x, temperature: TEMPERATURE } : { from: "prior", x, temperature: 1 };
}
