/**
 * The options of `nondiff run` become those of `fit`. Without `--optimizer`, `--steps` and `--lr` the fit decides itself where it steps and when it ends; with one
 * of them it is a loop of so many steps.
 */
import { adam, type FitOptions, fullRank, type Guide, meanField, type Optimizer, rmsprop, sgd } from "../../index.ts";
import { integer, type OptionSpecs, positiveNumber, UsageError } from "../arguments.ts";
import { BACKENDS } from "../backends.ts";
import { DATA_OPTIONS } from "../data/model-data.ts";
import { ESTIMATORS } from "../estimators.ts";

const OPTIMIZERS: ReadonlyMap<string, (learningRate: number) => Optimizer> = new Map([
  ["adam", (learningRate) => adam({ learningRate })],
  ["rmsprop", (learningRate) => rmsprop({ learningRate })],
  ["sgd", (learningRate) => sgd({ learningRate })],
]);
const GUIDES: ReadonlyMap<string, () => Guide | "auto"> = new Map<string, () => Guide | "auto">([
  ["auto", () => "auto"],
  ["mean-field", meanField],
  ["full-rank", fullRank],
]);

const oneOf = (names: ReadonlyMap<string, unknown>): string => `one of ${[...names.keys()].join(", ")}`;

export const RUN_OPTIONS = {
  ...DATA_OPTIONS,
  tolerance: { type: "string", value: "X", help: "nats that the ELBO may still gain at the end (default 0.05)" },
  "max-samples": {
    type: "string",
    value: "N",
    help: "most samples, all starts together (default 200000, fewer where each takes long)",
  },
  "time-budget": { type: "string", value: "SECONDS", help: "end after so long, with what there is (default no end)" },
  checkpoint: { type: "string", value: "FILE", help: "keep the state of the fit in a file, to go on from" },
  "checkpoint-every": { type: "string", value: "SECONDS", help: "how often (default 5)" },
  resume: { type: "boolean", help: "go on from the checkpoint, if there is one" },
  restarts: { type: "string", value: "N", help: "further starts after the first (default 4)" },
  "no-flips": { type: "boolean", help: "do not look beyond conditions that the guide has decided" },
  guide: {
    type: "string",
    value: "NAME",
    help: `what is fitted: ${oneOf(GUIDES)} (default auto; of the loop mean-field; full-rank has correlations)`,
  },
  collapse: {
    type: "boolean",
    help: "sum out what reaches the model only through conditions (default but in the loop)",
  },
  "no-collapse": { type: "boolean", help: "do not, but for discrete latents" },
  estimator: { type: "string", value: "NAME", help: `${oneOf(ESTIMATORS)} (default corrected)` },
  seed: { type: "string", value: "N", help: "seed; same seed, same fit (default 0)" },
  samples: {
    type: "string",
    value: "N",
    help: "samples per gradient of the first phase (default 32), of the loop (default 16)",
  },
  optimizer: {
    type: "string",
    value: "NAME",
    help: `loop of a fixed number of steps: ${oneOf(OPTIMIZERS)} (default adam)`,
  },
  steps: { type: "string", value: "N", help: "steps of the loop (default 5000)" },
  lr: { type: "string", value: "X", help: "the loop's step size (default 0.01)" },
  backend: {
    type: "string",
    value: "NAME",
    help: `what computes: ${oneOf(BACKENDS)} (default auto; same results from all)`,
  },
  out: { type: "string", value: "DIR", help: "write report.html, result.json, draws.csv and SVG plots" },
  draws: { type: "string", value: "FILE", help: "write 4000 draws of the posterior as CSV" },
  csv: { type: "string", value: "FILE", help: "write the ELBO of every gradient as CSV" },
  json: { type: "boolean", help: "print JSON with everything instead of tables" },
} as const satisfies OptionSpecs;

export type Values = Readonly<Record<string, string | boolean | undefined>>;

export interface Settings {
  readonly options: FitOptions;
  readonly estimator: string;
  readonly seed: number;
  /** Of the loop; absent where the fit decides. */
  readonly loop?: {
    readonly steps: number;
    readonly samples: number;
    readonly optimizer: string;
    readonly learningRate: number;
  };
}

/** What the options say; UsageError where they say nothing or contradict one another. */
export function settingsOf(values: Values): Settings {
  const estimator = String(values["estimator"] ?? "corrected");
  const isLoop = ["optimizer", "steps", "lr"].some((name) => values[name] !== undefined);
  const misplaced = ["tolerance", "max-samples", "restarts", "no-flips"].find((name) => values[name] !== undefined);
  if (isLoop && misplaced !== undefined)
    throw new UsageError(
      `--${misplaced}: a loop has none; got it beside --optimizer, --steps or --lr, expected a fit that decides its steps itself`,
    );
  if (values["collapse"] === true && values["no-collapse"] === true)
    throw new UsageError("--collapse: got --no-collapse, too, expected one of the two");
  const seed = integer("seed", values["seed"], 0, Number.MIN_SAFE_INTEGER);
  const guide = named("guide", GUIDES, values["guide"] ?? (isLoop ? "mean-field" : "auto"))();
  const common = {
    estimator: named("estimator", ESTIMATORS, estimator).make(),
    guide,
    backend: named("backend", BACKENDS, values["backend"] ?? "auto")(),
    seed,
    ...(values["time-budget"] !== undefined && {
      timeBudget: Math.ceil(1000 * positiveNumber("time-budget", values["time-budget"], 1)),
    }),
  };
  if (!isLoop) {
    const collapse = values["collapse"] === true ? "auto" : values["no-collapse"] === true ? false : undefined;
    const options: FitOptions = {
      ...common,
      ...(collapse !== undefined && { collapse }),
      ...(values["no-flips"] === true && { flips: false }),
      ...(values["samples"] !== undefined && { samples: integer("samples", values["samples"], 32) }),
      tolerance: positiveNumber("tolerance", values["tolerance"], 0.05),
      ...(values["max-samples"] !== undefined && {
        maxSamples: integer("max-samples", values["max-samples"], 200_000),
      }),
      restarts: integer("restarts", values["restarts"], 4, 0),
    };
    return { options, estimator, seed };
  }
  const optimizer = String(values["optimizer"] ?? "adam");
  const learningRate = positiveNumber("lr", values["lr"], 0.01);
  const steps = integer("steps", values["steps"], 5000);
  const samples = integer("samples", values["samples"], 16);
  const options: FitOptions = {
    ...common,
    collapse: values["collapse"] === true ? "auto" : false,
    optimizer: named("optimizer", OPTIMIZERS, optimizer)(learningRate),
    steps,
    samples,
  };
  return { options, estimator, seed, loop: { steps, samples, optimizer, learningRate } };
}

function named<T>(option: string, known: ReadonlyMap<string, T>, name: string | boolean): T {
  const found = known.get(String(name));
  if (found === undefined) throw new UsageError(`--${option}: got "${name}", expected ${oneOf(known)}`);
  return found;
}
