/** A report as one HTML file that needs nothing else: the tables, and plots that can be zoomed and read off. */
import { script, style } from "virtual:report-assets";
import type { Experiment } from "../experiment/experiment.ts";
import { escapeMarkup } from "./escape.ts";
import { elboPlot, gapPlot, type PlotData, variancePlot } from "./plots.ts";
import { divergences, layout, tableData } from "./tables.ts";

// The policy lets nothing in from outside, whatever a model's name or an error's text contains.
const HEAD = `<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>nondiff: estimators compared</title>`;
const STYLE = `:root{color-scheme:light dark}
body{font:15px/1.5 system-ui,sans-serif;max-width:860px;margin:2em auto;padding:0 1em;color:#222;background:#fff}
table{border-collapse:collapse;margin:0 0 1.2em}.scroll{overflow-x:auto}h3{margin:1.4em 0 .3em;font-size:1em}
td,th{padding:.2em .8em;text-align:right;white-space:nowrap;border-bottom:1px solid #8884}td:first-child,th:first-child{text-align:left;padding-left:0}
figure{margin:1.5em 0}.u-title{font-size:15px}.u-legend{font-size:13px}details{margin:1em 0}summary{cursor:pointer}
@media (prefers-color-scheme:dark){body{color:#ddd;background:#161616}.u-select{background:#fff2}}`;

export function reportHtml(experiments: readonly Experiment[]): string {
  return `<!doctype html>
<html lang="en"><head>${HEAD}<style>${style}${STYLE}</style></head>
<body><h1>Estimators of the ELBO gradient, compared</h1>
<p>After Lee, Yu and Yang, “Reparameterization Gradient for Non-differentiable Models” (NeurIPS 2018), whose figures stand beside ours.
Drag across a plot to zoom, double click to reset, click a name in the legend to hide its curve.
The ELBO axes are cut at the bottom; the logarithmic ones show every curve.</p>
${experiments.map(section).join("\n")}
<script>${script}</script></body></html>
`;
}

function section(experiment: Experiment): string {
  const { samples } = layout(experiment);
  const { steps, learningRate, varianceSamples, seed } = experiment;
  const tables = tableData(experiment).map(
    ({ title, headers, rows }) =>
      `<h3>${escapeMarkup(title)}</h3><div class="scroll"><table><thead>${row("th", headers)}</thead><tbody>${rows.map((cells) => row("td", cells)).join("")}</tbody></table></div>`,
  );
  const plots = [elboPlot, gapPlot, variancePlot].flatMap((plot) => samples.map((n) => plot(experiment, n)));
  return `<h2>${escapeMarkup(experiment.model)}</h2>
<p>${steps} iterations of Adam with step size ${learningRate}; variances from ${varianceSamples} gradient samples at every iteration; seed ${seed}.</p>
${tables.join("")}${divergences(experiment)
  .map((text) => `<p>${escapeMarkup(text)}</p>`)
  .join("")}
${plots.map(figure).join("\n")}`;
}

// "<" is escaped in the data so that no text can end the element.
function figure(plot: PlotData): string {
  return `<figure data-plot><script type="application/json">${JSON.stringify(plot).replaceAll("<", "\\u003c")}</script></figure>`;
}

function row(tag: "td" | "th", cells: readonly string[]): string {
  return `<tr>${cells.map((cell) => `<${tag}>${escapeMarkup(cell)}</${tag}>`).join("")}</tr>`;
}
