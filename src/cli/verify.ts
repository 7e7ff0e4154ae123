/**
 * `nondiff verify`: whether the gradient of a model is unbiased, the model what it says, and a fit of it right. The exit code tells the
 * worst of what was found: 0 right, 1 error, 2 wrong or biased, 3 undecided.
 */
import { fit } from "../index.ts";
import type { Model } from "../program/model.ts";
import {
  checkPosterior,
  type GradientCheck,
  type ModelCheck,
  type PosteriorCheck,
  verifyGradient,
  verifyModel,
} from "../verify/index.ts";
import { integer, type OptionSpecs, only, parse, UsageError } from "./arguments.ts";
import { DATA_OPTIONS, modelNamed } from "./data/model-data.ts";
import { ESTIMATORS } from "./estimators.ts";
import { print } from "./output.ts";

export const VERIFY_OPTIONS = {
  ...DATA_OPTIONS,
  gradient: { type: "boolean", help: "the gradient against an independent reference (default: all three)" },
  model: { type: "boolean", help: "the program against its trace, a second run, its derivatives" },
  posterior: { type: "boolean", help: "a fit against chains that draw by the density alone" },
  estimator: { type: "string", value: "NAME", help: `one of ${[...ESTIMATORS.keys()].join(", ")} (default corrected)` },
  budget: {
    type: "string",
    value: "N",
    help: "most samples of the estimator, a sixteenth of the chains' evaluations (default 131072)",
  },
  seed: { type: "string", value: "N", help: "same seed, same numbers (default 0)" },
  json: { type: "boolean", help: "print JSON" },
} as const satisfies OptionSpecs;

interface Report {
  model?: ModelCheck;
  gradient?: GradientCheck;
  posterior?: PosteriorCheck;
}

/** Runs the command; the exit code of the process. */
export async function verify(args: readonly string[]): Promise<number> {
  try {
    return await checked(args);
  } catch (error) {
    // Of this command 2 means biased.
    throw error instanceof UsageError ? new RangeError(error.message, { cause: error }) : error;
  }
}

async function checked(args: readonly string[]): Promise<number> {
  const { values, positionals } = parse(args, VERIFY_OPTIONS);
  const name = String(values["estimator"] ?? "corrected");
  const row = ESTIMATORS.get(name);
  if (!row) throw new UsageError(`--estimator: got "${name}", expected one of ${[...ESTIMATORS.keys()].join(", ")}`);
  const budget = integer("budget", values["budget"], 131_072, 1000);
  const seed = integer("seed", values["seed"], 0, 0);
  const model = await modelNamed(only("verify", positionals), values);
  const isAll = !values["gradient"] && !values["model"] && !values["posterior"];
  const report: Report = {};
  if (isAll || values["model"]) report.model = verifyModel(model);
  // Of a program that cannot be traced there is nothing else to check.
  if (!report.model?.findings.some(({ code }) => code === "refused")) {
    if (isAll || values["gradient"]) report.gradient = verifyGradient(model, { estimator: row.make(), budget, seed });
    if (isAll || values["posterior"]) report.posterior = posteriorOf(model, 16 * budget, seed);
  }
  const isJson = values["json"] === true;
  await print(isJson ? JSON.stringify(report) : inWords(report), isJson);
  return exitCodeOf(report);
}

function posteriorOf(model: Model, budget: number, seed: number): PosteriorCheck {
  return checkPosterior(model, fit(model, { seed, onWarning: () => undefined }), { budget, seed });
}

function exitCodeOf(report: Report): number {
  const verdicts = Object.values(report).map(({ verdict }: { readonly verdict: string }) => verdict);
  if (verdicts.some((verdict) => verdict === "biased" || verdict === "wrong")) return 2;
  return verdicts.includes("undecided: budget") ? 3 : 0;
}

function inWords({ model, gradient, posterior }: Report): string {
  return [
    ...(model
      ? [
          `model ${model.model}: ${model.verdict}`,
          ...model.findings.map(({ isError, message }) => `  ${isError ? "error" : "note"}: ${message}`),
        ]
      : []),
    ...(gradient ? gradientInWords(gradient) : []),
    ...(posterior ? posteriorInWords(posterior) : []),
  ].join("\n");
}

const WAYS: Readonly<Record<GradientCheck["reference"], string>> = {
  quadrature: "quadrature split where the program changes",
  lines: "lines split where the program changes",
  differences: "differences of the ELBO",
  score: "scores with a baseline",
};

function gradientInWords(check: GradientCheck): string[] {
  const { model, estimator, verdict, reference, components, samples, smallestBias, scale } = check;
  const worst = components.reduce((most, each) => (Math.abs(each.z) > Math.abs(most.z) ? each : most));
  return [
    `gradient of ${model} by ${estimator}: ${verdict}`,
    `  reference: ${WAYS[reference]}, ${check.evaluations} evaluations of the density`,
    `  farthest: ${worst.name} is ${short(worst.mean)} for ${short(worst.reference)}, ${worst.z.toFixed(1)} standard errors apart (${check.critical.toFixed(1)} accuse)`,
    `  the smallest bias that ${samples} samples could have shown is ${short(smallestBias)}, ${((100 * smallestBias) / scale).toPrecision(2)} % of the gradient's size`,
  ];
}

function posteriorInWords({
  model,
  verdict,
  quantities,
  largestRHat,
  smallestEss,
  evaluations,
}: PosteriorCheck): string[] {
  const shown = quantities.toSorted((p, q) => Math.abs(q.meanOff) - Math.abs(p.meanOff)).slice(0, 5);
  return [
    `posterior of ${model}: ${verdict}`,
    `  chains: R-hat ${largestRHat.toFixed(3)}, at least ${smallestEss.toFixed(0)} effective draws, ${evaluations} evaluations of the density`,
    ...shown.map(
      ({ name, mean, sd, referenceMean, referenceSd, meanZ, sdZ }) =>
        `  ${name}: ${short(mean)} ± ${short(sd)} for ${short(referenceMean)} ± ${short(referenceSd)}; z of mean ${meanZ.toFixed(1)}, of sd ${sdZ.toFixed(1)}`,
    ),
  ];
}

function short(value: number): string {
  return value.toPrecision(3);
}
