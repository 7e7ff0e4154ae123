/** Draws and gradients are written as files that any program reads: a header, then a line for each draw or gradient. */
import type { Draws } from "./marginals.ts";

/** The ELBO of every gradient: `step,elbo`. */
export function elboCsv(elboTrace: readonly number[]): string {
  return `step,elbo\n${elboTrace.map((elbo, i) => `${i + 1},${elbo}\n`).join("")}`;
}

/** Draws, a column for each quantity: numbers to the last digit, nothing where a quantity is in an arm that was not taken. */
export function drawsCsv(draws: Draws): string {
  const columns = Object.values(draws);
  const lines = Array.from({ length: columns[0]?.length ?? 0 }, (_, d) =>
    columns.map((values) => (Number.isNaN(values[d]!) ? "" : values[d]!)).join(","),
  );
  return `${[Object.keys(draws).map(quoted).join(","), ...lines].join("\n")}\n`;
}

// RFC 4180: what holds a comma, a quote or a line's end stands in quotes. Control characters are left out of headers.
function quoted(name: string): string {
  const clean = name.replaceAll(/\p{Cc}/gu, " ");
  return /[",]/.test(clean) ? `"${clean.replaceAll('"', '""')}"` : clean;
}
