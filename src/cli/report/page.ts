/** The script of a report page: draws the plots that the page's data describe, and saves files. Runs in the browser. */
import uPlot from "uplot";
import { standaloneSvg } from "./chart.ts";
import type { PlotData, PlotSeries } from "./plots.ts";
import { decades, tickTexts } from "./scale.ts";
import { plotSvg } from "./svg.ts";

const HEIGHT = 360;
const GRID = "rgba(128,128,128,.25)";
const ink = (): string => getComputedStyle(document.body).color;

const shown: { readonly plot: uPlot; readonly holder: HTMLElement }[] = [];
for (const holder of document.querySelectorAll<HTMLElement>("figure[data-plot]")) {
  const data = JSON.parse(holder.querySelector("script")?.textContent ?? "") as PlotData;
  shown.push({ plot: draw(data, holder.querySelector<HTMLElement>("[role=img]") ?? holder), holder });
  for (const button of holder.querySelectorAll<HTMLButtonElement>("[data-save-plot]")) {
    const name = button.dataset["savePlot"] ?? "";
    button.onclick = () => save(name, name.endsWith(".svg") ? plotSvg(data) : csvOf(data));
  }
}
addEventListener("resize", () => {
  for (const { plot, holder } of shown) plot.setSize({ width: holder.clientWidth, height: HEIGHT });
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const { plot } of shown) plot.redraw();
});

for (const button of document.querySelectorAll<HTMLButtonElement>("[data-save]")) {
  const text = document.getElementById(button.dataset["save"] ?? "")?.textContent ?? '""';
  button.onclick = () => save(button.dataset["name"] ?? "file", JSON.parse(text) as string);
}
for (const button of document.querySelectorAll<HTMLButtonElement>("[data-save-svg]")) {
  const svg = button.closest("figure")?.querySelector("svg");
  if (svg) button.onclick = () => save(button.dataset["saveSvg"] ?? "figure.svg", standaloneSvg(svg.outerHTML));
}

function save(name: string, text: string): void {
  const link = document.createElement("a");
  const { createObjectURL: put, revokeObjectURL: drop } = URL;
  const place = put(new Blob([text], { type: name.endsWith(".svg") ? "image/svg+xml" : "text/plain" }));
  link.setAttribute("href", place);
  link.download = name;
  link.click();
  setTimeout(() => drop(place), 10_000);
}

function csvOf({ iterations, series }: PlotData): string {
  const rows = iterations.map((iteration, i) => [iteration, ...series.map(({ values }) => values[i] ?? "")].join(","));
  return `${["iteration", ...series.map(({ label }) => label)].join(",")}\n${rows.join("\n")}\n`;
}

function draw({ title, yLabel, iterations, series, range }: PlotData, holder: HTMLElement): uPlot {
  const axis = { stroke: ink, grid: { stroke: GRID }, ticks: { stroke: GRID } };
  const narrow = holder.clientWidth < 500;
  // The last of the catalogue is drawn first, so that dashed lines lie on top of solid ones.
  const drawn = series.toReversed();
  const options: uPlot.Options = {
    title,
    width: holder.clientWidth,
    height: HEIGHT,
    scales: {
      x: { time: false },
      y: range ? { range: (_plot, low, high) => cut(range, low, high) } : { distr: 3 },
    },
    axes: [
      { ...axis, label: "iteration", values: (_plot, ticks) => tickTexts(ticks) },
      {
        ...axis,
        ...(narrow ? {} : { label: yLabel }),
        ...(range ? {} : { splits: (_plot: uPlot, _axis: number, low: number, high: number) => decades(low, high) }),
        size: narrow ? 52 : 64,
        values: (_plot, ticks) => {
          const texts = tickTexts(ticks.filter((tick) => tick !== null));
          return ticks.map((tick) => (tick === null ? "" : texts.shift()!));
        },
      },
    ],
    series: [{ label: "iteration" }, ...drawn.map((one) => line(one, range === undefined))],
  };
  return new uPlot(options, [iterations, ...drawn.map(({ values }) => values)] as uPlot.AlignedData, holder);
}

function line({ label, colour, dash }: PlotSeries, small: boolean): uPlot.Series {
  return {
    label,
    stroke: colour,
    width: 2,
    dash: [...dash],
    points: { show: false },
    value: (_plot, value) => (value === null ? "–" : small ? value.toPrecision(3) : value.toFixed(2)),
  };
}

// Below the range the axis is cut; zooming in goes as far as wanted.
function cut([bottom, top]: readonly [number, number], low: number | null, high: number | null): [number, number] {
  if (low === null || high === null || !(high > low)) return [bottom, top];
  return high <= bottom ? [low, high] : [Math.max(low, bottom), high];
}
