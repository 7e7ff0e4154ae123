/** A run's result is one object: `--json` prints it, result.json holds it, and text and report are made of it. */
import type { DivergenceError } from "../../index.ts";
import type { FitReport, FitStatus, FitWarning } from "../../inference/fit/report.ts";
import type { Fitted } from "./course.ts";
import { DRAWS, type Draws, type MarginalRow, marginalRows } from "./marginals.ts";
import { optimaOf, type PlacedOptimum } from "./optima.ts";
import type { Settings } from "./settings.ts";

export interface RunResult {
  readonly nondiff: string;
  readonly model: string;
  readonly command: string;
  /** Of a loop "steps": it does not know whether it has converged. */
  readonly status: FitStatus | "steps";
  readonly interrupted: boolean;
  /** Whether the exit status is 0. */
  readonly ok: boolean;
  readonly estimator: string;
  readonly guide: string;
  readonly seed: number;
  readonly seconds: number;
  readonly elbo: number;
  readonly report: FitReport | undefined;
  readonly optima: readonly PlacedOptimum[];
  readonly loop: Settings["loop"];
  /** Of the loop, as it was asked for. */
  readonly steps?: number;
  readonly samples?: number;
  readonly summary: readonly MarginalRow[];
  readonly params: Readonly<Record<string, readonly number[]>>;
  readonly parameterNames: readonly string[];
  readonly latents: readonly string[];
  /** On the unconstrained scale, of the latents in `latents`; absent where they are independent. */
  readonly correlations?: readonly (readonly number[])[];
  readonly warnings: readonly FitWarning[];
  readonly elboTrace: readonly number[];
  readonly samplesTrace: readonly number[];
  readonly stageTrace: readonly string[];
}

export interface Run {
  readonly settings: Settings;
  readonly fitted: Fitted;
  readonly seconds: number;
  readonly version: string;
  readonly command: string;
}

/** The result of a run, and the draws that it was made with. */
export function resultOf({ settings, fitted, seconds, version, command }: Run): { result: RunResult; draws: Draws } {
  const { posterior, guided, interrupted, samplesAt, stageAt } = fitted;
  const { report, latents, elboTrace } = posterior;
  const status = posterior.status ?? "steps";
  const draws = posterior.sample(DRAWS, { seed: settings.seed });
  const isCorrelated = guided.objective.guide.space.name !== "mean-field" || (report?.optima.length ?? 1) > 1;
  const result: RunResult = {
    nondiff: version,
    model: guided.model.name,
    command,
    status,
    interrupted,
    ok: !interrupted && (status === "converged" || status === "steps"),
    estimator: settings.estimator,
    guide: guided.objective.guide.space.name,
    seed: settings.seed,
    seconds,
    elbo: report?.elbo ?? meanOfLast(elboTrace),
    report,
    optima: optimaOf(report, guided),
    loop: settings.loop,
    ...(settings.loop && { steps: settings.loop.steps, samples: settings.loop.samples }),
    summary: marginalRows(posterior, guided, draws),
    params: plainParameters(posterior.params),
    parameterNames: posterior.parameterNames,
    latents,
    ...(isCorrelated && { correlations: latents.map((a) => latents.map((b) => posterior.correlation(a, b))) }),
    warnings:
      report?.warnings ?? posterior.warnings.map((message) => ({ code: "biased-estimator", message, latents: [] })),
    elboTrace: [...elboTrace],
    samplesTrace: [...samplesAt],
    stageTrace: stageAt,
  };
  return { result, draws };
}

/** As JSON, with typed arrays as arrays. Numbers that are not finite are null there. */
export function jsonOf(value: unknown, space?: number): string {
  return JSON.stringify(
    value,
    (_, part: unknown) => (ArrayBuffer.isView(part) ? [...(part as Float64Array)] : part),
    space,
  );
}

/** What a loop has left that met a number that is not finite. */
export function divergedOf(model: string, { message, step, params, elboTrace }: DivergenceError): object {
  return { model, status: "diverged", message, step, params: plainParameters(params), elboTrace: [...elboTrace] };
}

function plainParameters(params: object): Record<string, number[]> {
  return Object.fromEntries(Object.entries(params).map(([key, values]) => [key, [...(values as Float64Array)]]));
}

// Of the last tenth of a loop's steps, over which the noise of a single step averages out.
function meanOfLast(elboTrace: Float64Array): number {
  const last = elboTrace.subarray(Math.floor(0.9 * elboTrace.length));
  return last.reduce((total, value) => total + value, 0) / last.length;
}
