/** `nondiff explain` prints what `corrected` does with a model: a summary of its boundaries, or the program after each pass. */
import type { ExplainOptions } from "../index.ts";
import { explain as explained } from "../index.ts";
import { type Stage, stagesOf } from "../inference/explain/stages.ts";
import { FULL } from "../profile.ts";
import type { Model } from "../program/model.ts";
import { integer, type OptionSpecs, only, parse, UsageError } from "./arguments.ts";
import { DATA_OPTIONS, modelNamed } from "./data/model-data.ts";
import { GUIDE_OPTION, guideNamed } from "./guides.ts";
import { print } from "./output.ts";

export const EXPLAIN_OPTIONS = {
  ...DATA_OPTIONS,
  ...GUIDE_OPTION,
  stage: {
    type: "string",
    value: "NAME",
    help: "print the program at a stage on its way to the tape; long ones are shortened",
  },
  stages: { type: "boolean", help: "list the stages; needs no model" },
  "no-marginalise": { type: "boolean", help: "as under corrected({ marginalise: false })" },
  entropy: { type: "string", value: "NAME", help: "sampled (default), analytic or sticking-the-landing" },
  boundaries: { type: "string", value: "N", help: "boundaries per sample: all (default), auto, or a number" },
  collapse: { type: "boolean", help: "sum out what reaches the model only through conditions, as fit's collapse does" },
  json: { type: "boolean", help: "print JSON, nothing shortened" },
} as const satisfies OptionSpecs;

type Values = Record<string, string | boolean | undefined>;

/** Runs the command. */
export async function explain(args: readonly string[]): Promise<void> {
  const { values, positionals } = parse(args, EXPLAIN_OPTIONS);
  const isJson = values["json"] === true;
  const options = optionsOf(values);
  const name = only("explain", positionals);
  if (values["stages"]) return print(listed(stagesOf(FULL, options), isJson), isJson);
  const model = await modelNamed(name, values);
  if (values["stage"] !== undefined) {
    const stage = stageNamed(stagesOf(FULL, options), String(values["stage"]));
    return print(printed(model, stage, isJson), isJson);
  }
  const { text, ...explanation } = explained(model, options);
  await print(isJson ? JSON.stringify(explanation) : text, isJson);
}

function optionsOf({ collapse, guide, entropy, boundaries, "no-marginalise": plain }: Values): ExplainOptions {
  return {
    guide: guideNamed(guide),
    ...(plain === true && { marginalise: false }),
    ...(collapse === true && { collapse: "auto" }),
    ...(entropy !== undefined && { entropy: entropy as NonNullable<ExplainOptions["entropy"]> }),
    ...(boundaries !== undefined && {
      boundaries: boundaries === "all" || boundaries === "auto" ? boundaries : integer("boundaries", boundaries, 1),
    }),
  };
}

function stageNamed(stages: readonly Stage[], name: string): Stage {
  const stage = stages.find((each) => each.name === name);
  if (!stage)
    throw new UsageError(
      `--stage: no such stage; got "${name}", expected one of ${stages.map((each) => each.name).join(", ")}`,
    );
  return stage;
}

function listed(stages: readonly Stage[], isJson: boolean): string {
  if (isJson) return JSON.stringify(stages.map(({ name, sentence }) => ({ name, sentence })));
  const width = Math.max(...stages.map(({ name }) => name.length));
  return stages.map(({ name, sentence }) => `${name.padEnd(width)}  ${sentence}`).join("\n");
}

// Of longer programs the beginning and the end are printed, and of longer lines the beginning.
const [FIRST_LINES, LAST_LINES] = [40, 20];
const MOST_CHARACTERS = 200;

function printed(model: Model, { name, sentence, linesOf }: Stage, isJson: boolean): string {
  const lines = linesOf(model);
  if (isJson) return JSON.stringify({ model: model.name, stage: name, sentence, lines });
  const left = lines.length - FIRST_LINES - LAST_LINES;
  const shown =
    left > 1
      ? [...lines.slice(0, FIRST_LINES), `… ${left} lines are left out; --json has all …`, ...lines.slice(-LAST_LINES)]
      : lines;
  const short = (line: string): string =>
    line.length > MOST_CHARACTERS ? `${line.slice(0, MOST_CHARACTERS - 1)}…` : line;
  return [`${model.name}, ${name}: ${sentence}`, "", ...shown.map(short)].join("\n");
}
