/** The guides by the names the command line knows them by: `nondiff run MODEL --guide full-rank`. */
import { fullRank, type Guide, meanField } from "../index.ts";

export const GUIDES: ReadonlyMap<string, () => Guide> = new Map<string, () => Guide>([
  ["mean-field", meanField],
  ["full-rank", fullRank],
]);
