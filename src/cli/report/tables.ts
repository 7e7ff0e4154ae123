/** The three tables of the paper, ours beside the published figures. */
import type { Curve, Experiment } from "../experiment.ts";
import { PAPER } from "../paper.ts";
import { number, table } from "../terminal.ts";

export interface TableData {
  readonly title: string;
  readonly headers: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Estimators and sample counts in the order of the experiment. */
export function layout({ curves }: Experiment): { estimators: string[]; samples: number[] } {
  return {
    estimators: [...new Set(curves.map(({ estimator }) => estimator))],
    samples: [...new Set(curves.map(({ samples }) => samples))],
  };
}

export function curveOf({ curves }: Experiment, estimator: string, samples: number): Curve {
  return curves.find((curve) => curve.estimator === estimator && curve.samples === samples)!;
}

/** ELBO reached, variance ratios, time per iteration. */
export function tableData(experiment: Experiment): TableData[] {
  const { estimators, samples } = layout(experiment);
  const most = samples[samples.length - 1]!;
  const published = PAPER[experiment.model];
  const scored = curveOf(experiment, "score", most);
  const paper = (value: number | undefined): string => (value === undefined ? "–" : number(value));
  return [
    {
      title: `ELBO after ${experiment.steps} iterations, Adam ${experiment.learningRate} (2000 samples, ± standard error)`,
      headers: ["estimator", ...samples.map((n) => `${n} sample${n > 1 ? "s" : ""}`)],
      rows: estimators.map((name) => [
        name,
        ...samples.map((n) => {
          const { elbo, elboError, diverged } = curveOf(experiment, name, n);
          return diverged === undefined ? `${elbo[elbo.length - 1]!.toFixed(2)} ± ${number(elboError)}` : "diverged";
        }),
      ]),
    },
    {
      title: `variance of a single-sample gradient divided by SCORE's, averaged over the optimisation with ${most} samples`,
      headers: ["estimator", "Avg(V(·))", "paper", "V(‖·‖₂)", "paper"],
      rows: estimators
        .filter((name) => name !== "score")
        .map((name) => {
          const { componentVariance, normVariance } = curveOf(experiment, name, most);
          return [
            name,
            number(componentVariance / scored.componentVariance),
            paper(published?.variance[name]?.[0]),
            number(normVariance / scored.normVariance),
            paper(published?.variance[name]?.[1]),
          ];
        }),
    },
    {
      title:
        "time per iteration, ms (noise, gradient and optimiser; median, estimators taking turns); the paper's is for its own code and machine",
      headers: [
        "estimator",
        ...samples.map((n) => `${n} sample${n > 1 ? "s" : ""}`),
        "ratio to score",
        "paper",
        "paper's ratio",
      ],
      rows: estimators.map((name) => {
        const { millisecondsPerIteration } = curveOf(experiment, name, most);
        const theirs = published?.milliseconds;
        return [
          name,
          ...samples.map((n) => number(curveOf(experiment, name, n).millisecondsPerIteration)),
          number(millisecondsPerIteration / scored.millisecondsPerIteration),
          paper(theirs?.[name]),
          paper(theirs?.[name] === undefined ? undefined : theirs[name]! / theirs["score"]!),
        ];
      }),
    },
  ];
}

/** The tables as text, with what diverged. */
export function tables(experiment: Experiment): string {
  const diverged = experiment.curves
    .filter((curve) => curve.diverged !== undefined)
    .map((curve) => `${curve.estimator} with ${curve.samples} samples diverged ${curve.diverged}`);
  const parts = tableData(experiment).map(({ title, headers, rows }) => `${title}\n${table(headers, rows)}`);
  return [`── ${experiment.model} ──`, ...parts, ...diverged].join("\n\n");
}
