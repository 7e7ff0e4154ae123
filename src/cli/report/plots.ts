/** The plots of an experiment are data first, so that the page and the SVG files draw the same. */
import { ESTIMATORS } from "../estimators.ts";
import type { Experiment } from "../experiment/experiment.ts";
import { elboRange } from "./scale.ts";

export interface PlotSeries {
  readonly label: string;
  readonly colour: string;
  readonly dash: readonly number[];
  readonly values: readonly (number | null)[];
}

export interface PlotData {
  readonly title: string;
  readonly yLabel: string;
  readonly iterations: readonly number[];
  /** Label of a logarithmic x axis, in SVG; absent on a linear one of iterations. */
  readonly logX?: string;
  readonly series: readonly PlotSeries[];
  /** Shown part of the linear y axis; absent on a logarithmic one, which shows everything. */
  readonly range?: readonly [low: number, high: number];
}

/** ELBO against iteration, cut at the bottom. */
export function elboPlot(experiment: Experiment, samples: number): PlotData {
  return plot(experiment, samples, {
    title: "ELBO",
    yLabel: "ELBO",
    values: ({ elbo }) => elbo,
    range: elboRange(experiment),
  });
}

/** How far the ELBO is below the best one of the experiment, for a logarithmic axis. */
export function gapPlot(experiment: Experiment, samples: number): PlotData {
  const best = Math.max(...experiment.curves.flatMap(({ elbo }) => elbo));
  return plot(experiment, samples, {
    title: "distance from the best ELBO",
    yLabel: "best ELBO − ELBO",
    values: ({ elbo }) => elbo.map((value) => (value < best ? best - value : null)),
  });
}

/** Mean variance of the gradient's components along the optimisation, for a logarithmic axis. */
export function variancePlot(experiment: Experiment, samples: number): PlotData {
  return plot(experiment, samples, {
    title: "variance of a single-sample gradient",
    yLabel: "Avg(V(·))",
    values: ({ varianceTrace }) => [null, ...varianceTrace.map((value) => (value > 0 ? value : null))],
  });
}

interface Kind {
  readonly title: string;
  readonly yLabel: string;
  readonly values: (curve: Experiment["curves"][number]) => readonly (number | null)[];
  readonly range?: readonly [number, number];
}

function plot(experiment: Experiment, samples: number, { title, yLabel, values, range }: Kind): PlotData {
  const curves = experiment.curves.filter((curve) => curve.samples === samples);
  // Curves that diverged are shorter; all share the iterations of the longest.
  const iterations = curves.reduce<readonly number[]>(
    (best, { iterations }) => (iterations.length > best.length ? iterations : best),
    [],
  );
  return {
    title: `${experiment.model}: ${title}, ${samples} sample${samples > 1 ? "s" : ""} per gradient`,
    yLabel,
    iterations,
    series: curves.map((curve) => {
      const { colour, dash } = ESTIMATORS.get(curve.estimator) ?? { colour: "#8a8a8a", dash: [] };
      const drawn = values(curve);
      return { label: curve.estimator, colour, dash, values: iterations.map((_, i) => drawn[i] ?? null) };
    }),
    ...(range && { range }),
  };
}
