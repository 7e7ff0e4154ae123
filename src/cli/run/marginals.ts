/**
 * Every number that a posterior reports, for people to look at: its summary, a histogram of its draws, and for discrete latents the
 * probability of each value. Of 4000 draws of a latent in (0, 12) the histogram has 24 bins of 0.5, or of less where the draws lie closer.
 */

import type { Cell, LatentSummary, ValueProbability } from "../../index.ts";
import type { Posterior } from "../../inference/posterior.ts";
import type { GuidedModel } from "../../inference/profile.ts";

export interface Histogram {
  readonly from: number;
  readonly to: number;
  /** Draws in each of the bins, which are equally wide. */
  readonly counts: readonly number[];
}

export interface MarginalRow extends LatentSummary {
  /** "latent": in the guide; "summed out": a latent that is drawn given the others; "discrete": such a one with values; "tracked": computed. */
  readonly kind: "latent" | "summed out" | "discrete" | "tracked";
  /** Of discrete latents. */
  readonly probabilities?: readonly ValueProbability[];
  /** Of summed-out latents: intervals between thresholds. */
  readonly cells?: readonly Cell[];
  /** Absent of discrete latents, and where no draw is a number. */
  readonly histogram?: Histogram;
}

export type Draws = Readonly<Record<string, Float64Array>>;

/** Draws that histograms, plots and files are made of. */
export const DRAWS = 4000;
const BINS = 24;

/** A row for each quantity, in the order of declaration. */
export function marginalRows(posterior: Posterior, { objective, collapsed }: GuidedModel, draws: Draws): MarginalRow[] {
  const { trace } = objective;
  const { finite, latents } = trace.original ?? trace;
  const discrete = new Set(finite.map(({ name }) => name));
  const kept = new Set(trace.latents.map(({ name }) => name));
  const sums = new Set(collapsed?.report.collapsed.map(({ latent }) => latent) ?? []);
  const isLatent = new Set(latents.map(({ name }) => name));
  return posterior.summary().map((summary) => {
    const { name } = summary;
    if (discrete.has(name)) return { ...summary, kind: "discrete", probabilities: posterior.probabilities(name) };
    const histogram = histogramOf(draws[name]!, BINS);
    const shape = histogram && { histogram };
    if (sums.has(name)) return { ...summary, kind: "summed out", cells: posterior.cells(name), ...shape };
    // Entries of a vector are latents under names of their own: u[0] of a simplex u.
    const owner = name.replace(/\[[\d,]+\]$/, "");
    const own = kept.has(name) || isLatent.has(name) || isLatent.has(owner) || kept.has(`${owner}[0]`);
    return { ...summary, kind: own ? "latent" : "tracked", ...shape };
  });
}

/** Counts of the draws between their 0.5 % and 99.5 % quantiles; undefined without numbers. */
export function histogramOf(values: Float64Array, bins: number): Histogram | undefined {
  const sorted = values.filter(Number.isFinite).sort();
  const n = sorted.length;
  if (n === 0) return undefined;
  let [from, to] = [sorted[Math.floor(0.005 * n)]!, sorted[Math.min(n - 1, Math.floor(0.995 * n))]!];
  if (!(to > from)) [from, to] = [from - 0.5, from + 0.5];
  const counts = new Array<number>(bins).fill(0);
  for (const value of sorted)
    if (value >= from && value <= to) counts[Math.min(bins - 1, Math.floor((bins * (value - from)) / (to - from)))]!++;
  return { from, to, counts };
}
