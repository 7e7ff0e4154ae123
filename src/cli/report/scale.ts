/** What an ELBO plot shows: curves of bad estimators are cut at the bottom so that the others can be told apart. */
import type { Experiment } from "../experiment.ts";

export const COLOURS: Readonly<Record<string, string>> = {
  score: "#7f7f7f",
  reparam: "#d62728",
  lyy18: "#1f77b4",
  corrected: "#2ca02c",
};

/** [low, high] of the ELBO axis: from the start of the best curve, or a tenth of its climb if that is where the others are, to the top. */
export function elboRange({ curves }: Experiment): [number, number] {
  const finals = curves.map(({ elbo }) => elbo[elbo.length - 1]!);
  const top = Math.max(...curves.flatMap(({ elbo }) => elbo));
  const settled = curves.flatMap(({ elbo }) => elbo.slice(Math.floor(elbo.length / 10)));
  const sorted = [...settled, ...finals].sort((p, q) => p - q);
  const low = sorted[Math.floor(sorted.length / 4)]!;
  const margin = 0.1 * (top - low) || 1;
  return [low - margin, top + margin];
}
