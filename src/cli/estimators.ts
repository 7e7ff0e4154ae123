/** The estimators by the names the command line knows them by, the paper's in the order of its figures: one row each. */
import { corrected, type Estimator, lyy18, reparam, score, smoothed } from "../estimators/index.ts";

export interface CatalogueRow {
  readonly make: () => Estimator;
  /** Of its lines in plots, legible on white and on black. */
  readonly colour: string;
  /** Lengths of dash and gap, so that lines on top of one another can be told apart; empty for a solid line. */
  readonly dash: readonly number[];
}

/** Of `smoothed`, and of `dsgd` in its 4000th step. */
export const ACCURACY = 0.1;

// biome-ignore format: a table
export const ESTIMATORS: ReadonlyMap<string, CatalogueRow> = new Map<string, CatalogueRow>([
  ["score",     { make: score,         colour: "#8a8a8a", dash: [] }],
  ["reparam",   { make: reparam,       colour: "#e0433f", dash: [2, 4] }],
  ["lyy18",     { make: () => lyy18(), colour: "#3b8fd6", dash: [9, 5] }],
  ["corrected", { make: corrected,     colour: "#2ba84a", dash: [] }],
  ["smoothed",  { make: () => smoothed({ accuracy: ACCURACY }),                   colour: "#d9952b", dash: [6, 3] }],
  ["dsgd",      { make: () => smoothed({ accuracy: ACCURACY, schedule: "dsgd" }), colour: "#a05bc9", dash: [6, 3, 2, 3] }],
  ["score-loo", { make: () => score({ baseline: "leave-one-out" }),               colour: "#8a8a8a", dash: [2, 4] }],
]);

/** Those that `compare` runs unless told otherwise. */
export const PAPER_ESTIMATORS: readonly string[] = ["score", "reparam", "lyy18", "corrected"];
