/** The script of a report page: draws the plots that the page's data describe. Runs in the browser. */
import uPlot from "uplot";
import type { PlotData, PlotSeries } from "./plots.ts";
import { decades, tickText } from "./scale.ts";

const HEIGHT = 360;
const GRID = "rgba(128,128,128,.25)";
const ink = (): string => getComputedStyle(document.body).color;

const shown: { readonly plot: uPlot; readonly holder: HTMLElement }[] = [];
for (const holder of document.querySelectorAll<HTMLElement>("figure[data-plot]")) {
  const data = JSON.parse(holder.querySelector("script")?.textContent ?? "") as PlotData;
  shown.push({ plot: draw(data, holder), holder });
}
addEventListener("resize", () => {
  for (const { plot, holder } of shown) plot.setSize({ width: holder.clientWidth, height: HEIGHT });
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const { plot } of shown) plot.redraw();
});

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
      { ...axis, label: "iteration", values: (_plot, ticks) => ticks.map(tickText) },
      {
        ...axis,
        ...(narrow ? {} : { label: yLabel }),
        ...(range ? {} : { splits: (_plot: uPlot, _axis: number, low: number, high: number) => decades(low, high) }),
        size: narrow ? 52 : 64,
        values: (_plot, ticks) => ticks.map((tick) => (tick === null ? "" : tickText(tick))),
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
