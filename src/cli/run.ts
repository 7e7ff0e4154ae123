/** `nondiff run MODEL`: fits a model and prints the posterior of its latents. */
import { adam, DivergenceError, fitSteps } from "../index.ts";
import type { Posterior } from "../inference/posterior.ts";
import { integer, type OptionSpecs, only, parse, positiveNumber, UsageError } from "./arguments.ts";
import { BACKENDS } from "./backends.ts";
import { ESTIMATORS } from "./estimators.ts";
import { requireFile, writeWhole } from "./files.ts";
import { GUIDE_OPTION, guideNamed } from "./guides.ts";
import { loadModel } from "./load-model.ts";
import { print } from "./output.ts";
import { number, printable, progressBar, sparkline, table } from "./terminal.ts";

export const RUN_OPTIONS: OptionSpecs = {
  estimator: { type: "string", value: "NAME", help: `one of ${[...ESTIMATORS.keys()].join(", ")} (default corrected)` },
  ...GUIDE_OPTION,
  steps: { type: "string", value: "N", help: "optimiser steps (default 5000)" },
  lr: { type: "string", value: "X", help: "Adam's step size (default 0.01)" },
  samples: { type: "string", value: "N", help: "samples per gradient (default 16)" },
  seed: { type: "string", value: "N", help: "seed; same seed, same fit (default 0)" },
  backend: {
    type: "string",
    value: "NAME",
    help: `what computes: one of ${[...BACKENDS.keys()].join(", ")} (default auto; same results from all)`,
  },
  collapse: { type: "boolean", help: "sum out what reaches the model only through conditions" },
  json: { type: "boolean", help: "print JSON instead of a table" },
  csv: { type: "string", value: "FILE", help: "write the ELBO of every step as CSV" },
};

/** `nondiff run MODEL`: fits a model and prints its posterior. */
export async function run(args: readonly string[]): Promise<void> {
  const { values, positionals } = parse(args, RUN_OPTIONS);
  const name = String(values["estimator"] ?? "corrected");
  const row = ESTIMATORS.get(name);
  if (!row) throw new UsageError(`--estimator: got "${name}", expected one of ${[...ESTIMATORS.keys()].join(", ")}`);
  const guide = guideNamed(values["guide"]);
  const backend = BACKENDS.get(String(values["backend"] ?? "auto"));
  if (!backend)
    throw new UsageError(`--backend: got "${values["backend"]}", expected one of ${[...BACKENDS.keys()].join(", ")}`);
  const steps = integer("steps", values["steps"], 5000);
  const samples = integer("samples", values["samples"], 16);
  const seed = integer("seed", values["seed"], 0, Number.MIN_SAFE_INTEGER);
  const optimizer = adam({ learningRate: positiveNumber("lr", values["lr"], 0.01) });
  const model = await loadModel(only("run", positionals));
  const csv = values["csv"] === undefined ? undefined : String(values["csv"]);
  if (csv !== undefined) await requireFile("csv", csv);
  const bar = progressBar(process.stderr);
  const start = performance.now();
  let posterior: Posterior;
  try {
    const iterator = fitSteps(model, {
      estimator: row.make(),
      guide,
      collapse: values["collapse"] === true ? "auto" : false,
      backend: backend(),
      optimizer,
      steps,
      samples,
      seed,
      onWarning: (message) => process.stderr.write(`warning: ${printable(message)}\n`),
    });
    for (;;) {
      const next = iterator.next();
      if (next.done) {
        posterior = next.value;
        break;
      }
      bar.update(next.value.step / steps, `step ${next.value.step}  ELBO ${number(next.value.elbo)}`);
    }
  } catch (error) {
    if (error instanceof DivergenceError) {
      bar.done();
      await leaveLastGood(model.name, error, csv, values["json"] === true);
    }
    throw error;
  } finally {
    bar.done();
  }
  const seconds = (performance.now() - start) / 1000;
  const { elboTrace } = posterior;
  if (csv !== undefined) await writeWhole(csv, elboCsv(elboTrace));
  const last = elboTrace.subarray(Math.floor(0.9 * elboTrace.length));
  const elbo = last.reduce((total, value) => total + value, 0) / last.length;
  if (values["json"]) {
    const { latents, params, parameterNames, warnings } = posterior;
    const isCorrelated = guide.name !== "mean-field";
    const result = {
      model: model.name,
      estimator: name,
      guide: guide.name,
      steps,
      samples,
      seed,
      seconds,
      elbo,
      params: Object.fromEntries(Object.entries(params).map(([key, numbers]) => [key, [...numbers]])),
      summary: posterior.summary(),
      ...(isCorrelated && {
        parameterNames,
        correlations: latents.map((a) => latents.map((b) => posterior.correlation(a, b))),
      }),
      warnings,
      elboTrace: [...elboTrace],
    };
    return print(JSON.stringify(result));
  }
  const rows = posterior
    .summary()
    .map((row) => [row.name, number(row.mean), number(row.sd), number(row.q05), number(row.median), number(row.q95)]);
  const under = guide.name === "mean-field" ? "" : ` under the ${guide.name} guide`;
  const strongest = guide.name === "mean-field" ? [] : strongestCorrelations(posterior);
  await print(
    [
      `${printable(model.name)} by ${name}${under}: ${steps} steps of ${samples} samples in ${seconds.toFixed(2)} s`,
      `ELBO ${sparkline(elboTrace)} ${number(elbo)} (mean of the last tenth)\n`,
      table(["latent", "mean", "sd", "5 %", "50 %", "95 %"], rows),
      ...(strongest.length > 0 ? [`\ncorrelations: ${printable(strongest.join(", "))}`] : []),
    ].join("\n"),
  );
}

function elboCsv(elboTrace: Float64Array): string {
  return `step,elbo\n${Array.from(elboTrace, (elbo, i) => `${i + 1},${elbo}\n`).join("")}`;
}

// What a fit that met a number which is not finite has come to.
async function leaveLastGood(
  model: string,
  { message, step, params, elboTrace }: DivergenceError,
  csv: string | undefined,
  isJson: boolean,
): Promise<void> {
  if (csv !== undefined) await writeWhole(csv, elboCsv(elboTrace));
  const numbers = Object.fromEntries(
    Object.entries(params).map(([key, values]) => [key, [...(values as Float64Array)]]),
  );
  if (isJson)
    return print(
      JSON.stringify({ model, status: "diverged", message, step, params: numbers, elboTrace: [...elboTrace] }),
    );
  const lines = Object.entries(numbers).map(([key, values]) => `  ${key}=[${values.join(", ")}]`);
  await print([`${printable(model)}: the last good parameters, before step ${step}`, ...lines].join("\n"));
}

const MOST_SHOWN = 8;
const LEAST_SHOWN = 0.1;

// The largest ones in size, such as "a, b −0.83".
function strongestCorrelations(posterior: Posterior): string[] {
  const { latents } = posterior;
  return latents
    .flatMap((a, i) => latents.slice(i + 1).map((b) => ({ a, b, value: posterior.correlation(a, b) })))
    .filter(({ value }) => Math.abs(value) >= LEAST_SHOWN)
    .sort((p, q) => Math.abs(q.value) - Math.abs(p.value))
    .slice(0, MOST_SHOWN)
    .map(({ a, b, value }) => `${a}, ${b} ${value.toFixed(2)}`);
}
