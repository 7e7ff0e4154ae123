/** The report of `compare` has the three tables of the paper, with our figure beside the published one: variance, time for a gradient, and both. */
import type { Bias } from "../experiment/bias.ts";
import type { Curve, Experiment } from "../experiment/experiment.ts";
import { PAPER, PAPER_LEARNING_RATE, WORK_NORMALISED } from "../experiment/paper.ts";
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

function curveOf({ curves }: Experiment, estimator: string, samples: number): Curve | undefined {
  return curves.find((curve) => curve.estimator === estimator && curve.samples === samples);
}

/** ELBO reached, variance ratios, time per iteration, both together, bias. */
export function tableData(experiment: Experiment): TableData[] {
  const { estimators, samples } = layout(experiment);
  // The paper's code measures variances along the runs with one sample per gradient.
  const [fewest, most] = [Math.min(...samples), Math.max(...samples)];
  const published = PAPER[experiment.model];
  const varianceThere = experiment.learningRate === PAPER_LEARNING_RATE ? (published?.variance ?? {}) : {};
  const paper = (value: number | undefined): string => (value === undefined ? "–" : number(value));
  const scored = (n: number): Curve | undefined => curveOf(experiment, "score", n);
  const timed = (name: string, n: number): number => curveOf(experiment, name, n)?.millisecondsPerIteration ?? NaN;
  return [
    {
      title: `ELBO after ${experiment.steps} iterations, Adam ${experiment.learningRate} (2000 samples, ± standard error)`,
      headers: ["estimator", ...samples.map(plural)],
      rows: estimators.map((name) => [name, ...samples.map((n) => elboText(curveOf(experiment, name, n)))]),
    },
    {
      title: `variance of a single-sample gradient divided by SCORE's, averaged over the iterations with ${plural(fewest)} per gradient`,
      headers: [
        "estimator",
        "Avg(V(·))",
        "paper",
        "V(‖·‖₂)",
        "paper",
        ...(most > fewest ? [`Avg(V(·)), ${plural(most)}`, `V(‖·‖₂), ${plural(most)}`] : []),
      ],
      rows: estimators
        .filter((name) => name !== "score")
        .map((name) => {
          const [component, norm] = varianceRatios(curveOf(experiment, name, fewest), scored(fewest));
          return [
            name,
            component,
            paper(varianceThere[name]?.[0]),
            norm,
            paper(varianceThere[name]?.[1]),
            ...(most > fewest ? varianceRatios(curveOf(experiment, name, most), scored(most)) : []),
          ];
        }),
    },
    {
      title:
        "time per iteration, ms (noise, gradient and optimiser; median, estimators taking turns); the paper's is for its own code and machine",
      headers: ["estimator", ...samples.map(plural), `÷ score (${plural(most)})`, "paper", "paper ÷ score"],
      rows: estimators.map((name) => {
        const theirs = published?.milliseconds;
        const ratio = timed(name, most) / timed("score", most);
        return [
          name,
          ...samples.map((n) => known(timed(name, n))),
          known(ratio),
          paper(theirs?.[name]),
          paper(theirs?.[name] === undefined ? undefined : theirs[name]! / theirs["score"]!),
        ];
      }),
    },
    {
      title: `work-normalised variance: Avg(V(·)) × time per iteration, divided by SCORE's, with ${plural(most)} per gradient; published: Wagner, Khajwal and Ong (2024), Adam 0.0015 (xornet: 0.01), 16 samples`,
      headers: ["estimator", "Avg(V(·)) ÷ score", "time ÷ score", "work-normalised", "published"],
      rows: estimators
        .filter((name) => name !== "score")
        .map((name) => {
          const variance =
            (curveOf(experiment, name, most)?.componentVariance ?? NaN) / (scored(most)?.componentVariance ?? NaN);
          const time = timed(name, most) / timed("score", most);
          const theirs = WORK_NORMALISED[experiment.model]?.[name];
          return [name, known(variance), known(time), known(variance * time), paper(theirs)];
        }),
    },
    ...(experiment.bias ? [biasTable(experiment.bias)] : []),
  ];
}

function biasTable({ samples, reference, rows }: Bias): TableData {
  return {
    title: `bias of the gradient at the initial point (${samples} samples, against ${reference}; dsgd with its last accuracy)`,
    headers: ["estimator", "max |z|", "mean z²", "‖difference‖ ÷ ‖∇ELBO‖"],
    rows: rows.map(({ estimator, maxZ, meanSquare, relative }) => [
      estimator,
      number(maxZ),
      number(meanSquare),
      number(relative),
    ]),
  };
}

// A dash for a run that was not made.
function known(value: number): string {
  return Number.isNaN(value) ? "–" : number(value);
}

function varianceRatios(curve: Curve | undefined, reference: Curve | undefined): [component: string, norm: string] {
  if (curve === undefined || reference === undefined) return ["–", "–"];
  return [
    number(curve.componentVariance / reference.componentVariance),
    number(curve.normVariance / reference.normVariance),
  ];
}

function plural(samples: number): string {
  return `${samples} sample${samples > 1 ? "s" : ""}`;
}

/** An ELBO to as many decimals as its error deserves, at most two. */
function elboText(curve: Curve | undefined): string {
  if (curve === undefined) return "–";
  const { elbo, elboError, diverged } = curve;
  if (diverged !== undefined) return "diverged";
  const decimals = Math.max(0, Math.min(2, Math.ceil(1 - Math.log10(elboError))));
  return `${elbo[elbo.length - 1]!.toFixed(decimals).replace(/^-(?=[0.]*$)/, "")} ± ${elboError.toFixed(decimals)}`;
}

/** A line for each estimator that does not accept the model and each curve that stopped being finite. */
export function divergences({ curves, refused = {} }: Experiment): string[] {
  const stopped = curves
    .filter((curve) => curve.diverged !== undefined)
    .map((curve) => `${curve.estimator} with ${plural(curve.samples)} diverged ${curve.diverged}`);
  return [...Object.entries(refused).map(([name, reason]) => `${name} is not defined here: ${reason}`), ...stopped];
}

/** The tables as text, with what diverged. */
export function tables(experiment: Experiment): string {
  const parts = tableData(experiment).map(({ title, headers, rows }) => `${title}\n${table(headers, rows)}`);
  return [`── ${experiment.model} ──`, ...parts, ...divergences(experiment)].join("\n\n");
}
