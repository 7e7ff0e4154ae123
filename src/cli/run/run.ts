/** `nondiff run MODEL`: fits a model, prints the posterior of its latents, and leaves a report and draws where it is told to. */
import { DivergenceError } from "../../index.ts";
import { only, parse } from "../arguments.ts";
import { modelNamed } from "../data/model-data.ts";
import { Places, requireFile, requireFolder, writeWhole } from "../files.ts";
import { print } from "../output.ts";
import { printable, progressBar } from "../terminal.ts";
import { commandOf, version } from "../version.ts";
import { checkpointOf, resumedOptions } from "./checkpoint.ts";
import { course } from "./course.ts";
import { drawsCsv, elboCsv } from "./csv.ts";
import { leaveLastGood } from "./diverged.ts";
import { interruption } from "./interruption.ts";
import { fitProgress } from "./progress.ts";
import { writeReport } from "./report.ts";
import { jsonOf, resultOf } from "./result.ts";
import { RUN_OPTIONS, settingsOf } from "./settings.ts";
import { resultText } from "./text.ts";

/** Of a fit that returned and has not converged. */
export const NOT_CONVERGED = 3;

/** Runs the command; returns the exit status: 0, or 3 where the fit returned and has not converged or was interrupted. */
export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parse(args, RUN_OPTIONS);
  const settings = settingsOf(values);
  const isJson = values["json"] === true;
  const tell = (text: string): void => void process.stderr.write(text);
  const model = await modelNamed(only("run", positionals), values);
  const {
    csv,
    draws: drawsFile,
    out,
  } = { csv: named(values["csv"]), draws: named(values["draws"]), out: named(values["out"]) };
  if (csv !== undefined) await requireFile("csv", csv);
  if (drawsFile !== undefined) await requireFile("draws", drawsFile);
  if (out !== undefined) await requireFolder("out", out);
  const checkpoint = await checkpointOf(
    values,
    () => performance.now(),
    (text) => tell(`${printable(text)}\n`),
  );
  const bar = progressBar(process.stderr);
  const start = performance.now();
  const signals = interruption(tell); // heard until the report is written, which takes as long as a fit
  // The text on standard output has the warnings of a fit that decides its steps itself.
  const isTold = isJson || settings.loop !== undefined;
  try {
    const options = {
      ...(await resumedOptions(values, settings)),
      onWarning: (message: string) => {
        if (isTold) tell(`warning: ${printable(message)}\n`);
      },
    };
    const fitted = await course(
      model,
      options,
      fitProgress(bar, settings.options.tolerance ?? 0.05),
      signals,
      checkpoint,
    );
    bar.done();
    const seconds = (performance.now() - start) / 1000;
    const { result, draws } = resultOf({
      settings,
      fitted,
      seconds,
      version: version(),
      command: commandOf("run", args),
    });
    const places = new Places();
    await places.attempt(undefined, () =>
      isJson
        ? print(jsonOf(result), true)
        : print(resultText(result, process.stdout.isTTY ? process.stdout.columns : undefined)),
    );
    await places.attempt("checkpoint", () => checkpoint?.requireKept() ?? Promise.resolve());
    if (csv !== undefined) await places.attempt("csv", () => writeWhole(csv, elboCsv(result.elboTrace)));
    if (drawsFile !== undefined) await places.attempt("draws", () => writeWhole(drawsFile, drawsCsv(draws)));
    if (out !== undefined)
      await places.attempt("out", async () => {
        const page = await writeReport(out, { result, draws, fitted, date: new Date() });
        if (!isJson) await print(`\nreport: ${page}`);
      });
    places.requireAll();
    return result.ok ? 0 : NOT_CONVERGED;
  } catch (error) {
    bar.done();
    if (error instanceof DivergenceError) {
      const made = { version: version(), date: new Date(), command: commandOf("run", args), seed: settings.seed };
      await leaveLastGood(model.name, error, settings, made, { csv, out, isJson });
    }
    throw error;
  } finally {
    bar.done();
    signals.over();
  }
}

function named(value: string | boolean | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}
