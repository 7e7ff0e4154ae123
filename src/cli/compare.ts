import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { integer, integers, type OptionSpecs, only, parse, positiveNumber, UsageError } from "./arguments.ts";
import { ESTIMATORS } from "./estimators.ts";
import { type Experiment, runExperiment } from "./experiment.ts";
import { loadModel, MODELS } from "./load-model.ts";
import { reportHtml } from "./report/html.ts";
import { elboPlot, variancePlot } from "./report/plots.ts";
import { plotSvg } from "./report/svg.ts";
import { tables } from "./report/tables.ts";
import { progressBar } from "./terminal.ts";

export const COMPARE_OPTIONS: OptionSpecs = {
  steps: { type: "string", value: "N", help: "Adam iterations (default 10000, the paper's)" },
  lr: { type: "string", value: "X", help: "Adam's step size (default 0.001)" },
  samples: { type: "string", value: "LIST", help: "samples per gradient (default 1,8,16)" },
  "variance-samples": {
    type: "string",
    value: "N",
    help: "gradient samples per iteration for the variance (default 16)",
  },
  seed: { type: "string", value: "N", help: "seed (default 0)" },
  out: {
    type: "string",
    value: "DIR",
    help: "where to write report.html, results.json and SVG plots (default reports/MODEL)",
  },
  json: { type: "boolean", help: "print the results as JSON instead of tables" },
};

/** `nondiff compare MODEL|all`: the paper's experiment, tables and report. */
export async function compare(args: readonly string[]): Promise<void> {
  const { values, positionals } = parse(args, COMPARE_OPTIONS);
  const name = only("compare", positionals);
  const models = name === "all" ? [...MODELS.values()] : [await loadModel(name)];
  const bar = progressBar(process.stderr);
  const varianceSamples = integer("variance-samples", values["variance-samples"], 16);
  if (varianceSamples < 2)
    throw new UsageError(`--variance-samples: got "${varianceSamples}", expected an integer ≥ 2`);
  const options = {
    steps: integer("steps", values["steps"], 10_000),
    learningRate: positiveNumber("lr", values["lr"], 0.001),
    samples: integers("samples", values["samples"], [1, 8, 16]),
    varianceSamples,
    seed: integer("seed", values["seed"], 0, Number.MIN_SAFE_INTEGER),
  };
  const experiments: Experiment[] = [];
  try {
    models.forEach((model, index) => {
      const onProgress = (fraction: number, text: string): void => bar.update((index + fraction) / models.length, text);
      experiments.push(runExperiment(model, ESTIMATORS, { ...options, onProgress }));
    });
  } finally {
    bar.done();
  }
  const directory = String(values["out"] ?? join("reports", name === "all" ? "all" : fileName(experiments[0]!.model)));
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, "results.json"), `${JSON.stringify(experiments, null, 1)}\n`);
  for (const experiment of experiments)
    for (const samples of options.samples) {
      const stem = join(directory, `${fileName(experiment.model)}-${samples}`);
      await writeFile(`${stem}-elbo.svg`, plotSvg(elboPlot(experiment, samples)));
      await writeFile(`${stem}-variance.svg`, plotSvg(variancePlot(experiment, samples)));
    }
  const page = join(directory, "report.html");
  await writeFile(page, reportHtml(experiments));
  console.log(
    values["json"] ? JSON.stringify(experiments) : experiments.map((experiment) => tables(experiment)).join("\n\n"),
  );
  if (!values["json"]) console.log(`\nreport: ${page}`);
}

/** A model's name as part of a file's name. */
function fileName(model: string): string {
  return model.replace(/[^\p{L}\p{N}_-]+/gu, "-");
}
