/** The report of `nondiff run MODEL --out DIR`: a page, its figures as files, the result as JSON and draws as CSV. */
import { join, resolve } from "node:path";
import { explain, predictiveCheck } from "../../index.ts";
import { makeFolder, writeWhole } from "../files.ts";
import { type Chart, standaloneSvg } from "../report/chart.ts";
import { documentHtml, tableHtml } from "../report/document.ts";
import { escapeMarkup } from "../report/escape.ts";
import { number, withError } from "../terminal.ts";
import type { Fitted } from "./course.ts";
import { drawsCsv } from "./csv.ts";
import { checkFigures, courseFigure, pairFigures, posteriorFigures } from "./figures.ts";
import type { Draws } from "./marginals.ts";
import { jsonOf, type RunResult } from "./result.ts";
import { percent } from "./text.ts";
import { ANSWERED, count, methodOf, verdictOf, warningText } from "./verdict.ts";

/** Writes the report into a folder that is there; returns where the page lies. */
export async function writeReport(
  directory: string,
  { result, draws, fitted, date }: { result: RunResult; draws: Draws; fitted: Fitted; date: Date },
): Promise<string> {
  const json = `${jsonOf({ ...result, date: date.toISOString(), posterior: savedOf(fitted) }, 1)}\n`;
  const csv = drawsCsv(draws);
  const { sections, figures } = contents(result, draws, fitted);
  const html = documentHtml({
    title: `${result.model}: posterior`,
    verdict: verdictOf(result),
    mood: result.ok && result.warnings.length === 0 ? "good" : "doubtful",
    remarks: result.warnings.map(({ code, message }) => `${code}: ${warningText(message)}`),
    made: { version: result.nondiff, date, command: result.command, seed: result.seed },
    sections,
    files: [
      { name: "result.json", text: json, label: "Save the result (JSON)" },
      { name: "draws.csv", text: csv, label: "Save the draws (CSV)" },
    ],
  });
  await writeWhole(join(directory, "result.json"), json);
  await writeWhole(join(directory, "draws.csv"), csv);
  await makeFolder(join(resolve(directory), "figures"));
  for (const { name, svg } of figures) await writeWhole(join(directory, "figures", `${name}.svg`), standaloneSvg(svg));
  const page = join(directory, "report.html");
  await writeWhole(page, html);
  return page;
}

function savedOf({ posterior }: Fitted): unknown {
  return "toJSON" in posterior && typeof posterior.toJSON === "function" ? posterior.toJSON() : undefined;
}

function contents(result: RunResult, draws: Draws, fitted: Fitted): { sections: string[]; figures: readonly Chart[] } {
  const figures: Chart[] = [];
  const placed = (charts: readonly Chart[], columns = true): string => {
    const html = charts.map(({ name, ...chart }) => {
      const named = { ...chart, name: fileName(name, figures.length) };
      figures.push(named);
      return figureHtml(named);
    });
    return columns ? `<div class="grid">${html.join("\n")}</div>` : html.join("\n");
  };
  const pairs = pairFigures(result, draws);
  const sections = [
    `<h2>Posterior</h2><p>${escapeMarkup(methodOf(result))}, ${result.seconds.toFixed(2)} s. Curves are densities of ${count(Object.values(draws)[0]?.length ?? 0)} draws; the darker part holds 90 %, the dashed line is the mean.</p>${summaryHtml(result)}`,
    placed(posteriorFigures(result, draws)),
    ...(pairs.length > 0 ? ["<h2>Pairs that correlate</h2>", placed(pairs)] : []),
    `<h2>The fit</h2>${fitHtml(result)}`,
    placed([courseFigure(result)], false),
    "<h2>Predictive check</h2>",
    checks(result, fitted, placed),
    `<h2>Boundaries</h2>${boundaries(fitted)}`,
  ];
  return { sections, figures };
}

/** A figure with its caption and a button that saves it. */
function figureHtml({ name, caption, svg }: Chart): string {
  return `<figure>${svg}<figcaption>${escapeMarkup(caption)} <button type="button" data-save-svg="${escapeMarkup(name)}.svg" aria-label="Save the figure ${escapeMarkup(name)} as SVG">SVG</button></figcaption></figure>`;
}

// File systems take 255 bytes; the number tells names apart that look the same.
function fileName(name: string, index: number): string {
  return `${String(index + 1).padStart(2, "0")}-${name
    .replace(/[^\p{L}\p{N}_-]+/gu, "-")
    .replace(/-+$/, "")
    .slice(0, 50)}`;
}

function summaryHtml({ summary }: RunResult): string {
  const rows = summary.map(({ name, kind, mean, sd, q05, median, q95 }) => [
    name,
    kind,
    ...[mean, sd, q05, median, q95].map(number),
  ]);
  return tableHtml("posterior of each latent", ["name", "kind", "mean", "sd", "5 %", "50 %", "95 %"], rows);
}

function fitHtml(result: RunResult): string {
  const { report, optima } = result;
  if (!report) return `<p>ELBO ${number(result.elbo)}, the mean of the last tenth of the steps.</p>`;
  const { elbo, elboError, gap, gapError, importance, stages, starts } = report;
  const measured = Number.isFinite(gap)
    ? `It can still gain about ${withError(Math.max(0, gap), gapError)} nats nearby (tolerance ${report.tolerance}).`
    : "How much it can still gain was not measured.";
  const weighed = importance
    ? ` Importance weights have k-hat ${number(importance.kHat)}, ${count(importance.draws)} draws are worth ${number(importance.effectiveDraws)}, and estimate log p(data) as ${number(importance.logEvidence)}.`
    : "";
  const placed = stages.map(({ points, steps, elbo, gap, gapError }) => [
    count(points),
    String(steps),
    number(elbo),
    withError(Math.max(0, gap), gapError),
  ]);
  const begun = starts.map(({ from, samples, ended, elbo, optimum }) => [
    from,
    count(samples),
    ended,
    number(elbo),
    optimum === undefined ? "–" : String(optimum + 1),
  ]);
  const others = optima.map(({ weight, elbo, elboError, status, medians, farthest }, k) => [
    String(k + 1),
    percent(weight),
    withError(elbo, elboError),
    status,
    k === 0
      ? "the best"
      : farthest
          .slice(0, 3)
          .map((name) => `${name} ${number(medians[name]!)} (best: ${number(optima[0]!.medians[name]!)})`)
          .join("; "),
  ]);
  return [
    `<p>ELBO ${escapeMarkup(withError(elbo, elboError))}. ${escapeMarkup(`${measured}${weighed} The ${ANSWERED[result.summary[0]?.by ?? "guide"]}.`)}</p>`,
    placed.length > 0
      ? `<h3>Stages of the best start</h3>${tableHtml("stages", ["points", "steps", "ELBO", "gap"], placed)}`
      : "",
    optima.length > 1
      ? `<h3>Optima</h3>${tableHtml("optima", ["optimum", "weight", "ELBO", "status", "where"], others, [4])}`
      : "",
    `<details><summary>${starts.length === 1 ? "1 start" : `${starts.length} starts`}</summary>${tableHtml("starts", ["from", "samples", "ended", "ELBO", "optimum"], begun)}</details>`,
  ].join("");
}

// What cannot be replicated or explained is told in words, and does not cost the rest of the report.
function checks(
  { seed, interrupted }: RunResult,
  { posterior, guided }: Fitted,
  placed: (charts: readonly Chart[]) => string,
): string {
  try {
    const found = predictiveCheck(guided.model, posterior, undefined, { draws: interrupted ? 200 : 1000, seed });
    const rows = Object.values(found).map(({ name, observed, mean, sd, pValue }) => [
      name,
      number(observed),
      number(mean),
      number(sd),
      pValue.toFixed(3),
    ]);
    return `<p>Statistics of the data (dashed) and of data that the fitted model makes. A p-value near 0 or 1 means that it does not make such data.</p>${tableHtml("predictive check", ["statistic", "data", "replicated: mean", "sd", "p-value"], rows)}${placed(checkFigures(found))}`;
  } catch (error) {
    return `<p>${escapeMarkup(`No data can be replicated: ${error instanceof Error ? error.message : String(error)}`)}</p>`;
  }
}

function boundaries({ guided }: Fitted): string {
  try {
    const { conditions, cost, text } = explain(guided.model, { collapse: guided.collapse });
    const rows = conditions.map(({ text, sites, block, strategy }) => [
      text,
      strategy,
      block.join(", "),
      sites.join(", "),
    ]);
    const told =
      rows.length > 0
        ? tableHtml("boundaries", ["condition", "how its boundary is counted", "moved", "jumps"], rows, [0, 1, 2, 3])
        : "<p>No boundary is left to be counted.</p>";
    return `${told}<p>A sample takes ${count(cost.value)} operations for the density, ${count(cost.pathwise)} with the pathwise gradient, ${count(cost.corrected)} with what is added at boundaries.</p><details><summary>All that <code>nondiff explain</code> says</summary><pre>${escapeMarkup(text)}</pre></details>`;
  } catch (error) {
    return `<p>${escapeMarkup(error instanceof Error ? error.message : String(error))}</p>`;
  }
}
