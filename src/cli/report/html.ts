/** The report of `compare`: the tables, and plots that can be zoomed and read off. */
import type { Experiment } from "../experiment/experiment.ts";
import { number } from "../terminal.ts";
import { documentHtml, inScript, type Made, tableHtml } from "./document.ts";
import { escapeMarkup } from "./escape.ts";
import { elboPlot, gapPlot, type PlotData, variancePlot } from "./plots.ts";
import { divergences, layout, tableData } from "./tables.ts";

export function reportHtml(experiments: readonly Experiment[], made: Made): string {
  const stopped = experiments.flatMap((experiment) =>
    divergences(experiment).map((text) => `${experiment.model}: ${text}`),
  );
  return documentHtml({
    title: "Estimators of the ELBO gradient, compared",
    verdict: experiments.map(verdictOf).join(" "),
    mood: stopped.length > 0 ? "doubtful" : "good",
    remarks: stopped,
    made,
    sections: [
      `<p>After Lee, Yu and Yang, “Reparameterization Gradient for Non-differentiable Models” (NeurIPS 2018), whose figures stand beside ours.
Drag across a plot to zoom, double click to reset, click a name in the legend to hide its curve.
The ELBO axes are cut at the bottom; the logarithmic ones show every curve.</p>`,
      ...experiments.map(section),
    ],
  });
}

// Which estimators end where, with the most samples: "On textmsg corrected and score end highest, at −292.4; reparam ends lowest, at −293.1."
function verdictOf(experiment: Experiment): string {
  const most = Math.max(...layout(experiment).samples);
  const ends = experiment.curves
    .filter(({ samples, diverged }) => samples === most && diverged === undefined)
    .map(({ estimator, elbo, elboError }) => ({ estimator, elbo: elbo[elbo.length - 1]!, elboError }))
    .sort((p, q) => q.elbo - p.elbo);
  const [best, ...others] = ends;
  if (!best) return `On ${experiment.model} no estimator came to its end.`;
  // Those whose ELBO is the best one's as far as its standard errors tell.
  const highest = ends.filter(({ elbo, elboError }) => best.elbo - elbo <= 2 * Math.hypot(best.elboError, elboError));
  const names = highest.map(({ estimator }) => estimator);
  const listed = names.length === 1 ? names[0]! : `${names.slice(0, -1).join(", ")} and ${names.at(-1)!}`;
  const worst = others[others.length - 1];
  const last = worst && !highest.includes(worst) ? `; ${worst.estimator} ends lowest, at ${number(worst.elbo)}` : "";
  return `On ${experiment.model} ${listed} ${names.length === 1 ? "ends" : "end"} highest, at ${number(best.elbo)}${last}.`;
}

function section(experiment: Experiment): string {
  const { samples } = layout(experiment);
  const { steps, learningRate, varianceSamples, seed } = experiment;
  const tables = tableData(experiment).map(
    ({ title, headers, rows }) => `<h3>${escapeMarkup(title)}</h3>${tableHtml(title, headers, rows)}`,
  );
  const plots = [elboPlot, gapPlot, variancePlot].flatMap((plot) => samples.map((n) => plot(experiment, n)));
  return `<h2>${escapeMarkup(experiment.model)}</h2>
<p>${steps} iterations of Adam with step size ${learningRate}; variances from ${varianceSamples} gradient samples at every iteration; seed ${seed}.</p>
${tables.join("")}
${plots.map(figure).join("\n")}`;
}

// The script of the page draws the plot into the figure and lets it be saved.
function figure(plot: PlotData): string {
  const ends = plot.series.map(({ label, values }) => {
    const last = values.findLast((value) => value !== null);
    return `${label} ${last === undefined ? "has no value" : `ends at ${number(last)}`}`;
  });
  const name = escapeMarkup(plot.title.replace(/[^\p{L}\p{N}]+/gu, "-").slice(0, 60));
  return `<figure data-plot><script type="application/json">${inScript(plot)}</script><div role="img" aria-label="${escapeMarkup(`${plot.title}: ${ends.join(", ")}`)}"></div><figcaption>${escapeMarkup(`${plot.title}; ${ends.join(", ")}.`)} <button type="button" data-save-plot="${name}.svg" aria-label="Save ${name} as SVG">SVG</button><button type="button" data-save-plot="${name}.csv" aria-label="Save the data of ${name} as CSV">CSV</button></figcaption></figure>`;
}
