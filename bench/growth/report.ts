/** The growth of tapes as plots: an SVG of each, and all of them with a table of exponents in one HTML file. */

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { escapeMarkup, type PlotData, plotSvg } from "../library.ts";

/** What was measured at one size. */
export interface GrowthPoint {
  readonly size: number;
  /** Milliseconds to trace and compile. */
  readonly making: number;
  /** Nanoseconds per sample. */
  readonly nanoseconds: number;
  /** Memory of the tape. */
  readonly bytes: number;
}

export interface GrowthCase {
  readonly name: string;
  readonly points: readonly GrowthPoint[];
  /** Sizes that would have taken too long. */
  readonly leftOut: readonly number[];
  readonly exponents: { readonly making: number; readonly nanoseconds: number; readonly bytes: number };
}

type Quantity = keyof GrowthCase["exponents"];
const QUANTITIES: readonly (readonly [Quantity, title: string, yLabel: string])[] = [
  ["making", "making a tape", "ms"],
  ["nanoseconds", "time per sample", "ns"],
  ["bytes", "memory of a tape", "bytes"],
];
const COLOURS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#000000"];

/** Writes report.html and its plots into the folder. */
export async function writeReport(folder: string, cases: readonly GrowthCase[], lanes: GrowthCase): Promise<void> {
  const plots = [
    ...QUANTITIES.map((quantity) => [`size-${quantity[0]}`, plotOf(cases, quantity, "size")] as const),
    ...QUANTITIES.slice(1).map((quantity) => [`lanes-${quantity[0]}`, plotOf([lanes], quantity, "lanes")] as const),
  ].map(([name, plot]) => ({ name, title: plot.title, svg: plotSvg(plot) }));
  await mkdir(folder, { recursive: true });
  for (const { name, svg } of plots) await writeFile(join(folder, `${name}.svg`), svg);
  const table = (headers: readonly string[], rows: readonly (readonly string[])[]): string =>
    `<table>${[headers, ...rows].map((cells) => `<tr>${cells.map((cell) => `<td>${escapeMarkup(cell)}</td>`).join("")}</tr>`).join("")}</table>`;
  const all = [...cases, lanes];
  const exponents = all.map(({ name, exponents, leftOut }) => [
    name,
    ...QUANTITIES.map(([key]) => exponents[key].toFixed(2)),
    leftOut.join(", ") || "none",
  ]);
  const points = all.flatMap(({ name, points }) =>
    points.map((point) => [name, String(point.size), ...QUANTITIES.map(([key]) => point[key].toPrecision(4))]),
  );
  const names = QUANTITIES.map(([, title, yLabel]) => `${title}, ${yLabel}`);
  await writeFile(
    join(folder, "report.html"),
    `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>nondiff: growth</title>
<style>body{font:15px/1.5 system-ui,sans-serif;max-width:860px;margin:2em auto;padding:0 1em;color:#222;background:#fff}
img{width:100%;margin:1em 0}table{border-collapse:collapse}td{padding:.2em .8em;text-align:right;border-bottom:1px solid #ddd}
td:first-child{text-align:left}tr:first-child{font-weight:bold}</style></head>
<body><h1>Growth of a tape with the size of its model</h1>
<p>All boundaries corrected, interpreter, 32 lanes. Exponents: slope of the logarithms over the upper half of the sizes.</p>
${table(["", ...QUANTITIES.map(([, title]) => title), "sizes left out"], exponents)}
${plots.map(({ title, svg }) => `<img alt="${escapeMarkup(title)}" src="data:image/svg+xml,${encodeURIComponent(svg)}">`).join("\n")}
${table(["", "size", ...names], points)}
</body></html>
`,
  );
}

function plotOf(cases: readonly GrowthCase[], [key, title, yLabel]: (typeof QUANTITIES)[number], x: string): PlotData {
  const sizes = [...new Set(cases.flatMap(({ points }) => points.map(({ size }) => size)))].sort((p, q) => p - q);
  return {
    title: `${title} against ${x}`,
    yLabel,
    logX: x,
    iterations: sizes,
    series: cases.map(({ name, points }, j) => ({
      label: name,
      colour: COLOURS[j % COLOURS.length]!,
      dash: [],
      values: sizes.map((size) => points.find((point) => point.size === size)?.[key] ?? null),
    })),
  };
}
