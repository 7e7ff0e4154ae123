/** Lines of the bench's tables. */
import { type Candidate, type Effort, type SelfTimed, sideBySide, type Timing } from "./timing.ts";

export type Print = (line: string) => void;

/** The first cell to the left, the others to the right. */
export const columns = (cells: readonly (string | number)[], widths: readonly number[]): string =>
  cells.map((cell, i) => (i === 0 ? String(cell).padEnd(widths[i]!) : String(cell).padStart(widths[i]!))).join("  ");

const WIDTHS = [48, 10, 14, 9];

/** Nanoseconds for one unit of work, median and least, and the ratio to the first of the candidates. */
export function printTime(print: Print, name: string, median: number, least: number, ratio: number): void {
  print(columns([name, median.toFixed(1), `least ${least.toFixed(1)}`, `× ${ratio.toFixed(2)}`], WIDTHS));
}

/** Times the candidates side by side; one run of each does `units` units of work. */
export function report(
  title: string,
  candidates: readonly (Candidate | SelfTimed)[],
  units: number,
  { repeats, milliseconds }: Effort,
  print: Print,
): Timing[] {
  const timings = sideBySide(candidates, repeats, milliseconds);
  for (const { name, median, least, ratio } of timings)
    printTime(print, `${title} ${name}`, (median / units) * 1e6, (least / units) * 1e6, ratio);
  return timings;
}
