/** The script of a report page: draws the plots that the page's data describe. Runs in the browser. */
import uPlot from "uplot";

export interface PlotData {
  readonly id: string;
  readonly title: string;
  readonly range: readonly [number, number];
  readonly series: readonly { readonly label: string; readonly colour: string }[];
  /** Iterations, then one array per series. */
  readonly data: readonly (readonly (number | null)[])[];
}

const plots = JSON.parse(document.getElementById("data")!.textContent!) as PlotData[];
for (const { id, title, range, series, data } of plots) {
  const options: uPlot.Options = {
    title,
    width: 720,
    height: 380,
    scales: {
      x: { time: false },
      y: { range: (_plot, low, high) => (low === null ? [range[0], range[1]] : [Math.max(low, range[0]), high]) },
    },
    axes: [{ label: "iteration" }, { label: "ELBO", size: 80 }],
    series: [
      { label: "iteration" },
      ...series.map(({ label, colour }) => ({
        label,
        stroke: colour,
        width: 2,
        value: (_plot: uPlot, value: number | null) => (value === null ? "–" : value.toFixed(2)),
      })),
    ],
  };
  new uPlot(options, data as uPlot.AlignedData, document.getElementById(id)!);
}
