/** An ELBO plot has a scale of its own: curves of bad estimators are cut at the bottom so that the others can be told apart. */
import type { Experiment } from "../experiment/experiment.ts";

/** [low, high] of the ELBO axis: from the lower quartile of all values after the first tenth of the steps up to the best one. */
export function elboRange({ curves }: Experiment): [number, number] {
  const top = Math.max(...curves.flatMap(({ elbo }) => elbo));
  const settled = curves.flatMap(({ elbo }) => elbo.slice(Math.ceil(elbo.length / 10)));
  const sorted = settled.sort((p, q) => p - q);
  const low = sorted[Math.floor(sorted.length / 4)]!;
  const margin = 0.1 * (top - low) || 1;
  return [low - margin, top + margin];
}

/** A number as an axis shows it: −1.2M, −250k, 0.003, 1e-7. */
export function tickText(value: number): string {
  const magnitude = Math.abs(value);
  const short = (scaled: number, unit: string): string => `${Number(scaled.toPrecision(4))}${unit}`.replace("-", "−");
  if (magnitude >= 1e9 || (magnitude < 1e-3 && magnitude > 0)) return value.toExponential().replace("e+", "e");
  if (magnitude >= 1e6) return short(value / 1e6, "M");
  return magnitude >= 1e4 ? short(value / 1e3, "k") : short(value, "");
}

/** At most eight powers of ten, evenly apart, between two positive numbers. */
export function decades(low: number, high: number): number[] {
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  const step = Math.max(1, Math.ceil((last - first) / 7));
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, i) => 10 ** (first + i * step));
}
