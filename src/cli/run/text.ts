/** A result as text for terminals: verdict, table of latents with their histograms, discrete latents, other optima, warnings. */
import { bars, number, printable, sparkline, table, withError, wrapped, wrappedItems } from "../terminal.ts";
import type { MarginalRow } from "./marginals.ts";
import type { RunResult } from "./result.ts";
import { ANSWERED, methodOf, verdictOf, warningText } from "./verdict.ts";

/** The text, in lines of at most `columns` characters as far as names and numbers let it. */
export function resultText(result: RunResult, columns = 100): string {
  const { model, report, elbo, elboTrace, loop, seconds, summary } = result;
  const width = Math.max(30, columns - 1);
  const method = methodOf(result);
  const head = loop
    ? [
        `${model} by ${result.estimator}${result.guide === "mean-field" ? "" : ` under the ${result.guide} guide`}: ${elboTrace.length} steps of ${loop.samples} samples in ${seconds.toFixed(2)} s`,
        ...(result.interrupted ? [verdictOf(result)] : []),
        `ELBO ${sparkline(elboTrace, Math.min(60, width - 30))} ${number(elbo)} (mean of the last tenth)`,
      ]
    : [
        wrapped(`${model}: ${verdictOf(result)}`, width, "  "),
        wrapped(`${method}, ${seconds.toFixed(2)} s`, width, "  "),
        wrappedItems(
          "",
          [`ELBO ${withError(elbo, report?.elboError ?? NaN)}`, `gap ${gapText(report?.gap, report?.gapError)}`],
          width,
        ),
        ...stageLines(result, width),
      ];
  const parts = [
    head.map(printable).join("\n"),
    latentTable(loop ? summary.map(({ histogram: _, ...row }) => row) : summary, width),
    ...(loop || !summary[0] ? [] : [wrapped(ANSWERED[summary[0].by], width, "  ")]),
    ...summary.flatMap((row) => (row.kind === "discrete" ? [discreteLine(row, width)] : [])),
    ...correlationLines(result, width),
    ...optimaLines(result, width),
    ...warningLines(result, width),
  ];
  return parts.join("\n\n");
}

// The gap is estimated without its noise, and may come out below zero.
function gapText(gap: number | undefined, error = NaN): string {
  return gap === undefined || Number.isNaN(gap) ? "not estimated" : withError(Math.max(0, gap), error);
}

function stageLines({ report }: RunResult, width: number): string[] {
  const stages = report?.stages ?? [];
  if (stages.length === 0) return [];
  const texts = stages.map(({ points, gap }) => `${points} points → gap ${gapText(gap)}`);
  return [wrappedItems("stages  ", texts, width)];
}

const NUMBERS = ["mean", "sd", "5 %", "50 %", "95 %"] as const;

// On narrow terminals the histogram goes first, then the quantiles.
function latentTable(summary: readonly MarginalRow[], width: number): string {
  const rows = summary.map(({ name, mean, sd, q05, median, q95, histogram }) => [
    name,
    ...[mean, sd, q05, median, q95].map(number),
    histogram ? bars(histogram.counts) : "",
  ]);
  const hasHistograms = rows.some((row) => row[6] !== "");
  const shapes = [...(hasHistograms ? [7] : []), 6, 3];
  for (const cells of shapes) {
    const headers = ["latent", ...NUMBERS, "histogram"].slice(0, cells);
    const text = table(
      headers,
      rows.map((row) => row.slice(0, cells)),
      cells === 7 ? [6] : [],
    );
    const longest = Math.max(...text.split("\n").map((line) => line.length));
    if (longest <= width || cells === 3) return text;
  }
  return "";
}

const SHOWN_VALUES = 12;

function discreteLine({ name, probabilities = [] }: MarginalRow, width: number): string {
  const likely = [...probabilities].sort((p, q) => q.probability - p.probability).slice(0, SHOWN_VALUES);
  const shown = probabilities.filter((each) => likely.includes(each));
  const texts = shown.map(({ value, probability }) => `${number(value)}: ${percent(probability)}`);
  const left = probabilities.length - shown.length;
  const items = left > 0 ? [...texts, `and ${left} less likely values`] : texts;
  return printable(wrappedItems(`${name}  `, items, width));
}

/** A probability as a percentage: 12.3 %, and 0.01 % rather than 0.0 %. */
export function percent(probability: number): string {
  const value = 100 * probability;
  if (value === 0 || value >= 0.1) return `${value.toFixed(1)} %`;
  return value < 1e-3 ? "< 0.001 %" : `${value.toFixed(3)} %`;
}

const MOST_SHOWN = 8;
const LEAST_SHOWN = 0.1;

/** The largest correlations in size, such as "a, b −0.83". */
export function strongestCorrelations({
  latents,
  correlations = [],
}: RunResult): { a: string; b: string; value: number }[] {
  return latents
    .flatMap((a, i) => latents.slice(i + 1).map((b, k) => ({ a, b, value: correlations[i]?.[i + 1 + k] ?? 0 })))
    .filter(({ value }) => Math.abs(value) >= LEAST_SHOWN)
    .sort((p, q) => Math.abs(q.value) - Math.abs(p.value))
    .slice(0, MOST_SHOWN);
}

function correlationLines(result: RunResult, width: number): string[] {
  const texts = strongestCorrelations(result).map(({ a, b, value }) => `${a}, ${b} ${value.toFixed(2)}`);
  return texts.length > 0 ? [printable(wrappedItems("correlations: ", texts, width))] : [];
}

const SHOWN_OPTIMA = 6;
const SHOWN_DIFFERENCES = 3;

function optimaLines({ optima }: RunResult, width: number): string[] {
  const [best, ...others] = optima;
  if (!best || others.length === 0) return [];
  const lines = others.slice(0, SHOWN_OPTIMA).map(({ elbo, weight, medians, farthest }) => {
    const where = farthest
      .slice(0, SHOWN_DIFFERENCES)
      .map((name) => `${name} ${number(medians[name]!)} there, ${number(best.medians[name]!)} here`);
    return wrapped(
      `  ${percent(weight)}, ELBO ${number(elbo)}${where.length > 0 ? `: ${where.join("; ")}` : ""}`,
      width,
      "    ",
    );
  });
  const left = others.length - lines.length;
  const title = wrapped(`other optima (the best one weighs ${percent(best.weight)}):`, width, "  ");
  return [printable([title, ...lines, ...(left > 0 ? [`  and ${left} more; --json has all`] : [])].join("\n"))];
}

function warningLines({ warnings, loop }: RunResult, width: number): string[] {
  if (warnings.length === 0 || loop) return [];
  const lines = warnings.map(({ code, message }) => wrapped(`  ${code}: ${warningText(message)}`, width, "    "));
  return [printable(["warnings:", ...lines].join("\n"))];
}
