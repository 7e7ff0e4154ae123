/** `explain` tells in lines of text what was summed out of a model, what was not, and why. */
import type { Collapsed, CollapseReport } from "../../collapse/collapse.ts";

/** The lines, with the operations of the gradient before and after. */
export function collapseLines(
  { collapsed, kept }: CollapseReport,
  before: number | undefined,
  after: number,
): string[] {
  const without = before === undefined ? "" : ` (${before} without summing out)`;
  return [
    collapsed.length > 0 ? "summed out, exactly:" : "summed out: nothing",
    ...grouped(collapsed, ({ cells, clique, lostMass }: Collapsed) => {
      const lost = lostMass === undefined ? "" : `; a prior probability of ${lostMass.toPrecision(1)} is left out`;
      return `${cells} cells, in a table of ${clique}${lost}`;
    }),
    ...(kept.length > 0 ? ["kept:", ...grouped(kept, ({ reason }) => reason)] : []),
    ...(collapsed.length > 0 ? [`gradient: ${after} operations${without}`] : []),
  ];
}

// Latents of which the same is said share a line.
function grouped<T extends { readonly latent: string }>(rows: readonly T[], say: (row: T) => string): string[] {
  const byText = new Map<string, string[]>();
  for (const row of rows) byText.set(say(row), [...(byText.get(say(row)) ?? []), row.latent]);
  return [...byText].map(([text, names]) => {
    const shown =
      names.length > 4 ? `${names.slice(0, 3).join(", ")}, … ${names.at(-1)} (${names.length})` : names.join(", ");
    return `  ${shown}: ${text}`;
  });
}
