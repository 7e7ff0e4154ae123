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
export function tickText(value: number, digits = 4): string {
  const magnitude = Math.abs(value);
  const short = (scaled: number, unit: string): string =>
    `${Number(scaled.toPrecision(digits))}${unit}`.replace("-", "−");
  if (magnitude >= 1e9 || (magnitude < 1e-3 && magnitude > 0)) return value.toExponential().replace("e+", "e");
  if (magnitude >= 1e6) return short(value / 1e6, "M");
  return magnitude >= 1e4 ? short(value / 1e3, "k") : short(value, "");
}

/** The numbers of one axis, with as many digits as tell them apart: −174.28, −174.26. */
export function tickTexts(values: readonly number[]): string[] {
  const texts = (digits: number): string[] => values.map((value) => tickText(value, digits));
  const apart = new Set(values).size;
  const digits = [4, 5, 6, 7, 8, 9, 10, 11, 12].find((count) => new Set(texts(count)).size === apart);
  return texts(digits ?? 12);
}

/** At most eight powers of ten, evenly apart, between two positive numbers. */
export function decades(low: number, high: number): number[] {
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  const step = Math.max(1, Math.ceil((last - first) / 7));
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, i) => 10 ** (first + i * step));
}
