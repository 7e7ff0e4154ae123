/** A report as one HTML file that needs nothing else: plots that can be zoomed and read off, and the tables. */
import { script, style } from "virtual:report-assets";
import type { Experiment } from "../experiment.ts";
import type { PlotData } from "./page.ts";
import { COLOURS, elboRange } from "./scale.ts";
import { layout, tableData } from "./tables.ts";

export function reportHtml(experiments: readonly Experiment[]): string {
  const plots = experiments.flatMap(plotData);
  const sections = experiments.map((experiment) => {
    const charts = plots
      .filter(({ id }) => id.startsWith(`${experiment.model}-`))
      .map(({ id }) => `<div id="${id}"></div>`);
    const tables = tableData(experiment).map(
      ({ title, headers, rows }) =>
        `<table><caption>${escapeHtml(title)}</caption><thead>${row("th", headers)}</thead><tbody>${rows.map((cells) => row("td", cells)).join("")}</tbody></table>`,
    );
    const diverged = experiment.curves.flatMap((curve) =>
      curve.diverged === undefined
        ? []
        : [`<p>${escapeHtml(`${curve.estimator} with ${curve.samples} samples diverged ${curve.diverged}`)}</p>`],
    );
    return `<h2>${escapeHtml(experiment.model)}</h2>${tables.join("")}${diverged.join("")}${charts.join("")}`;
  });
  // "<" is escaped in the data so that no text can end the element.
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>nondiff: estimators compared</title>
<style>${style}
body{font:15px/1.5 system-ui,sans-serif;max-width:800px;margin:2em auto;padding:0 1em;color:#222}
table{border-collapse:collapse;margin:1.2em 0}caption{text-align:left;font-weight:600;padding-bottom:.3em}
td,th{padding:.2em .8em;text-align:right;border-bottom:1px solid #ddd}td:first-child,th:first-child{text-align:left}</style></head>
<body><h1>Estimators of the ELBO gradient, compared</h1>
<p>After Lee, Yu and Yang, “Reparameterization Gradient for Non-differentiable Models” (NeurIPS 2018). Drag to zoom, double click to reset; axes are cut at the bottom.</p>
${sections.join("\n")}
<script type="application/json" id="data">${JSON.stringify(plots).replaceAll("<", "\\u003c")}</script>
<script>${script}</script></body></html>
`;
}

function plotData(experiment: Experiment): PlotData[] {
  return layout(experiment).samples.map((samples) => {
    const curves = experiment.curves.filter((curve) => curve.samples === samples);
    const longest = curves.reduce(
      (best, { iterations }) => (iterations.length > best.length ? iterations : best),
      [] as readonly number[],
    );
    return {
      id: `${experiment.model}-${samples}`,
      title: `${samples} sample${samples > 1 ? "s" : ""} per gradient`,
      range: elboRange(experiment),
      series: curves.map(({ estimator }) => ({ label: estimator, colour: COLOURS[estimator] ?? "#000" })),
      data: [longest, ...curves.map(({ elbo }) => longest.map((_, i) => elbo[i] ?? null))],
    };
  });
}

function row(tag: "td" | "th", cells: readonly string[]): string {
  return `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join("")}</tr>`;
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
