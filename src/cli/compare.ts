/** `nondiff compare MODEL|all`: every estimator on a model, with the tables of the paper and a report. */
import { join } from "node:path";
import { integer, integers, type OptionSpecs, only, parse, positiveNumber, UsageError } from "./arguments.ts";
import { DATA_OPTIONS, modelNamed } from "./data/model-data.ts";
import { ACCURACY, type CatalogueRow, ESTIMATORS, PAPER_ESTIMATORS } from "./estimators.ts";
import { measureBias } from "./experiment/bias.ts";
import { type Experiment, runExperiment } from "./experiment/experiment.ts";
import { requireFolder, writeWhole } from "./files.ts";
import { MODELS } from "./load-model.ts";
import { print } from "./output.ts";
import { reportHtml } from "./report/html.ts";
import { elboPlot, variancePlot } from "./report/plots.ts";
import { plotSvg } from "./report/svg.ts";
import { tables } from "./report/tables.ts";
import { progressBar } from "./terminal.ts";
import { commandOf, version } from "./version.ts";

export const COMPARE_OPTIONS: OptionSpecs = {
  ...DATA_OPTIONS,
  steps: { type: "string", value: "N", help: "Adam iterations (default 10000, the paper's)" },
  lr: { type: "string", value: "X", help: "Adam's step size (default 0.001)" },
  samples: { type: "string", value: "LIST", help: "samples per gradient (default 1,8,16)" },
  "variance-samples": {
    type: "string",
    value: "N",
    help: "gradient samples per iteration for the variance (default 16)",
  },
  "bias-samples": {
    type: "string",
    value: "N",
    help: "samples for the bias at the initial point (default twice the steps, at least 1000)",
  },
  estimators: {
    type: "string",
    value: "LIST",
    help: `all, or some of ${[...ESTIMATORS.keys()].join(", ")} (default ${PAPER_ESTIMATORS.join(",")}); smoothed and dsgd have accuracy ${ACCURACY}`,
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
  const given = ["data", "set"].find((option) => values[option] !== undefined);
  if (name === "all" && given !== undefined)
    throw new UsageError(`--${given}: got it for all models, which have their data; expected one model`);
  const models = name === "all" ? [...MODELS.values()] : [await modelNamed(name, values)];
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
  const estimators = estimatorsNamed(values["estimators"]);
  const group = Math.max(2, ...options.samples);
  const biasSamples = integer("bias-samples", values["bias-samples"], Math.max(1000, 2 * options.steps, 2 * group));
  if (biasSamples < 2 * group)
    throw new UsageError(`--bias-samples: got "${biasSamples}", expected an integer ≥ ${2 * group}, twice --samples`);
  const directory = String(values["out"] ?? join("reports", name === "all" ? "all" : fileName(models[0]!.name)));
  await requireFolder("out", directory);
  const experiments: Experiment[] = [];
  const bar = progressBar(process.stderr);
  try {
    models.forEach((model, index) => {
      const onProgress = (fraction: number, text: string): void => bar.update((index + fraction) / models.length, text);
      const experiment = runExperiment(model, estimators, { ...options, onProgress });
      const accepted = new Map([...estimators].filter(([estimator]) => experiment.refused?.[estimator] === undefined));
      const { steps, seed } = options;
      const bias = measureBias(model, accepted, { samples: biasSamples, group, step: steps - 1, seed });
      experiments.push({ ...experiment, bias });
    });
  } finally {
    bar.done();
  }
  await writeWhole(join(directory, "results.json"), `${JSON.stringify(experiments, null, 1)}\n`);
  for (const experiment of experiments)
    for (const samples of options.samples) {
      const stem = join(directory, `${fileName(experiment.model)}-${samples}`);
      await writeWhole(`${stem}-elbo.svg`, plotSvg(elboPlot(experiment, samples)));
      await writeWhole(`${stem}-variance.svg`, plotSvg(variancePlot(experiment, samples)));
    }
  const page = join(directory, "report.html");
  await writeWhole(
    page,
    reportHtml(experiments, {
      version: version(),
      date: new Date(),
      command: commandOf("compare", args),
      seed: options.seed,
    }),
  );
  const isJson = values["json"] === true;
  await print(
    isJson ? JSON.stringify(experiments) : experiments.map((experiment) => tables(experiment)).join("\n\n"),
    isJson,
  );
  if (!isJson) await print(`\nreport: ${page}`);
}

/** The rows of a list of names, in the order of the catalogue; SCORE, to which ratios refer, is always among them. */
function estimatorsNamed(text: string | boolean | undefined): ReadonlyMap<string, CatalogueRow> {
  if (text === "all") return ESTIMATORS;
  const names = text === undefined ? PAPER_ESTIMATORS : String(text).split(",");
  for (const name of names)
    if (!ESTIMATORS.has(name))
      throw new UsageError(`--estimators: got "${name}", expected all or some of ${[...ESTIMATORS.keys()].join(", ")}`);
  return new Map([...ESTIMATORS].filter(([name]) => name === "score" || names.includes(name)));
}

/** A model's name as part of a file's name, of which file systems take 255 bytes. */
function fileName(model: string): string {
  return model.replace(/[^\p{L}\p{N}_-]+/gu, "-").slice(0, 60);
}
