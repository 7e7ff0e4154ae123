/** The guides by the names the command line knows them by: `nondiff run MODEL --guide full-rank`. */
import { fullRank, type Guide, meanField } from "../index.ts";
import { type OptionSpecs, UsageError } from "./arguments.ts";

const GUIDES: ReadonlyMap<string, () => Guide> = new Map<string, () => Guide>([
  ["mean-field", meanField],
  ["full-rank", fullRank],
]);
const NAMES = [...GUIDES.keys()].join(", ");

export const GUIDE_OPTION = {
  guide: {
    type: "string",
    value: "NAME",
    help: `what is fitted: one of ${NAMES} (default mean-field; full-rank has correlations)`,
  },
} as const satisfies OptionSpecs;

/** The guide that an option names. */
export function guideNamed(text: string | boolean | undefined): Guide {
  const make = GUIDES.get(String(text ?? "mean-field"));
  if (!make) throw new UsageError(`--guide: got "${text}", expected one of ${NAMES}`);
  return make();
}
