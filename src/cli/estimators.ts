/** The estimators by the names the command line knows them by, in the order of the paper's figures: one row each. */
import { corrected, type Estimator, lyy18, reparam, score } from "../estimators/index.ts";

export interface CatalogueRow {
  readonly make: () => Estimator;
  /** Of its lines in plots, legible on white and on black. */
  readonly colour: string;
  /** Lengths of dash and gap, so that lines on top of one another can be told apart; empty for a solid line. */
  readonly dash: readonly number[];
}

// biome-ignore format: a table
export const ESTIMATORS: ReadonlyMap<string, CatalogueRow> = new Map<string, CatalogueRow>([
  ["score",     { make: score,         colour: "#8a8a8a", dash: [] }],
  ["reparam",   { make: reparam,       colour: "#e0433f", dash: [2, 4] }],
  ["lyy18",     { make: () => lyy18(), colour: "#3b8fd6", dash: [9, 5] }],
  ["corrected", { make: corrected,     colour: "#2ba84a", dash: [] }],
]);
