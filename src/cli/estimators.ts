/** The estimators by the names the command line knows them by, in the order of the paper's figures. */
import { corrected, type Estimator, lyy18, reparam, score } from "../estimators/index.ts";

export const ESTIMATORS: ReadonlyMap<string, () => Estimator> = new Map([
  ["score", score],
  ["reparam", reparam],
  ["lyy18", () => lyy18()],
  ["corrected", corrected],
]);
