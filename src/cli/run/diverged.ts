/** A loop that met a number which is not finite leaves something: the last good parameters, as text or JSON, and in a folder as a report too. */
import { join } from "node:path";
import type { DivergenceError } from "../../index.ts";
import { writeWhole } from "../files.ts";
import { print } from "../output.ts";
import { documentHtml, type Made, tableHtml } from "../report/document.ts";
import { escapeMarkup } from "../report/escape.ts";
import { number } from "../terminal.ts";
import { elboCsv } from "./csv.ts";
import { courseFigure } from "./figures.ts";
import { divergedOf, jsonOf } from "./result.ts";
import type { Settings } from "./settings.ts";

/** Where it is to be left. */
export interface Places {
  readonly csv: string | undefined;
  readonly out: string | undefined;
  readonly isJson: boolean;
}

/** Writes and prints what there is. */
export async function leaveLastGood(
  model: string,
  error: DivergenceError,
  { loop }: Settings,
  made: Made,
  { csv, out, isJson }: Places,
): Promise<void> {
  const { step, elboTrace, params } = error;
  const { version, command, seed } = made;
  const found = { nondiff: version, command, seed, ...divergedOf(model, error) };
  if (csv !== undefined) await writeWhole(csv, elboCsv([...elboTrace]));
  if (out !== undefined) {
    await writeWhole(join(out, "result.json"), `${jsonOf({ ...found, date: made.date.toISOString() })}\n`);
    await writeWhole(join(out, "report.html"), pageOf(model, error, loop, made));
  }
  if (isJson) return print(jsonOf(found), true);
  const lines = Object.entries(params).map(([key, values]) => `  ${key}=[${[...(values as Float64Array)].join(", ")}]`);
  await print([`${model}: the last good parameters, before step ${step}`, ...lines].join("\n"));
  if (out !== undefined) await print(`\nreport: ${join(out, "report.html")}`);
}

function pageOf(model: string, error: DivergenceError, loop: Settings["loop"], made: Made): string {
  const { step, elboTrace, params, message } = error;
  const values = [...elboTrace];
  const samples = loop?.samples ?? 1;
  const { svg, caption } = courseFigure({
    elboTrace: values,
    samplesTrace: values.map((_, i) => (i + 1) * samples),
    stageTrace: [],
    loop,
  });
  const columns = Object.entries(params).map(([key, entries]) => ({ key, entries: [...(entries as Float64Array)] }));
  const rows = (columns[0]?.entries ?? []).map((_, i) => [
    String(i + 1),
    ...columns.map(({ entries }) => number(entries[i]!)),
  ]);
  return documentHtml({
    title: `${model}: a fit that diverged`,
    verdict: `diverged: at step ${step} a number was not finite; the parameters before it are shown, and are no answer`,
    mood: "doubtful",
    remarks: [message],
    made,
    sections: [
      `<h2>The last good parameters</h2>${tableHtml("parameters of the guide", ["parameter", ...columns.map(({ key }) => key)], rows)}`,
      `<h2>The fit</h2><figure>${svg}<figcaption>${escapeMarkup(caption)}</figcaption></figure>`,
    ],
    files: [
      {
        name: "result.json",
        text: jsonOf({ ...divergedOf(model, error), command: made.command, seed: made.seed }),
        label: "Save the result (JSON)",
      },
    ],
  });
}
